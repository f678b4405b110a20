"""A customer's account: claims, what settles them, and credit not yet used.

Every change is decided in `ledgerscope.customers.receivables`; the account keeps the documents that came of
it and hands them out. It knows no habits: who pays when is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ledgerscope.customers import Refused
from ledgerscope.customers.credit import OverLimit, Position, record_refusal
from ledgerscope.customers.receivables import Documents, Instalment
from ledgerscope.customers.receivables.issuing import Billing, NewInvoice, invoice_id_of, issue, void
from ledgerscope.customers.receivables.money import (
    Books,
    NewCreditNote,
    NewPayment,
    allocate_money,
    credit_note_id_of,
    give_credit,
    give_up,
    payment_id_of,
    receive,
    refund_money,
    restore,
    reverse,
    write_off_id_of,
)
from ledgerscope.demo.currencies import CURRENCIES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from ledgerscope.customers import Call, Decision
    from ledgerscope.customers.credit import LimitInForce
    from ledgerscope.customers.receivables import InvoiceState, OpenInstalment, SourceState
    from ledgerscope.demo.history.agenda import Agenda
    from ledgerscope.store.records import Id

__all__ = ["Account", "Claim"]

_BILLING: Final = "billing"
_PAYMENTS: Final = "payments"
_APPROVER: Final = "head of finance"
_DESK: Final = "credit desk"
_OVERRIDDEN: Final = 0.35
"""Share of the invoices over the limit that somebody asks to let through before they are refused."""


class Claim:
    """An invoice by its identifier; what is open of it is asked of the documents."""

    __slots__ = ("_documents", "due_on", "id", "subscription_id", "total")

    def __init__(
        self,
        documents: Documents,
        claim_id: Id,
        total: int,
        due_on: tuple[date, ...],
        subscription_id: Id | None,
    ) -> None:
        self._documents = documents
        self.id = claim_id
        self.total = total
        self.due_on = due_on
        self.subscription_id = subscription_id

    @property
    def state(self) -> InvoiceState:
        """The invoice as it stands."""
        return self._documents.invoice(self.id)

    @property
    def status(self) -> str:
        return self._documents.status(self.id)

    @property
    def open(self) -> int:
        """What is still owed of it, in minor units."""
        return self._documents.open_minor(self.id)

    def instalment(self, place: int) -> OpenInstalment:
        """An instalment, counted from 0, and what is open of it."""
        return self.state.instalments[place]


class Account:
    """The receivables of one customer.

    `limit` and `held` are what its credit comes to, and are kept by others; `on_refusal` hears of invoices
    that the limit does not cover, and of what would be owed with them.
    """

    __slots__ = (
        "_agenda", "_count", "_documents", "_notes", "held", "limit", "on_refusal", "terms_days",
    )  # fmt: skip

    def __init__(self, agenda: Agenda, terms_days: int) -> None:
        self._agenda = agenda
        self._documents = Documents()
        self._count = 0
        self._notes = 0
        self.terms_days = terms_days
        self.limit: LimitInForce | None = None
        self.held = False
        self.on_refusal: Callable[[datetime, int], None] | None = None

    @property
    def exposure(self) -> int:
        """What is owed less what is unused, in minor units."""
        return self._documents.exposure_minor(self._agenda.currency)

    @property
    def owed(self) -> int:
        """What is open of all invoices, in minor units."""
        return sum(map(self._documents.open_minor, self._documents.open_ids))

    @property
    def is_settled(self) -> bool:
        """Whether nothing is owed and nothing unused."""
        return not self._documents.open_ids and not self._documents.unused_ids

    @property
    def unused(self) -> tuple[Id, ...]:
        """Payments and credit notes of which something is left."""
        return self._documents.unused_ids

    def overdue(self, day: date) -> bool:
        """Whether an instalment that was due before that day is open."""
        invoices = map(self._documents.invoice, self._documents.open_ids)
        return any(part.open_minor and part.due_on < day for one in invoices for part in one.instalments)

    def source(self, source_id: Id) -> SourceState:
        """A payment, credit note or write-off as it stands."""
        return self._documents.source(source_id)

    def status_of(self, invoice_id: Id) -> str:
        return self._documents.status(invoice_id)

    def issue(
        self,
        when: datetime,
        kind: str,
        net: int,
        due_on: Sequence[date],
        *,
        subscription_id: Id | None = None,
        period: tuple[datetime, datetime] | None = None,
        agreed: bool = True,
    ) -> Claim | None:
        """An invoice of `net` plus tax, an instalment per due date; the first takes what does not divide.

        What was `agreed` is billed in any case, if need be by leave of the credit desk. Something else that
        the customer's credit does not cover may come to nothing: None.
        """
        agenda = self._agenda
        tax = (net * agenda.company.tax_basis_points + 5_000) // 10_000
        total = net + tax
        share = total // len(due_on)
        first = total - share * (len(due_on) - 1)
        new = NewInvoice(
            customer_id=agenda.customer_id,
            total_minor=total,
            currency=agenda.currency,
            kind=kind,
            tax_minor=tax,
            instalments=tuple(Instalment(day, share if n else first) for n, day in enumerate(due_on)),
            number=f"{agenda.number:05d}-{self._count + 1:04d}",
            subscription_id=subscription_id,
            service_period=period,
        )
        call = self._call(when, _BILLING)
        decision = self._decide_issue(new, call, agreed=agreed)
        if decision is None:
            return None
        self._count += 1
        self._commit(decision)
        return Claim(self._documents, invoice_id_of(call), total, tuple(due_on), subscription_id)

    def _decide_issue(self, new: NewInvoice, call: Call, *, agreed: bool) -> Decision | None:
        billing = Billing(
            position=self._position(), terms_days=self.terms_days, currencies=CURRENCIES, held=self.held
        )
        decision = issue(billing, new, call)
        if not isinstance(decision, Refused):
            return decision
        asked_before = self._agenda.random.chance(_OVERRIDDEN)
        if isinstance(decision, OverLimit):
            if not asked_before:
                self._agenda.commit(record_refusal(decision, call))
            if self.on_refusal is not None:
                self.on_refusal(call.moment.at, decision.exposure_minor)
        return issue(billing, replace(new, override_by=_DESK), call) if agreed or asked_before else None

    def receive(
        self,
        when: datetime,
        amount: int,
        method: str,
        gateway: str,
        *,
        claim: Claim | None = None,
        dated: date | None = None,
    ) -> Id:
        """Money arrives, for a claim or for nothing that anybody knows yet."""
        call = self._call(when, _PAYMENTS)
        new = NewPayment(
            customer_id=self._agenda.customer_id,
            amount_minor=amount,
            currency=self._agenda.currency,
            method=method,
            gateway=gateway,
            received_on=dated,
            allocate=claim is not None,
        )
        self._commit(receive(self._books(claim), new, call))
        return payment_id_of(call)

    def give_credit(self, when: datetime, amount: int, reason: str, claim: Claim | None = None) -> Id:
        """A credit note, set against a claim or unused so far."""
        agenda, call = self._agenda, self._call(when, _BILLING)
        self._notes += 1
        new = NewCreditNote(
            customer_id=agenda.customer_id,
            amount_minor=amount,
            reason=reason,
            currency=agenda.currency,
            number=f"CN-{agenda.number:05d}-{self._notes:03d}",
            invoice_id=None if claim is None else claim.id,
        )
        self._commit(give_credit(self._books(claim), new, call))
        return credit_note_id_of(call)

    def settle(self, when: datetime, claim: Claim, source_id: Id, limit: int | None = None) -> None:
        """Set a source against the oldest open instalments, up to `limit`."""
        call = self._call(when, _PAYMENTS)
        self._commit(allocate_money(self.source(source_id), (claim.state,), limit, call))

    def use_credit(self, when: datetime, claim: Claim) -> None:
        """Set whatever credit is unused against a claim."""
        for source_id in self.unused:
            if claim.open:
                self.settle(when, claim, source_id)

    def take_back(self, when: datetime, payment_id: Id, reversal: str, amount: int | None = None) -> None:
        """A payment, or a part of it, goes back, and what it settled is open again."""
        call = self._call(when, _PAYMENTS)
        self._commit(reverse(self.source(payment_id), self._position(), reversal, amount, call))

    def refund(self, when: datetime, source_id: Id, amount: int) -> None:
        """Unused money is paid back."""
        self._commit(refund_money(self.source(source_id), amount, self._call(when, _PAYMENTS)))

    def write_off(self, when: datetime, claim: Claim, reason: str) -> Id:
        """Give up what is open of a claim."""
        call = self._call(when, _BILLING)
        self._commit(give_up(claim.state, reason, _APPROVER, call))
        return write_off_id_of(call)

    def reverse_write_off(
        self, when: datetime, write_off_id: Id, reason: str, amount: int | None = None
    ) -> None:
        """The debt that was given up, or a part of it, stands again."""
        call = self._call(when, _BILLING)
        self._commit(restore(self.source(write_off_id), self._position(), reason, amount, call))

    def void(self, when: datetime, claim: Claim) -> None:
        """Withdraw a claim; what was set against it is unused again."""
        self._commit(void(claim.state, self._call(when, _BILLING)))

    def take_in(self, decision: Decision) -> None:
        """Documents that another program writes."""
        self._commit(decision)

    def claim_of(self, invoice_id: Id) -> Claim:
        """The claim of an invoice that another program wrote."""
        state = self._documents.invoice(invoice_id)
        due_on = tuple(part.due_on for part in state.instalments)
        return Claim(self._documents, invoice_id, state.total_minor, due_on, None)

    def _call(self, when: datetime, actor: str) -> Call:
        return self._agenda.call(when, actor, self._agenda.random.id())

    def _position(self) -> Position:
        agenda = self._agenda
        if self.limit is None:
            return Position(agenda.customer_id, agenda.currency, {}, {})
        owed = {agenda.currency: self.exposure}
        return Position(agenda.customer_id, agenda.currency, {agenda.currency: self.limit}, owed)

    def _books(self, claim: Claim | None) -> Books:
        agenda = self._agenda
        invoices = () if claim is None else (claim.state,)
        return Books(
            customer_id=agenda.customer_id, own_currency=agenda.currency, currencies=CURRENCIES,
            invoices=invoices,
        )  # fmt: skip

    def _commit(self, decision: Decision) -> None:
        changes = self._agenda.commit(decision)
        if changes is not None:
            self._documents.add(changes.rows)
