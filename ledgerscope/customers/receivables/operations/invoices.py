"""The operations on invoices."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.credit import OverLimit, load_position, record_refusal
from ledgerscope.customers.decision import Call, Fault, Refused
from ledgerscope.customers.operations import Note, Operations, Verdict
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.lookups import as_id, currencies_of, hold_customer, identify
from ledgerscope.customers.operations.numbers import next_number
from ledgerscope.customers.operations.types import typed
from ledgerscope.customers.receivables.issuing import (
    Billing,
    Finalise,
    NewInvoice,
    draft,
    finalise,
    invoice_id_of,
    issue,
    void,
)
from ledgerscope.customers.receivables.operations.account import (
    hold_account_of,
    is_breach,
    is_taken,
    verdict,
)
from ledgerscope.customers.receivables.operations.lists import InvoicePage, ListInvoices, list_invoices
from ledgerscope.customers.receivables.operations.views import InvoiceView, find_row, view_invoice
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from ledgerscope.store.records import Id

__all__ = ["DraftedInvoice", "Invoices", "IssuedInvoice", "VoidedInvoice"]

_NO_NOTE: Final = Note()
_ISSUED: Final = "invoice.issued"
_UNEXPLAINED: Final = Refused("reason: letting an invoice through needs one", Fault.INVALID, "reason")


@dataclass(frozen=True, slots=True)
class IssuedInvoice:
    """A claim on a customer; `over_limit`: somebody let it through although it breaks the limit."""

    invoice_id: Id
    number: str
    over_limit: bool


@dataclass(frozen=True, slots=True)
class DraftedInvoice:
    """An invoice that is no claim yet."""

    invoice_id: Id


@dataclass(frozen=True, slots=True)
class VoidedInvoice:
    """An invoice that was withdrawn."""

    invoice_id: Id


@typed
class Invoices:
    """Invoices of one company: issued within the credit limit, drafted and finalised, voided.

    An invoice that takes its customer over the limit is refused with `OverLimit`, unless the request names
    who lets it through (`override_by`, for the reason of the note). Both are breaches: what got through has
    a row in `credit_breach`; of what is refused, which no such row can refer to, an event CreditLimitBreached
    and an audit entry are left, written in a transaction of their own.

    Every change writes an audit entry, and takes a `Note`. What is wrong with a request comes back as
    `Refused`; StoreError and UnknownCompany are raised.
    """

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id

    def issue(self, new: NewInvoice, note: Note = _NO_NOTE) -> IssuedInvoice | Refused:
        """A claim on a customer, if its credit covers it. Writes InvoiceFinalised.

        Numbers that are given out (INV-000001) have no gaps. Where it is let through over the limit, it
        writes CreditLimitBreached too.
        """

        def decide(connection: Connection, call: Call) -> Verdict[IssuedInvoice] | Refused:
            billing = self._billing(connection, call, new)
            if isinstance(billing, Refused):
                return billing
            decision = issue(billing, new, call)
            number = new.number or billing.next_number
            return verdict(decision, IssuedInvoice(invoice_id_of(call), number or "", is_breach(decision)))

        if new.override_by is not None and not note.reason:
            return _UNEXPLAINED
        said = self._operations.write(
            _ISSUED, new, decide, returns=IssuedInvoice, note=note, needs=_needed(new)
        )
        return self._recorded(said)

    def draft(self, new: NewInvoice, note: Note = _NO_NOTE) -> DraftedInvoice | Refused:
        """An invoice that is no claim yet; `number` and `override_by` are given when it is finalised.

        Writes InvoiceDrafted.
        """

        def decide(connection: Connection, call: Call) -> Verdict[DraftedInvoice] | Refused:
            billing = self._billing(connection, call, new, numbered=False)
            if isinstance(billing, Refused):
                return billing
            return verdict(draft(billing, new, call), DraftedInvoice(invoice_id_of(call)))

        for field in ("number", "override_by"):
            if getattr(new, field) is not None:
                return Refused(f"{field}: is given when the draft is finalised", Fault.INVALID, field)
        return self._operations.write("invoice.drafted", new, decide, returns=DraftedInvoice, note=note)

    def finalise(self, asked: Finalise, note: Note = _NO_NOTE) -> IssuedInvoice | Refused:
        """A draft becomes a claim, as in `issue`. Writes InvoiceFinalised."""

        def decide(connection: Connection, call: Call) -> Verdict[IssuedInvoice] | Refused:
            account = hold_account_of(connection, self._tenant_id, t.invoice, asked.invoice_id)
            if isinstance(account, Refused):
                return account
            state = account.documents.invoice(account.found)
            kind = connection.execute(
                select(t.invoice.c.kind).where(
                    t.invoice.c.tenant_id == self._tenant_id, t.invoice.c.invoice_id == account.found
                )
            ).scalar_one()
            billing = self._billing_of(connection, call, account.customer, asked, state.currency)
            decision = finalise(billing, state, kind, asked, call)
            number = asked.number or billing.next_number
            return verdict(decision, IssuedInvoice(account.found, number or "", is_breach(decision)))

        if asked.override_by is not None and not note.reason:
            return _UNEXPLAINED
        said = self._operations.write(
            _ISSUED, asked, decide, returns=IssuedInvoice, note=note, needs=_needed(asked)
        )
        return self._recorded(said)

    def void(self, invoice_id: Id, note: Note) -> VoidedInvoice | Refused:
        """Withdraw an invoice, for a reason; what settled it is unallocated again. Writes InvoiceVoided."""

        def decide(connection: Connection, call: Call) -> Verdict[VoidedInvoice] | Refused:
            if not note.reason:
                return Refused("reason: voiding an invoice needs one", Fault.INVALID, "reason")
            account = hold_account_of(connection, self._tenant_id, t.invoice, invoice_id)
            if isinstance(account, Refused):
                return account
            return verdict(void(account.documents.invoice(account.found), call), VoidedInvoice(account.found))

        named = {"invoice_id": invoice_id}
        return self._operations.write("invoice.voided", named, decide, returns=VoidedInvoice, note=note)

    @takes(Permission.CUSTOMERS_VIEW)
    def identify(self, reference: str) -> Id | Refused:
        """The identifier of the invoice with this number or identifier."""
        with self._operations.read() as connection:
            return identify(connection, self._tenant_id, t.invoice, "number", reference)

    @takes(Permission.CUSTOMERS_VIEW)
    def get(self, invoice_id: Id) -> InvoiceView | Refused:
        """An invoice in detail, as of the company's day: a post-dated cheque settles nothing yet."""
        with self._operations.read() as connection:
            row = find_row(connection, self._tenant_id, t.invoice, invoice_id)
            return (
                row
                if isinstance(row, Refused)
                else view_invoice(connection, self._tenant_id, row, self._operations.moment(connection).day)
            )

    @takes(Permission.CUSTOMERS_LIST)
    def list(self, asked: ListInvoices = ListInvoices()) -> InvoicePage | Refused:  # noqa: B008 - frozen
        """A page of invoices as of the company's day, the one finalised last first."""
        with self._operations.read() as connection:
            return list_invoices(connection, self._tenant_id, asked, self._operations.moment(connection).day)

    def _billing(
        self, connection: Connection, call: Call, new: NewInvoice, *, numbered: bool = True
    ) -> Billing | Refused:
        customer = hold_customer(connection, self._tenant_id, new.customer_id)
        if isinstance(customer, Refused):
            return customer
        currency = new.currency or customer.currency
        return self._billing_of(connection, call, customer, new, currency, numbered=numbered)

    def _billing_of(
        self,
        connection: Connection,
        call: Call,
        customer: Row[Any],
        asked: NewInvoice | Finalise,
        currency: str,
        *,
        numbered: bool = True,
    ) -> Billing:
        subscription = asked.subscription_id if isinstance(asked, NewInvoice) else None
        given_out = numbered and asked.number is None
        return Billing(
            position=load_position(connection, call.moment, customer, currency),
            terms_days=customer.terms_days,
            currencies=currencies_of(connection),
            next_number=next_number(connection, self._tenant_id, "invoice") if given_out else None,
            held=customer.credit_hold,
            deleted=customer.deleted_at is not None,
            taken=is_taken(connection, self._tenant_id, t.invoice, asked.number),
            subscribed=subscription is None or self._subscribed(connection, customer, subscription),
        )

    def _subscribed(self, connection: Connection, customer: Row[Any], subscription_id: str) -> bool:
        wanted, c = as_id(subscription_id), t.subscription.c
        if wanted is None:
            return False
        own = select(t.subscription).where(
            c.tenant_id == self._tenant_id,
            c.subscription_id == wanted,
            c.customer_id == customer.customer_id,
        )
        return bool(connection.execute(select(own.exists())).scalar_one())

    def _recorded(self, said: IssuedInvoice | Refused) -> IssuedInvoice | Refused:
        """The same, after the attempt at an invoice over the limit has been recorded."""
        if not isinstance(said, OverLimit):
            return said
        refused: OverLimit = said

        def decide(_: Connection, call: Call) -> Verdict[OverLimit]:
            return Verdict(record_refusal(refused, call), refused)

        return self._operations.write(
            "invoice.refused", asdict(refused), decide, returns=OverLimit, note=_NO_NOTE
        )


def _needed(asked: NewInvoice | Finalise) -> Permission | None:
    """Not everybody may name who lets an invoice through, whether or not somebody has to."""
    return None if asked.override_by is None else Permission.CREDIT_OVERRIDE
