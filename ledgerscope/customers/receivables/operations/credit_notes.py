"""The operations on credit notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.decision import Call, Fault, Refused
from ledgerscope.customers.operations import Note, Operations, Verdict
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.lookups import currencies_of, identify
from ledgerscope.customers.operations.numbers import next_number
from ledgerscope.customers.operations.types import typed
from ledgerscope.customers.receivables.money import (
    Books,
    NewCreditNote,
    allocate_money,
    allocated_minor,
    credit_note_id_of,
    give_credit,
    refund_money,
)
from ledgerscope.customers.receivables.operations.account import (
    hold_account,
    hold_account_of,
    is_taken,
    verdict,
)
from ledgerscope.customers.receivables.operations.sources import ListSources, SourcePage, list_sources
from ledgerscope.customers.receivables.operations.views import SourceView, find_row, view_source
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledgerscope.store.records import Id

__all__ = ["AllocatedCredit", "CreditNotes", "IssuedCreditNote", "RefundedCredit"]

_NO_NOTE: Final = Note()


@dataclass(frozen=True, slots=True)
class IssuedCreditNote:
    """A credit note, and what of it settles an invoice, in minor units; the rest is unallocated."""

    credit_note_id: Id
    number: str
    allocated_minor: int


@dataclass(frozen=True, slots=True)
class AllocatedCredit:
    """What of a credit note was set against invoices, in minor units."""

    credit_note_id: Id
    allocated_minor: int


@dataclass(frozen=True, slots=True)
class RefundedCredit:
    """Unused credit that was paid out, in minor units."""

    credit_note_id: Id
    amount_minor: int


@typed
class CreditNotes:
    """Credit notes of one company: issued, set against invoices, paid out.

    Every change writes an audit entry, and takes a `Note`. What is wrong with a request comes back as
    `Refused`; StoreError and UnknownCompany are raised.
    """

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id

    def issue(self, new: NewCreditNote, note: Note = _NO_NOTE) -> IssuedCreditNote | Refused:
        """Credit for a customer; numbers that are given out (CN-000001) have no gaps.

        Writes CreditNoteIssued, and MoneyAllocated where it settles an invoice.
        """

        def decide(connection: Connection, call: Call) -> Verdict[IssuedCreditNote] | Refused:
            account = hold_account(connection, self._tenant_id, new.customer_id)
            if isinstance(account, Refused):
                return account
            if account.customer.deleted_at is not None:
                return Refused("the customer is deleted; it gets no credit", Fault.CONFLICT, "customer_id")
            invoices = account.invoices(connection, new.invoice_id)
            if isinstance(invoices, Refused):
                return invoices
            given_out = new.number is None
            books = Books(
                customer_id=account.customer_id, own_currency=account.customer.currency,
                currencies=currencies_of(connection), invoices=invoices,
                next_number=next_number(connection, self._tenant_id, "credit_note") if given_out else None,
                taken=is_taken(connection, self._tenant_id, t.credit_note, new.number),
            )  # fmt: skip
            decision = give_credit(books, new, call)
            number = new.number or books.next_number or ""
            return verdict(
                decision, IssuedCreditNote(credit_note_id_of(call), number, allocated_minor(decision))
            )

        return self._operations.write("credit_note.issued", new, decide, returns=IssuedCreditNote, note=note)

    def allocate(
        self,
        credit_note_id: Id,
        invoice_id: Id | None = None,
        note: Note = _NO_NOTE,
        *,
        limit_minor: int | None = None,
    ) -> AllocatedCredit | Refused:
        """Set what is left of a credit note, or at most `limit_minor` of it, against an invoice.

        Without an invoice it settles what is due first. Writes MoneyAllocated.
        """

        def decide(connection: Connection, call: Call) -> Verdict[AllocatedCredit] | Refused:
            account = hold_account_of(connection, self._tenant_id, t.credit_note, credit_note_id)
            if isinstance(account, Refused):
                return account
            invoices = account.invoices(connection, invoice_id)
            if isinstance(invoices, Refused):
                return invoices
            source = account.documents.source(account.found)
            decision = allocate_money(source, invoices, limit_minor, call)
            return verdict(decision, AllocatedCredit(account.found, allocated_minor(decision)))

        named = {"credit_note_id": credit_note_id, "invoice_id": invoice_id, "limit_minor": limit_minor}
        return self._operations.write(
            "credit_note.allocated", named, decide, returns=AllocatedCredit, note=note
        )

    def refund(
        self, credit_note_id: Id, amount_minor: int, note: Note = _NO_NOTE
    ) -> RefundedCredit | Refused:
        """Pay out credit that settles nothing. Writes MoneyRefunded."""

        def decide(connection: Connection, call: Call) -> Verdict[RefundedCredit] | Refused:
            account = hold_account_of(connection, self._tenant_id, t.credit_note, credit_note_id)
            if isinstance(account, Refused):
                return account
            decision = refund_money(account.documents.source(account.found), amount_minor, call)
            return verdict(decision, RefundedCredit(account.found, amount_minor))

        named = {"credit_note_id": credit_note_id, "amount_minor": amount_minor}
        return self._operations.write(
            "credit_note.refunded", named, decide, returns=RefundedCredit, note=note
        )

    @takes(Permission.CUSTOMERS_VIEW)
    def identify(self, reference: str) -> Id | Refused:
        """The identifier of the credit note with this number or identifier."""
        with self._operations.read() as connection:
            return identify(connection, self._tenant_id, t.credit_note, "number", reference)

    @takes(Permission.CUSTOMERS_VIEW)
    def get(self, credit_note_id: Id) -> SourceView | Refused:
        """A credit note, with what is left of it."""
        with self._operations.read() as connection:
            row = find_row(connection, self._tenant_id, t.credit_note, credit_note_id)
            if isinstance(row, Refused):
                return row
            return view_source(
                connection,
                self._tenant_id,
                row,
                row.credit_note_id.hex,
                self._operations.moment(connection).day,
            )

    @takes(Permission.CUSTOMERS_VIEW)
    def list(self, customer_id: Id, asked: ListSources = ListSources()) -> SourcePage | Refused:  # noqa: B008 - frozen
        """A page of the credit notes of a customer, the latest first."""
        with self._operations.read() as connection:
            return list_sources(
                connection,
                self._tenant_id,
                t.credit_note,
                customer_id,
                asked,
                self._operations.moment(connection).day,
            )
