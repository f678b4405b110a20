"""The record of an export: its row, its event and its audit entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.customers.transfers.batches import row_class
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes
from ledgerscope.store.records import ExportRun

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.customers.decision import Call
    from ledgerscope.store.records import Id

__all__ = ["Exported", "export_run_id_of", "record_export"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """How an export went that began at an instant: `success` or `failure`, customers, and size in bytes."""

    format: str
    filter_type: str
    outcome: str
    begun: datetime
    rows: int = 0
    size_bytes: int = 0


def export_run_id_of(call: Call) -> Id:
    """The identifier of the export that a call records."""
    return call.new_id("export")


def record_export(export: Exported, call: Call) -> Changes:
    """The export, which took from its beginning until now."""
    moment, run_id = call.moment, export_run_id_of(call)
    took = max(0, round((moment.at - export.begun).total_seconds() * 1000))
    run = ExportRun(
        moment.tenant_id, run_id, export.format, export.filter_type, export.outcome, export.rows,
        export.size_bytes, call.actor, took, moment.at,
    )  # fmt: skip
    labels = (export.format, export.filter_type, export.outcome, row_class(export.rows))
    event = call.event(EventType.CUSTOMERS_EXPORTED, *labels, duration_ms=took)
    audit = call.audit(
        "customers.exported", run_id, format=export.format, filter_type=export.filter_type,
        outcome=export.outcome, rows=export.rows, size_bytes=export.size_bytes,
    )  # fmt: skip
    return Changes((run, audit), (event,))
