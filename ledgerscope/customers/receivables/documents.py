"""The receivables of one customer, kept from the rows that were written: where states come from.

Both a history that is being made up and rows read from a database go in; invoices and sources come out as
they stand. It decides nothing.
"""

# ruff: noqa: SLF001 -- the table below the class names its own methods

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.receivables.state import Applied, InvoiceState, OpenInstalment, SourceState
from ledgerscope.store.changes import Update
from ledgerscope.store.records import (
    Allocation,
    CreditNote,
    Invoice,
    InvoiceDue,
    Payment,
    PaymentReversal,
    Refund,
    WriteOff,
    WriteOffReversal,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ledgerscope.store.records import Id, Record

__all__ = ["Documents"]


class Documents:
    """Rows of one customer by their identifiers; add the parents of a row before it."""

    __slots__ = ("_allocations", "_dues", "_from", "_invoices", "_sources", "_taken", "_to")

    def __init__(self, rows: Iterable[Record | Update] = ()) -> None:
        self._invoices: dict[Id, Invoice] = {}
        self._dues: dict[Id, list[InvoiceDue]] = {}
        self._sources: dict[Id, Payment | CreditNote | WriteOff] = {}
        self._taken: dict[Id, int] = {}
        self._allocations: dict[Id, Applied] = {}
        self._from: dict[Id, list[Id]] = {}
        self._to: dict[Id, list[Id]] = {}
        self.add(rows)

    def add(self, rows: Iterable[Record | Update]) -> None:
        """Take in rows and updates; those of other tables are left out."""
        for row in rows:
            if isinstance(row, Update):
                self._update(row)
            elif (take := _TAKES.get(type(row))) is not None:
                take(self, row)

    @property
    def invoice_ids(self) -> tuple[Id, ...]:
        """All invoices, in the order in which they came."""
        return tuple(self._invoices)

    @property
    def source_ids(self) -> tuple[Id, ...]:
        """All payments, credit notes and write-offs, in the order in which they came."""
        return tuple(self._sources)

    def exposure_minor(self, currency: str) -> int:
        """What the customer owes in a currency, net of payments and credit notes not yet allocated."""
        invoices = map(self.invoice, self._invoices)
        owed = sum(one.open_minor for one in invoices if one.status == "open" and one.currency == currency)
        sources = (self.source(one) for one, row in self._sources.items() if not isinstance(row, WriteOff))
        return owed - sum(one.left_minor for one in sources if one.currency == currency)

    def invoice(self, invoice_id: Id) -> InvoiceState:
        """An invoice as it stands; raises KeyError for an unknown one."""
        row = self._invoices[invoice_id]
        applied = self._standing(self._to[invoice_id])
        settled: dict[int, int] = {}
        for one in applied:
            settled[one.seq] = settled.get(one.seq, 0) + one.amount_minor
        parts = tuple(
            OpenInstalment(due.seq, due.due_on, due.amount_minor - settled.get(due.seq, 0))
            for due in self._dues[invoice_id]
        )
        assert row.issued_on is not None  # noqa: S101 -- drafts are not written by these operations
        return InvoiceState(
            invoice_id, row.customer_id, row.currency, row.status, row.total_minor, row.issued_on, parts,
            applied,
        )  # fmt: skip

    def source(self, source_id: Id) -> SourceState:
        """A payment, credit note or write-off as it stands; raises KeyError for an unknown one."""
        row = self._sources[source_id]
        kind, dated, stands = _SOURCE_OF[type(row)](row)
        value = row.amount_minor - self._taken.get(source_id, 0)
        applied = self._standing(self._from[source_id])
        return SourceState(kind, source_id, row.customer_id, row.currency, value, dated, stands, applied)

    def _standing(self, allocation_ids: list[Id]) -> tuple[Applied, ...]:
        found = map(self._allocations.__getitem__, allocation_ids)
        return tuple(one for one in found if one.amount_minor)

    def _add_invoice(self, row: Invoice) -> None:
        self._invoices[row.invoice_id] = row
        self._dues[row.invoice_id] = []
        self._to[row.invoice_id] = []

    def _add_due(self, row: InvoiceDue) -> None:
        self._dues[row.invoice_id].append(row)

    def _add_source(self, row: Payment | CreditNote | WriteOff) -> None:
        self._sources[row[1]] = row
        self._from[row[1]] = []

    def _add_allocation(self, row: Allocation) -> None:
        if row.reverses_id is not None:
            before = self._allocations[row.reverses_id]
            left = before.amount_minor + row.amount_minor
            self._allocations[row.reverses_id] = before._replace(amount_minor=left)
            return
        self._allocations[row.allocation_id] = Applied(
            row.allocation_id, row.from_kind, row.from_id, row.invoice_id, row.due_seq, row.amount_minor,
            row.effective_on,
        )  # fmt: skip
        self._from[row.from_id].append(row.allocation_id)
        self._to[row.invoice_id].append(row.allocation_id)

    def _take_value(self, source_id: Id, amount_minor: int) -> None:
        self._taken[source_id] = self._taken.get(source_id, 0) + amount_minor

    def _update(self, update: Update) -> None:
        kind, key = update.kind, update.key[-1]
        if kind is Invoice:
            self._invoices[key] = self._invoices[key]._replace(**update.values)
        elif kind in _SOURCE_OF and key in self._sources:
            self._sources[key] = self._sources[key]._replace(**update.values)


_TAKES: Final[dict[type[Any], Callable[[Documents, Any], None]]] = {
    Invoice: Documents._add_invoice,
    InvoiceDue: Documents._add_due,
    Payment: Documents._add_source,
    CreditNote: Documents._add_source,
    WriteOff: Documents._add_source,
    Allocation: Documents._add_allocation,
    PaymentReversal: lambda self, row: self._take_value(row.payment_id, row.amount_minor),
    Refund: lambda self, row: self._take_value(row.payment_id or row.credit_note_id, row.amount_minor),
    WriteOffReversal: lambda self, row: self._take_value(row.write_off_id, row.amount_minor),
}
_SOURCE_OF: Final[dict[type[Any], Callable[[Any], tuple[str, Any, bool]]]] = {
    Payment: lambda row: ("payment", row.received_on, row.reversed_on is None),
    CreditNote: lambda row: ("credit_note", row.issued_on, True),
    WriteOff: lambda row: ("write_off", row.written_off_on, True),
}
