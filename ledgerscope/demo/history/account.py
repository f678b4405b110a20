"""A customer's account: claims, what settles them, and credit not yet used.

Every change is decided in `ledgerscope.customers.receivables`; the account keeps the documents that came of
it and hands them out. It knows no habits: who pays when is decided elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledgerscope.customers.receivables import (
    Allocate,
    Documents,
    Instalment,
    IssueCreditNote,
    IssueInvoice,
    ReceivePayment,
    Refund,
    ReversePayment,
    ReverseWriteOff,
    VoidInvoice,
    WriteOffInvoice,
    allocate,
    issue_credit_note,
    issue_invoice,
    receive_payment,
    refund,
    reverse_payment,
    reverse_write_off,
    void_invoice,
    write_off_invoice,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from ledgerscope.customers import Decision
    from ledgerscope.customers.receivables import InvoiceState, OpenInstalment, SourceState
    from ledgerscope.demo.history.agenda import Agenda
    from ledgerscope.store.records import Id

__all__ = ["Account", "Claim"]

_APPROVER: Final = "head of finance"


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
        return self.state.status

    @property
    def open(self) -> int:
        """What is still owed of it, in minor units."""
        return self._documents.open_minor(self.id)

    def instalment(self, place: int) -> OpenInstalment:
        """An instalment, counted from 0, and what is open of it."""
        return self.state.instalments[place]


class Account:
    """The receivables of one customer."""

    __slots__ = ("_agenda", "_count", "_documents", "_notes", "terms_days")

    def __init__(self, agenda: Agenda, terms_days: int) -> None:
        self._agenda = agenda
        self._documents = Documents()
        self._count = 0
        self._notes = 0
        self.terms_days = terms_days

    @property
    def exposure(self) -> int:
        """What is owed less what is unused, in minor units."""
        return self._documents.exposure_minor(self._agenda.currency)

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
        return self._documents.invoice(invoice_id).status

    def issue(
        self,
        when: datetime,
        kind: str,
        net: int,
        due_on: Sequence[date],
        *,
        subscription_id: Id | None = None,
        period: tuple[datetime, datetime] | None = None,
        issued_on: date | None = None,
    ) -> Claim:
        """An invoice of `net` plus tax, an instalment per due date; the first takes what does not divide."""
        agenda = self._agenda
        tax = (net * agenda.company.tax_basis_points + 5_000) // 10_000
        total = net + tax
        share = total // len(due_on)
        first = total - share * (len(due_on) - 1)
        self._count += 1
        request = IssueInvoice(
            moment=agenda.moment(when),
            invoice_id=agenda.random.id(),
            customer_id=agenda.customer_id,
            number=f"{agenda.number:05d}-{self._count:04d}",
            kind=kind,
            currency=agenda.currency,
            total_minor=total,
            tax_minor=tax,
            instalments=tuple(Instalment(day, share if n else first) for n, day in enumerate(due_on)),
            subscription_id=subscription_id,
            service_period=period,
            issued_on=issued_on,
        )
        self._commit(issue_invoice(request))
        return Claim(self._documents, request.invoice_id, total, tuple(due_on), subscription_id)

    def receive(
        self, when: datetime, amount: int, method: str, gateway: str, *, dated: date | None = None
    ) -> Id:
        """Money arrives; it settles nothing until it is allocated."""
        payment_id = self._agenda.random.id()
        request = ReceivePayment(
            moment=self._agenda.moment(when),
            payment_id=payment_id,
            customer_id=self._agenda.customer_id,
            currency=self._agenda.currency,
            amount_minor=amount,
            method=method,
            gateway=gateway,
            received_on=dated,
        )
        self._commit(receive_payment(request))
        return payment_id

    def give_credit(self, when: datetime, amount: int, reason: str) -> Id:
        """A credit note, which settles nothing until it is allocated."""
        agenda, note_id = self._agenda, self._agenda.random.id()
        self._notes += 1
        request = IssueCreditNote(
            moment=agenda.moment(when),
            credit_note_id=note_id,
            customer_id=agenda.customer_id,
            number=f"CN-{agenda.number:05d}-{self._notes:03d}",
            currency=agenda.currency,
            amount_minor=amount,
            reason=reason,
        )
        self._commit(issue_credit_note(request))
        return note_id

    def settle(self, when: datetime, claim: Claim, source_id: Id, limit: int | None = None) -> None:
        """Set a source against the oldest open instalments, up to `limit`."""
        request = Allocate(self._agenda.moment(when), self._agenda.random.id(), limit)
        self._commit(allocate(self.source(source_id), claim.state, request))

    def use_credit(self, when: datetime, claim: Claim) -> None:
        """Set whatever credit is unused against a claim."""
        for source_id in self.unused:
            if claim.open:
                self.settle(when, claim, source_id)

    def take_back(self, when: datetime, payment_id: Id, reversal: str, amount: int | None = None) -> None:
        """A payment, or a part of it, goes back, and what it settled is open again."""
        request = ReversePayment(self._agenda.moment(when), self._agenda.random.id(), reversal, amount)
        self._commit(reverse_payment(self.source(payment_id), request))

    def refund(self, when: datetime, source_id: Id, amount: int) -> None:
        """Unused money is paid back."""
        request = Refund(self._agenda.moment(when), self._agenda.random.id(), amount)
        self._commit(refund(self.source(source_id), request))

    def write_off(self, when: datetime, claim: Claim, reason: str) -> Id:
        """Give up what is open of a claim."""
        write_off_id = self._agenda.random.id()
        request = WriteOffInvoice(self._agenda.moment(when), write_off_id, reason, _APPROVER)
        self._commit(write_off_invoice(claim.state, request))
        return write_off_id

    def reverse_write_off(
        self, when: datetime, write_off_id: Id, reason: str, amount: int | None = None
    ) -> None:
        """The debt that was given up, or a part of it, stands again."""
        request = ReverseWriteOff(self._agenda.moment(when), self._agenda.random.id(), reason, amount)
        self._commit(reverse_write_off(self.source(write_off_id), request))

    def void(self, when: datetime, claim: Claim) -> None:
        """Withdraw a claim; what was set against it is unused again."""
        request = VoidInvoice(self._agenda.moment(when), self._agenda.random.id())
        self._commit(void_invoice(claim.state, request))

    def _commit(self, decision: Decision) -> None:
        changes = self._agenda.commit(decision)
        if changes is not None:
            self._documents.add(changes.rows)
