"""Imports and exports: their events, and what only their rows say: rows taken in, and sizes of files.

Rows of imports that ended and of exports are never changed in what is read here, and never deleted: their
sums do not fall. What is undone later was taken in all the same.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from collectors.area import AreaCollector
from collectors.base import Distribution
from collectors.clock import clock, instant, parameters
from collectors.counters import Counters, EventCounter, Measure
from ledgerscope.catalogue import transfers as catalogue
from ledgerscope.domain.events import EventType
from ledgerscope.domain.values import RECORD_OUTCOMES
from ledgerscope.store.tables import export_run, import_batch

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from collectors.companies import Companies
    from collectors.samples import SampleBuilder

__all__ = ["TransfersCollector"]

_ROWS: Final = {outcome: f"rows_{outcome}" for outcome in RECORD_OUTCOMES} | {"failed": "rows_rejected"}
"""The column that counts the rows of each outcome."""


class TransfersCollector(AreaCollector):
    """Reads imports that ended and exports; never what was in the files."""

    name = "transfers"
    metrics = catalogue.METRICS
    reads = (import_batch, export_run)
    counters = Counters(
        (
            EventCounter(metric=catalogue.IMPORTED, event_type=EventType.CUSTOMERS_IMPORTED),
            EventCounter(
                metric=catalogue.IMPORT_DURATION,
                event_type=EventType.CUSTOMERS_IMPORTED,
                measure=Measure.DURATION,
            ),
            EventCounter(metric=catalogue.IMPORT_FAILED, event_type=EventType.IMPORT_FAILED),
            EventCounter(metric=catalogue.EXPORTED, event_type=EventType.CUSTOMERS_EXPORTED),
        )
    )

    def read(
        self, connection: Connection, as_of: datetime, companies: Companies, samples: SampleBuilder
    ) -> None:
        samples.expect_closed(catalogue.RECORDS, companies.tenants)
        samples.expect_closed(catalogue.FILE_SIZE, companies.tenants)
        given = parameters(companies, as_of)
        for tenant_id, *counts in connection.execute(records(), given):
            for outcome, rows in zip(_ROWS, counts, strict=True):
                samples.put(catalogue.RECORDS, (tenant_id, outcome), float(rows))
        for tenant_id, file_format, size, *within in connection.execute(sizes(), given):
            samples.put(
                catalogue.FILE_SIZE, (tenant_id, file_format), Distribution(tuple(within), float(size))
            )


@cache
def records() -> Select[Any]:
    """Per company: the rows of the imports that ended, for each of the outcomes."""
    company = clock()
    return (
        select(import_batch.c.tenant_id, *(func.sum(import_batch.c[column]) for column in _ROWS.values()))
        .join_from(company, import_batch, import_batch.c.tenant_id == company.c.tenant_id)
        .where(import_batch.c.finished_at <= instant())
        .group_by(import_batch.c.tenant_id)
    )


@cache
def sizes() -> Select[Any]:
    """Per company and format: the bytes of all files given out, how many are within each bound, and all."""
    company, size = clock(), export_run.c.size_bytes
    within = [func.count().filter(size <= int(bound)) for bound in catalogue.FILE_SIZE.buckets]
    return (
        select(export_run.c.tenant_id, export_run.c.format, func.sum(size), *within, func.count())
        .join_from(company, export_run, export_run.c.tenant_id == company.c.tenant_id)
        .where(export_run.c.outcome == "success", export_run.c.at <= instant())
        .group_by(export_run.c.tenant_id, export_run.c.format)
    )
