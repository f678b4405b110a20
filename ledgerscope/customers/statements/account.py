"""The account of one customer in one currency: its documents, and each day on which they change what is owed.

Guards that movements add up: all of them until the end of a day are what the aging of that day comes to,
unallocated credits being negative. A document counts while it stands, so an invoice that becomes void is
charged on its day of issue and taken back on the day it is void; days before stay as they were.
Source: docs/definitions.md, receivables; `ledgerscope.domain.aging`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from ledgerscope.domain.aging import Back

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from ledgerscope.domain.aging import Allocation, Claim, Credit, Ledger

__all__ = ["Account", "Kind", "Movement", "Returned", "Title", "movements"]


class Kind(StrEnum):
    """What changes the balance of an account, in the order in which one day lists it."""

    INVOICE = "invoice"
    INVOICE_VOIDED = "invoice_voided"
    CREDIT_NOTE = "credit_note"
    CREDIT_NOTE_VOIDED = "credit_note_voided"
    PAYMENT = "payment"
    PAYMENT_REVERSED = "payment_reversed"
    REFUND = "refund"
    WRITE_OFF = "write_off"
    WRITE_OFF_REVERSED = "write_off_reversed"
    PAID_BY_OTHER = "paid_by_other"
    """Money of another customer is set against an invoice of this one, or no longer is."""
    PAID_FOR_OTHER = "paid_for_other"
    """Money of this customer is set against an invoice of another one, or no longer is."""


_PLACE: Final = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Returned(Back):
    """A part of a credit that went back, and how."""

    kind: Kind = Kind.REFUND


class Title(NamedTuple):
    """What a document is (`INVOICE`, `PAYMENT`, `CREDIT_NOTE` or `WRITE_OFF`), and what people call it."""

    kind: Kind
    reference: str


@dataclass(frozen=True, slots=True)
class Account:
    """The invoices, payments and credit notes of a customer in one currency.

    The ledger's allocations are all those with a side among them: the other side may be of another customer,
    or a write-off. `titles` has every document of the ledger; what is missing there is of another customer.
    """

    currency: str
    ledger: Ledger
    titles: Mapping[Claim | Credit, Title]


class Movement(NamedTuple):
    """A change of the balance in minor units: what is owed more is positive, what is owed less negative."""

    day: date
    kind: Kind
    reference: str
    amount_minor: int


def movements(account: Account) -> list[Movement]:
    """Every change of the account, in the order of a statement; those of nothing are left out."""
    found = [
        *chain.from_iterable(_of_claim(claim, account.titles[claim]) for claim in account.ledger.claims),
        *chain.from_iterable(_of_credit(credit, account.titles[credit]) for credit in account.ledger.credits),
        *_of_allocations(account),
    ]
    found.sort(key=lambda one: (one.day, _PLACE[one.kind], one.reference, one.amount_minor))
    return [one for one in found if one.amount_minor]


def _of_claim(claim: Claim, title: Title) -> Iterator[Movement]:
    if claim.issued_on is None or not claim.stands(claim.issued_on):
        return
    yield Movement(claim.issued_on, Kind.INVOICE, title.reference, claim.total_minor)
    if claim.voided_on is not None:
        yield Movement(claim.voided_on, Kind.INVOICE_VOIDED, title.reference, -claim.total_minor)


def _of_credit(credit: Credit, title: Title) -> Iterator[Movement]:
    """What a payment or credit note takes off, and what of that is owed again later."""
    if not credit.stands(credit.given_on):
        return
    yield Movement(credit.given_on, title.kind, title.reference, -credit.amount_minor)
    left = credit.amount_minor
    for part in credit.back:
        day = max(part.on, credit.given_on)
        if credit.stands(day):
            kind = part.kind if isinstance(part, Returned) else Kind.REFUND
            yield Movement(day, kind, title.reference, part.amount_minor)
            left -= part.amount_minor
    if credit.ended_on is not None:
        yield Movement(credit.ended_on, _ENDED[title.kind], title.reference, left)


def _of_allocations(account: Account) -> Iterator[Movement]:
    """What write-offs are worth, and what crosses from one customer to another, by day and document."""
    amounts: defaultdict[tuple[date, Kind, str], int] = defaultdict(int)
    for one in account.ledger.allocations:
        crossing = _crossing(one, account.titles)
        begins, ends = _counts_between(one)
        if crossing is None or begins is None or (ends is not None and ends <= begins):
            continue
        kind, reference, sign = crossing
        amounts[begins, kind, reference] += sign * one.amount_minor
        if ends is not None:
            amounts[ends, kind, reference] -= sign * one.amount_minor
    for (day, kind, reference), minor in amounts.items():
        undone = kind is Kind.WRITE_OFF and minor > 0
        yield Movement(day, Kind.WRITE_OFF_REVERSED if undone else kind, reference, minor)


def _crossing(one: Allocation, titles: Mapping[Claim | Credit, Title]) -> tuple[Kind, str, int] | None:
    """How an allocation changes the balance, and by which sign; one within the account does not."""
    claim, credit = titles.get(one.claim), titles.get(one.credit)
    if claim is None:
        return None if credit is None else (Kind.PAID_FOR_OTHER, credit.reference, 1)
    if one.credit.is_write_off:
        return Kind.WRITE_OFF, claim.reference, -1
    return (Kind.PAID_BY_OTHER, claim.reference, -1) if credit is None else None


def _counts_between(one: Allocation) -> tuple[date | None, date | None]:
    """The first day on which an allocation counts, and the first on which it no longer does.

    None: never, and not ended. `Allocation.counts` says the same of a single day.
    """
    if one.claim.issued_on is None:
        return None, None
    begins = max(one.effective_on, one.claim.issued_on, one.credit.given_on)
    ends = [day for day in (one.claim.voided_on, one.credit.ended_on) if day is not None]
    return begins, min(ends, default=None)


_ENDED: Final = {Kind.PAYMENT: Kind.PAYMENT_REVERSED, Kind.CREDIT_NOTE: Kind.CREDIT_NOTE_VOIDED}
