"""Files of customers taken in and given out, as their counts, problems and events.

The customers of the demo come by other ways, so no change of a customer belongs to these imports: undoing one
is refused.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ledgerscope.customers import Call, Moment
from ledgerscope.customers.transfers.batches import Batch as ImportState
from ledgerscope.customers.transfers.batches import (
    begin_import,
    finish_import,
    import_batch_id_of,
    kept_problems,
)
from ledgerscope.customers.transfers.exported import Exported, record_export
from ledgerscope.customers.transfers.problems import Problem
from ledgerscope.customers.transfers.request import Counts
from ledgerscope.demo.random_source import RandomSource
from ledgerscope.store.changes import Changes

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.demo.companies import Company
    from ledgerscope.demo.history.agenda import Era
    from ledgerscope.store.changes_batch import Batch

__all__ = ["write_transfers"]

_FILTERS: Final = {"all": 0.4, "status": 0.25, "text": 0.2, "source": 0.15}
_PROBLEMS: Final = {
    "email": "is not an address",
    "currency": "is not an ISO 4217 code",
    "external_id": "exists already",
    "terms_days": "is not a whole number",
}
_DESK: Final = "sales operations"
_DAYS_BETWEEN_IMPORTS: Final = 12
_DAYS_BETWEEN_EXPORTS: Final = 5


def write_transfers(seed: int, company: Company, batch: Batch, era: Era) -> None:
    """Imports and exports of one company over the whole era."""
    random = RandomSource(seed, company.tenant_id, "transfers")
    when = era.since + random.wait(_DAYS_BETWEEN_IMPORTS)
    while when <= era.until:
        _write_import(random, company, batch, when)
        when += random.wait(_DAYS_BETWEEN_IMPORTS)
    when = era.since + random.wait(_DAYS_BETWEEN_EXPORTS)
    while when <= era.until:
        _write_export(random, company, batch, when)
        when += random.wait(_DAYS_BETWEEN_EXPORTS)


def _write_import(random: RandomSource, company: Company, batch: Batch, when: datetime) -> None:
    rows, started = int(random.lognormvariate(4, 1)) + 1, _call(random, company, when)
    outcome = random.pick({"success": 0.75, "partial": 0.19, "failure": 0.06})
    rejected = {"success": 0, "partial": min(rows, 1 + rows // 12), "failure": rows}[outcome]
    file_format = random.pick({"csv": 0.8, "json": 0.2})
    told = [_problem(random, row) for row in sorted(random.sample(range(1, rows + 1), min(rejected, 20)))]
    batch.apply(begin_import(file_format, random.randbytes(32), started))
    state = ImportState(
        import_batch_id=import_batch_id_of(started), format=file_format, outcome=None, rows=rows,
        counts=Counts(created=rows - rejected, failed=rejected), problems=len(told), actor=started.actor,
        started_at=when, finished_at=None, undone_at=None,
    )  # fmt: skip
    done = _call(random, company, when + random.seconds(0.5, 30))
    finished = finish_import(state, done, broken=False, all_or_nothing=False)
    assert isinstance(finished, Changes)  # noqa: S101 -- it was not finished before
    batch.apply(finished)
    batch.apply(Changes(kept_problems(replace(state, problems=0), told, company.tenant_id)))


def _problem(random: RandomSource, row: int) -> Problem:
    field, message = random.choice([*_PROBLEMS.items()])
    return Problem(row, field, message)


def _write_export(random: RandomSource, company: Company, batch: Batch, when: datetime) -> None:
    failed, rows = random.chance(0.02), int(random.lognormvariate(6, 0.8))
    took = timedelta(milliseconds=int(random.lognormvariate(6, 0.7)))
    export = Exported(
        format=random.pick({"csv": 0.7, "json": 0.3}),
        filter_type=random.pick(_FILTERS),
        outcome="failure" if failed else "success",
        begun=when - took,
        rows=0 if failed else rows,
        size_bytes=0 if failed else rows * 142,
    )
    batch.apply(record_export(export, _call(random, company, when)))


def _call(random: RandomSource, company: Company, when: datetime) -> Call:
    moment = Moment(company.tenant_id, when, company.calendar.day(when))
    return Call(moment=moment, actor=_DESK, request_id=random.id())
