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

    __slots__ = (
        "_allocations", "_dues", "_from", "_invoices", "_open", "_settled", "_sources", "_taken", "_to",
        "_unused", "_used",
    )  # fmt: skip

    def __init__(self, rows: Iterable[Record | Update] = ()) -> None:
        self._invoices: dict[Id, Invoice] = {}
        self._dues: dict[Id, list[InvoiceDue]] = {}
        self._sources: dict[Id, Payment | CreditNote | WriteOff] = {}
        self._allocations: dict[Id, Applied] = {}
        self._from: dict[Id, list[Id]] = {}
        self._to: dict[Id, list[Id]] = {}
        self._settled: dict[tuple[Id, int], int] = {}
        self._used: dict[Id, int] = {}
        self._taken: dict[Id, int] = {}
        self._open: dict[Id, None] = {}
        self._unused: dict[Id, None] = {}
        self.add(rows)

    def add(self, rows: Iterable[Record | Update]) -> None:
        """Take in rows and updates; those of other tables are left out."""
        for row in rows:
            if isinstance(row, Update):
                self._update(row)
            elif (take := _TAKES.get(type(row))) is not None:
                take(self, row)

    @property
    def open_ids(self) -> tuple[Id, ...]:
        """The invoices whose status is open, in the order in which they became so."""
        return tuple(self._open)

    @property
    def unused_ids(self) -> tuple[Id, ...]:
        """The payments and credit notes that stand and of which something is left."""
        return tuple(self._unused)

    def exposure_minor(self, currency: str) -> int:
        """What the customer owes in a currency, net of payments and credit notes not yet allocated."""
        owed = sum(self.open_minor(one) for one in self._open if self._invoices[one].currency == currency)
        unused = sum(self.left_minor(one) for one in self._unused if self._sources[one].currency == currency)
        return owed - unused

    def status(self, invoice_id: Id) -> str:
        """The status of an invoice; raises KeyError for an unknown one."""
        return self._invoices[invoice_id].status

    def open_minor(self, invoice_id: Id) -> int:
        """What is open of an invoice; raises KeyError for an unknown one."""
        return sum(
            due.amount_minor - self._settled.get((invoice_id, due.seq), 0) for due in self._dues[invoice_id]
        )

    def left_minor(self, source_id: Id) -> int:
        """What can still be allocated of a source; raises KeyError for an unknown one."""
        row = self._sources[source_id]
        if not _SOURCE_OF[type(row)](row)[2]:
            return 0
        return row.amount_minor - self._taken.get(source_id, 0) - self._used.get(source_id, 0)

    def invoice(self, invoice_id: Id) -> InvoiceState:
        """An invoice as it stands; raises KeyError for an unknown one."""
        row = self._invoices[invoice_id]
        parts = tuple(
            OpenInstalment(
                due.seq, due.due_on, due.amount_minor - self._settled.get((invoice_id, due.seq), 0)
            )
            for due in sorted(self._dues[invoice_id], key=lambda due: (due.due_on, due.seq))
        )
        return InvoiceState(
            invoice_id, row.customer_id, row.currency, row.status, row.total_minor, row.issued_on, parts,
            self._standing(self._to[invoice_id]),
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
        if row.status == "open":
            self._open[row.invoice_id] = None

    def _add_due(self, row: InvoiceDue) -> None:
        self._dues[row.invoice_id].append(row)

    def _add_source(self, row: Payment | CreditNote | WriteOff) -> None:
        self._sources[row[1]] = row
        self._from[row[1]] = []
        self._note_unused(row[1])

    def _add_allocation(self, row: Allocation) -> None:
        due = (row.invoice_id, row.due_seq)
        self._settled[due] = self._settled.get(due, 0) + row.amount_minor
        self._used[row.from_id] = self._used.get(row.from_id, 0) + row.amount_minor
        self._note_unused(row.from_id)
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
        self._note_unused(source_id)

    def _note_unused(self, source_id: Id) -> None:
        if self.left_minor(source_id) and not isinstance(self._sources[source_id], WriteOff):
            self._unused[source_id] = None
        else:
            self._unused.pop(source_id, None)

    def _update(self, update: Update) -> None:
        kind, key = update.kind, update.key[-1]
        if kind is Invoice:
            row = self._invoices[key] = self._invoices[key]._replace(**update.values)
            if row.status == "open":
                self._open[key] = None
            else:
                self._open.pop(key, None)
        elif kind in _SOURCE_OF and key in self._sources:
            self._sources[key] = self._sources[key]._replace(**update.values)
            self._note_unused(key)


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
    CreditNote: lambda row: ("credit_note", row.issued_on, row.voided_on is None),
    WriteOff: lambda row: ("write_off", row.written_off_on, True),
}
