"""The operations on payments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.decision import Call, Refused
from ledgerscope.customers.operations import Note, Operations, Verdict
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.lookups import currencies_of
from ledgerscope.customers.operations.types import typed
from ledgerscope.customers.receivables.money import (
    Books,
    NewPayment,
    allocate_money,
    allocated_minor,
    payment_id_of,
    receive,
    refund_money,
    reverse,
)
from ledgerscope.customers.receivables.operations.account import (
    hold_account,
    hold_account_of,
    is_breach,
    verdict,
)
from ledgerscope.customers.receivables.operations.sources import ListSources, SourcePage, list_sources
from ledgerscope.customers.receivables.operations.views import SourceView, find_row, view_source
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledgerscope.store.records import Id

__all__ = ["AllocatedPayment", "Payments", "ReceivedPayment", "RefundedPayment", "ReversedPayment"]

_NO_NOTE: Final = Note()


@dataclass(frozen=True, slots=True)
class ReceivedPayment:
    """A payment, and what of it settles invoices, in minor units; the rest is unallocated."""

    payment_id: Id
    allocated_minor: int


@dataclass(frozen=True, slots=True)
class AllocatedPayment:
    """What of a payment was set against invoices, in minor units."""

    payment_id: Id
    allocated_minor: int


@dataclass(frozen=True, slots=True)
class ReversedPayment:
    """A payment that was taken back; `over_limit`: what is open again takes the customer over its limit."""

    payment_id: Id
    over_limit: bool


@dataclass(frozen=True, slots=True)
class RefundedPayment:
    """Unused money of a payment that was paid back, in minor units."""

    payment_id: Id
    amount_minor: int


@typed
class Payments:
    """Payments of one company: received, set against invoices, taken back by the bank, refunded.

    Every change writes an audit entry, and takes a `Note`. What is wrong with a request comes back as
    `Refused`; StoreError and UnknownCompany are raised.
    """

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id

    def receive(self, new: NewPayment, note: Note = _NO_NOTE) -> ReceivedPayment | Refused:
        """Money from a customer. Writes PaymentSucceeded, and MoneyAllocated where it settles something."""

        def decide(connection: Connection, call: Call) -> Verdict[ReceivedPayment] | Refused:
            account = hold_account(connection, self._tenant_id, new.customer_id)
            if isinstance(account, Refused):
                return account
            books = Books(
                customer_id=account.customer_id, own_currency=account.customer.currency,
                currencies=currencies_of(connection), invoices=account.open_invoices,
            )  # fmt: skip
            decision = receive(books, new, call)
            return verdict(decision, ReceivedPayment(payment_id_of(call), allocated_minor(decision)))

        return self._operations.write("payment.received", new, decide, returns=ReceivedPayment, note=note)

    def allocate(
        self,
        payment_id: Id,
        invoice_id: Id | None = None,
        note: Note = _NO_NOTE,
        *,
        limit_minor: int | None = None,
    ) -> AllocatedPayment | Refused:
        """Set what is left of a payment, or at most `limit_minor` of it, against an invoice of its customer.

        Without an invoice it settles what is due first. Writes MoneyAllocated.
        """

        def decide(connection: Connection, call: Call) -> Verdict[AllocatedPayment] | Refused:
            account = hold_account_of(connection, self._tenant_id, t.payment, payment_id)
            if isinstance(account, Refused):
                return account
            invoices = account.invoices(connection, invoice_id)
            if isinstance(invoices, Refused):
                return invoices
            source = account.documents.source(account.found)
            decision = allocate_money(source, invoices, limit_minor, call)
            return verdict(decision, AllocatedPayment(account.found, allocated_minor(decision)))

        named = {"payment_id": payment_id, "invoice_id": invoice_id, "limit_minor": limit_minor}
        return self._operations.write("payment.allocated", named, decide, returns=AllocatedPayment, note=note)

    def reverse(
        self, payment_id: Id, reversal: str, note: Note = _NO_NOTE, *, amount_minor: int | None = None
    ) -> ReversedPayment | Refused:
        """The bank takes a payment back, or a part of it: `bounced`, `charged_back`, as a whole `refunded`.

        What it settled is open again. Where that takes the customer over its limit, the breach is recorded
        with the invoice and CreditLimitBreached written. Writes PaymentReversed.
        """

        def decide(connection: Connection, call: Call) -> Verdict[ReversedPayment] | Refused:
            account = hold_account_of(connection, self._tenant_id, t.payment, payment_id)
            if isinstance(account, Refused):
                return account
            source = account.documents.source(account.found)
            position = account.position(connection, call.moment, source.currency)
            decision = reverse(source, position, reversal, amount_minor, call)
            return verdict(decision, ReversedPayment(account.found, is_breach(decision)))

        named = {"payment_id": payment_id, "reversal": reversal, "amount_minor": amount_minor}
        return self._operations.write("payment.reversed", named, decide, returns=ReversedPayment, note=note)

    def refund(self, payment_id: Id, amount_minor: int, note: Note = _NO_NOTE) -> RefundedPayment | Refused:
        """Pay money back that settles nothing. Writes MoneyRefunded."""

        def decide(connection: Connection, call: Call) -> Verdict[RefundedPayment] | Refused:
            account = hold_account_of(connection, self._tenant_id, t.payment, payment_id)
            if isinstance(account, Refused):
                return account
            decision = refund_money(account.documents.source(account.found), amount_minor, call)
            return verdict(decision, RefundedPayment(account.found, amount_minor))

        named = {"payment_id": payment_id, "amount_minor": amount_minor}
        return self._operations.write("payment.refunded", named, decide, returns=RefundedPayment, note=note)

    @takes(Permission.CUSTOMERS_VIEW)
    def get(self, payment_id: Id) -> SourceView | Refused:
        """A payment, with what is left of it."""
        with self._operations.read() as connection:
            row = find_row(connection, self._tenant_id, t.payment, payment_id)
            if isinstance(row, Refused):
                return row
            return view_source(
                connection, self._tenant_id, row, row.payment_id.hex, self._operations.moment(connection).day
            )

    @takes(Permission.CUSTOMERS_VIEW)
    def list(self, customer_id: Id, asked: ListSources = ListSources()) -> SourcePage | Refused:  # noqa: B008 - frozen
        """A page of the payments of a customer, the latest first."""
        with self._operations.read() as connection:
            return list_sources(
                connection,
                self._tenant_id,
                t.payment,
                customer_id,
                asked,
                self._operations.moment(connection).day,
            )
