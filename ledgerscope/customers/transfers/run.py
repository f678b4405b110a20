"""One run of an import: through the file chunk by chunk, trying or writing."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.decision import Call, Refused
from ledgerscope.customers.operations import Note, Operations, Verdict
from ledgerscope.customers.operations.requests import remember
from ledgerscope.customers.transfers.batches import (
    KEPT_PROBLEMS,
    Batch,
    finish_import,
    kept_problems,
    move_on,
    outcome_of,
)
from ledgerscope.customers.transfers.chunks import Chunk, Reading
from ledgerscope.customers.transfers.loading import load_batch
from ledgerscope.customers.transfers.meeting import Met, load_shelf, meet
from ledgerscope.customers.transfers.request import Counts, ImportCustomers, ImportResult
from ledgerscope.store.changes import Changes
from ledgerscope.store.records import derive_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection

    from ledgerscope.customers.transfers.problems import Problem
    from ledgerscope.store.records import Id

__all__ = ["Watch", "check", "take_in"]

FIRST_PROBLEMS: Final = 20
_OTHER_FILE: Final = Refused(
    "the file is not the one that the import was begun with: its rows differ", field="path"
)
_GONE: Final = Refused("the import was finished or undone by somebody else")


def _nothing(*_: object) -> None:
    """Hears and does nothing."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who hears how a run goes: of so many more rows, of each problem, and of the import that is written."""

    progress: Callable[[int], object] = _nothing
    report: Callable[[Problem], object] = _nothing
    started: Callable[[Id], object] = _nothing


@dataclass(slots=True)
class _Tally:
    """What a run has found so far; it keeps no more problems than the database does."""

    watch: Watch
    counts: Counts = Counts()  # noqa: RUF009 - frozen
    problems: int = 0
    kept: list[Problem] = field(default_factory=list)

    def add(self, counts: Counts, problems: Iterable[Problem]) -> None:
        self.counts += counts
        for each in problems:
            self.problems += 1
            if len(self.kept) < KEPT_PROBLEMS:
                self.kept.append(each)
            self.watch.report(each)

    def result(self, reading: Reading, outcome: str, batch_id: Id | None) -> ImportResult:
        return ImportResult(
            import_batch_id=batch_id, format=reading.format, outcome=outcome, counts=self.counts,
            problems=self.problems, first_problems=tuple(self.kept[:FIRST_PROBLEMS]),
            encoding=reading.encoding, delimiter=reading.delimiter, broken=reading.broken is not None,
        )  # fmt: skip


def check(operations: Operations, asked: ImportCustomers, file_format: str, watch: Watch) -> ImportResult:
    """What an import would do: the same decisions, of which none is written."""
    reading, tally = Reading(asked, file_format), _Tally(watch)
    _try_all(operations, asked, reading, tally)
    outcome = outcome_of(tally.counts, broken=reading.broken is not None, all_or_nothing=asked.all_or_nothing)
    return tally.result(reading, outcome, None)


def take_in(
    operations: Operations, batch: Batch, asked: ImportCustomers, note: Note, watch: Watch
) -> ImportResult | Refused:
    """Take in what follows the rows that the batch has done, and finish it."""
    reading, tally = Reading(asked, batch.format), _Tally(watch, batch.counts, batch.problems)
    watch.started(batch.import_batch_id)
    if asked.all_or_nothing and not batch.counts.total:
        tried = _Tally(replace(watch, progress=_nothing))
        _try_all(operations, asked, reading, tried)
        if reading.broken is not None or tried.counts.failed:
            failed = tried.counts.failed
            tried.counts = Counts(skipped=tried.counts.total - failed, failed=failed)
            return _finish(operations, batch, asked, reading, tried, note, tried.kept)
        reading = Reading(asked, batch.format)
    refused = _write_all(operations, batch, asked, reading, tally, note)
    if refused is not None:
        return refused
    tally.add(Counts(), reading.problems)
    return _finish(operations, batch, asked, reading, tally, note, reading.problems)


