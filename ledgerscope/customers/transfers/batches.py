"""The record of an import: begun, moved on with every chunk of rows, and finished."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.decision import Call, Decision, Refused
from ledgerscope.domain.events import EventType
from ledgerscope.domain.values import ROW_CLASSES
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import ImportBatch, ImportRowError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ledgerscope.customers.transfers.problems import Problem
    from ledgerscope.customers.transfers.request import Counts
    from ledgerscope.store.records import Id

__all__ = [
    "KEPT_PROBLEMS",
    "Batch",
    "begin_import",
    "failure_of",
    "finish_import",
    "import_batch_id_of",
    "kept_problems",
    "move_on",
    "outcome_of",
    "row_class",
]

KEPT_PROBLEMS: Final = 10_000
"""How many problems of an import the database keeps."""
_TENFOLD: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """An import as it stands; without an outcome it runs, or was interrupted after `counts.total` rows.

    `rows` is how many are done; imports of schema revisions before 0004 say no more than that and how many
    failed. The hashes, in hexadecimal, are those of how the file is read and of the rows that are done.
    """

    import_batch_id: Id
    format: str
    outcome: str | None
    rows: int
    counts: Counts
    problems: int
    actor: str | None
    started_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None
    settings_hash: str | None = None
    rows_hash: str | None = None


def import_batch_id_of(call: Call) -> Id:
    """The identifier of the import that a call begins."""
    return call.new_id("import")


def begin_import(file_format: str, settings_hash: bytes, call: Call) -> Changes:
    """An import that has done no row yet."""
    moment, batch_id = call.moment, import_batch_id_of(call)
    row = ImportBatch(
        moment.tenant_id, batch_id, file_format, None, 0, 0, 0, call.actor, moment.at, None,
        settings_hash=settings_hash,
    )  # fmt: skip
    return Changes((row, call.audit("customers.import.started", batch_id, format=file_format)))


def move_on(batch: Batch, counts: Counts, problems: int, rows_hash: bytes, tenant_id: str) -> Update:
    """The import with more rows done; `counts` and `problems` are those of all rows so far."""
    values = {**_columns(counts), "problems": problems, "rows_hash": rows_hash}
    return Update(ImportBatch, (tenant_id, batch.import_batch_id), values)


def failure_of(counts: Counts, *, broken: bool, all_or_nothing: bool) -> str | None:
    """Why nothing came in, or nothing may; None where something did. `broken`: the file ends too early."""
    if all_or_nothing and (broken or counts.failed):
        return "all_or_nothing"
    if counts.accepted or not (broken or counts.failed):
        return None
    return "unreadable" if broken else "rows"


def outcome_of(counts: Counts, *, broken: bool, all_or_nothing: bool) -> str:
    """Success: all rows came in. Partial: some did. Failure: none did."""
    if failure_of(counts, broken=broken, all_or_nothing=all_or_nothing):
        return "failure"
    return "partial" if broken or counts.failed else "success"


def finish_import(batch: Batch, call: Call, *, broken: bool, all_or_nothing: bool) -> Decision:
    """The outcome, its events and its audit entry."""
    if batch.outcome is not None:
        return Refused("the import is finished already")
    counts, moment = batch.counts, call.moment
    failure = failure_of(counts, broken=broken, all_or_nothing=all_or_nothing)
    outcome = outcome_of(counts, broken=broken, all_or_nothing=all_or_nothing)
    update = Update(
        ImportBatch,
        (moment.tenant_id, batch.import_batch_id),
        {"outcome": outcome, "finished_at": moment.at, **_columns(counts), "problems": batch.problems},
    )
    took = max(0, round((moment.at - batch.started_at).total_seconds() * 1000))
    size = row_class(counts.total)
    events = [
        call.event(EventType.CUSTOMERS_IMPORTED, batch.format, outcome, size, duration_ms=took),
        call.event(EventType.CUSTOMER_IMPORT_BATCH_COMPLETED, batch.format, duration_ms=took),
    ]
    if failure:
        events.append(call.event(EventType.IMPORT_FAILED, batch.format, failure, duration_ms=took))
    told: dict[str, Any] = {**asdict(counts), "format": batch.format, "outcome": outcome}
    audit = call.audit("customers.imported", batch.import_batch_id, **told)
    return Changes((update, audit), tuple(events))


def kept_problems(batch: Batch, problems: Iterable[Problem], tenant_id: str) -> tuple[ImportRowError, ...]:
    """The rows of problems that are kept beside those of the batch so far; one for each field of a row."""
    kept: dict[tuple[int, str], ImportRowError] = {}
    for each in problems:
        if len(kept) >= KEPT_PROBLEMS - batch.problems:
            break
        kept.setdefault(
            (each.row, each.field),
            ImportRowError(
                tenant_id, batch.import_batch_id, each.row, each.field, each.impersonal, each.severity
            ),
        )
    return tuple(kept.values())


def row_class(rows: int) -> str:
    """Which class of sizes so many rows belong to."""
    place, bound = 0, 100
    while rows >= bound and place < len(ROW_CLASSES) - 1:
        place, bound = place + 1, bound * _TENFOLD
    return ROW_CLASSES[place]


def _columns(counts: Counts) -> dict[str, int]:
    return {
        "rows_total": counts.total, "rows_accepted": counts.accepted, "rows_rejected": counts.failed,
        "rows_created": counts.created, "rows_updated": counts.updated, "rows_unchanged": counts.unchanged,
        "rows_skipped": counts.skipped,
    }  # fmt: skip
