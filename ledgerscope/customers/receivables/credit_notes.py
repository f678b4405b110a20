"""Giving credit to a customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.customers.decision import Decision, Moment, Refused
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes
from ledgerscope.store.records import CreditNote, make_event

if TYPE_CHECKING:
    from ledgerscope.store.records import Id

__all__ = ["IssueCreditNote", "issue_credit_note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCreditNote:
    """Credit that settles nothing until it is allocated; it may be greater than any invoice."""

    moment: Moment
    credit_note_id: Id
    customer_id: Id
    number: str
    currency: str
    amount_minor: int
    reason: str


def issue_credit_note(request: IssueCreditNote) -> Decision:
    """The credit note."""
    if request.amount_minor <= 0:
        return Refused("a credit note must be greater than zero")
    moment = request.moment
    note = CreditNote(
        moment.tenant_id, request.credit_note_id, request.customer_id, request.number, request.amount_minor,
        request.currency, request.reason, moment.day,
    )  # fmt: skip
    event = make_event(
        moment.tenant_id,
        EventType.CREDIT_NOTE_ISSUED,
        moment.at,
        customer_id=request.customer_id,
        amount=request.amount_minor,
        currency=request.currency,
    )
    return Changes((note,), (event,))