def _write_all(
    operations: Operations,
    batch: Batch,
    asked: ImportCustomers,
    reading: Reading,
    tally: _Tally,
    note: Note,
) -> Refused | None:
    """Write the rows that are not done yet; refused where those that are done differ."""
    done = batch.counts.total
    same = not done
    with closing(reading.chunks(done)) as chunks:
        for chunk in chunks:
            tally.watch.progress(len(chunk.rows))
            if chunk.until <= done:
                same = chunk.until < done or chunk.rows_hash.hex() == batch.rows_hash
                continue
            if not same:
                return _OTHER_FILE
            met = _write(operations, batch.import_batch_id, asked, chunk, note)
            if isinstance(met, Refused):
                return met
            tally.add(met.counts, met.problems)
    return None if same and reading.rows >= done else _OTHER_FILE


def _try_all(operations: Operations, asked: ImportCustomers, reading: Reading, tally: _Tally) -> None:
    with closing(reading.chunks()) as chunks:
        for chunk in chunks:
            met = _try(operations, asked, chunk)
            tally.add(met.counts, met.problems)
            tally.watch.progress(len(chunk.rows))
    tally.add(Counts(), reading.problems)


def _try(operations: Operations, asked: ImportCustomers, chunk: Chunk) -> Met:
    with operations.read() as connection:
        call = Call(
            moment=operations.moment(connection), actor=operations.caller.actor,
            request_id=derive_id("trial"), source=operations.caller.source,
        )  # fmt: skip
        shelf = load_shelf(connection, call.moment.tenant_id, derive_id("trial"), asked.only)
        met = meet(connection, chunk.rows, shelf, call)
        connection.rollback()  # the locks go, and the numbers that nobody got
    return met


def _write(
    operations: Operations, batch_id: Id, asked: ImportCustomers, chunk: Chunk, note: Note
) -> Met | Refused:
    def decide(connection: Connection, call: Call) -> Verdict[Met] | Refused:
        tenant_id = call.moment.tenant_id
        batch = load_batch(connection, tenant_id, batch_id, lock=True)
        if batch is None or batch.outcome is not None:
            return _GONE
        if batch.counts.total != chunk.until - len(chunk.rows):
            return Refused("the import is being taken in by somebody else at the same time")
        met = meet(connection, chunk.rows, load_shelf(connection, tenant_id, batch_id, asked.only), call)
        kept = kept_problems(batch, met.problems, tenant_id)
        moved = move_on(
            batch, batch.counts + met.counts, batch.problems + len(met.problems), chunk.rows_hash, tenant_id
        )
        own = Changes((moved, *kept))
        return Verdict(met.changes + own, met)

    named = {"import_batch_id": batch_id, "until": chunk.until}
    return operations.write("customers.import.rows", named, decide, returns=Met, note=replace(note, key=None))


def _finish(
    operations: Operations,
    batch: Batch,
    asked: ImportCustomers,
    reading: Reading,
    tally: _Tally,
    note: Note,
    unwritten: Iterable[Problem],
) -> ImportResult | Refused:
    """Write the outcome, with the problems that no chunk has written; the key keeps the result."""

    def decide(connection: Connection, call: Call) -> Verdict[ImportResult] | Refused:
        tenant_id = call.moment.tenant_id
        held = load_batch(connection, tenant_id, batch.import_batch_id, lock=True)
        if held is None:
            return _GONE
        kept = kept_problems(held, unwritten, tenant_id)
        final = replace(held, counts=tally.counts, problems=tally.problems)
        broken = reading.broken is not None
        decided = finish_import(final, call, broken=broken, all_or_nothing=asked.all_or_nothing)
        if isinstance(decided, Refused):
            return decided
        outcome = outcome_of(tally.counts, broken=broken, all_or_nothing=asked.all_or_nothing)
        result = tally.result(reading, outcome, batch.import_batch_id)
        if note.key is not None:
            remember(connection, note.key, _told(result))
        return Verdict(decided + Changes(kept), result)

    named = {"import_batch_id": batch.import_batch_id}
    return operations.write(
        "customers.imported", named, decide, returns=ImportResult, note=replace(note, key=None)
    )


def _told(result: ImportResult) -> dict[str, Any]:
    """What a request with the key of the import is told again, beside what the batch says; no values."""
    first = (each.without_value for each in result.first_problems)
    return {
        "import_batch_id": result.import_batch_id,
        "encoding": result.encoding,
        "delimiter": result.delimiter,
        "broken": result.broken,
        "first_problems": [(each.row, each.field, each.message, each.severity) for each in first],
    }
