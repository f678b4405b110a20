"""A row of a file against the customer that it names: created, updated, unchanged, skipped or failed.

Nothing is decided here that concerns customers: that is done by `lifecycle.creation` and `lifecycle.profile`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from ledgerscope.customers.decision import Refused
from ledgerscope.customers.lifecycle.creation import Book, NewCustomer, create_customer, customer_id_of
from ledgerscope.customers.lifecycle.fields import faults_of
from ledgerscope.customers.lifecycle.profile import Profile, update_customer
from ledgerscope.customers.transfers.problems import ERROR, Problem, from_refused
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import ImportChange
from ledgerscope.store.tables.values import SIGNUP_CHANNELS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ledgerscope.customers.decision import Call
    from ledgerscope.store.records import Id

__all__ = ["Kind", "Known", "RowDecision", "WantedRow", "decide_row", "fail"]

Kind = Literal["created", "updated", "unchanged", "skipped", "failed"]
_REPEATED: Final = "row {} has it already"


@dataclass(frozen=True, slots=True)
class WantedRow:
    """The values that a row names, and what is already wrong with it."""

    no: int
    values: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()

    @property
    def external_id(self) -> str | None:
        """The external id, where there is one."""
        found: str | None = self.values.get("external_id")
        return found

    @property
    def failed(self) -> bool:
        """Whether it cannot be taken in, whatever it meets."""
        return any(problem.severity == ERROR for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Known:
    """The customer that has the external id of a row; `row` is the row of this import that it came from."""

    customer_id: Id
    values: Mapping[str, Any]
    has_documents: bool = False
    row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What all rows of an import meet."""

    import_batch_id: Id
    currencies: Collection[str]
    base_currency: str
    only: str | None = None


@dataclass(frozen=True, slots=True)
class RowDecision:
    """What becomes of a row."""

    kind: Kind
    changes: Changes = Changes()  # noqa: RUF009 - frozen
    problems: tuple[Problem, ...] = ()


def decide_row(
    row: WantedRow, known: Known | None, shelf: Shelf, number: str, holder: str | None, call: Call
) -> RowDecision:
    """Create or update; `number` is the next customer number, `holder` who has it as an external id."""
    if row.failed:
        return fail(row, shelf)
    if not row.values:
        return RowDecision("skipped", problems=row.problems)
    if known is not None and known.row is not None:
        told = Problem(row.no, "external_id", _REPEATED.format(known.row))
        return RowDecision("failed", problems=(*row.problems, told))
    if shelf.only == ("create" if known is not None else "update"):
        return RowDecision("skipped", problems=row.problems)
    if known is None:
        return _create(row, shelf, Book(shelf.currencies, shelf.base_currency, number, holder), call)
    return _update(row, known, shelf, call)


def fail(row: WantedRow, shelf: Shelf, refused: Refused | None = None) -> RowDecision:
    """Every fault of the fields of a row beside what is known; else the reason why it was refused."""
    faults = tuple(faults_of(row.values, currencies=shelf.currencies, channels=SIGNUP_CHANNELS))
    told = tuple(
        from_refused(row.no, fault, row.values.get(fault.field or ""))
        for fault in faults or (refused,)
        if fault is not None
    )
    return RowDecision("failed", problems=(*row.problems, *told))


def _create(row: WantedRow, shelf: Shelf, book: Book, call: Call) -> RowDecision:
    new = NewCustomer(**{"name": None, **row.values})
    decided = create_customer(book, new, call)
    if isinstance(decided, Refused):
        return fail(WantedRow(row.no, {"name": None, **row.values}, row.problems), shelf, decided)
    kept = ImportChange(
        call.moment.tenant_id, shelf.import_batch_id, customer_id_of(call), row.no, "created", None,
        call.moment.at,
    )  # fmt: skip
    return RowDecision("created", decided + Changes((kept,)), row.problems)


def _update(row: WantedRow, known: Known, shelf: Shelf, call: Call) -> RowDecision:
    profile = Profile(known.customer_id, known.values, shelf.currencies, has_documents=known.has_documents)
    decided = update_customer(profile, row.values, call)
    if isinstance(decided, Refused):
        return fail(row, shelf, decided)
    if not decided.rows:
        return RowDecision("unchanged", problems=row.problems)
    changed = next(change.values for change in decided.rows if isinstance(change, Update))
    old = {name: known.values[name] for name in changed if name in known.values}
    kept = ImportChange(
        call.moment.tenant_id, shelf.import_batch_id, known.customer_id, row.no, "updated", json.dumps(old),
        call.moment.at,
    )  # fmt: skip
    return RowDecision("updated", decided + Changes((kept,)), row.problems)
