"""Aging: what is owed as of a day, by days past the due date of each instalment.

Guards the identity that the six buckets, unallocated credits being negative, add up to the receivable: each
document at its value on the day. The buckets come from instalments and what is left of credits, the
receivable from documents; an allocation counts while both its sides stand, so the two agree on any day.
Source: docs/definitions.md, receivables (ERPNext, Tryton, Odoo).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

__all__ = [
    "BUCKETS",
    "UNALLOCATED",
    "Allocation",
    "Back",
    "Claim",
    "Credit",
    "Instalment",
    "Ledger",
    "age",
    "bucket_of",
    "open_invoices",
    "receivable",
]

BUCKETS: Final = (("current", 0), ("1-30", 30), ("31-60", 60), ("61-90", 90), ("90+", None))
"""Name and last day overdue of each bucket; `90+` begins with day 91, not yet due is `current`."""
UNALLOCATED: Final = "unallocated"


@dataclass(frozen=True, slots=True)
class Instalment:
    """A part of an invoice with a due date of its own."""

    seq: int
    due_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """An invoice; a draft has no day of issue. Its instalments may be missing or not add up."""

    currency: str
    total_minor: int
    issued_on: date | None
    instalments: tuple[Instalment, ...] = ()
    voided_on: date | None = None
    terms_days: int = 30

    def stands(self, day: date) -> bool:
        """Whether it is owed at all."""
        return self.issued_on is not None and self.issued_on <= day and _not_ended(self.voided_on, day)

    def parts(self) -> Iterator[Instalment]:
        """Instalments that add up: the last one has the difference; without any, the total at the terms."""
        missing = self.total_minor - sum(part.amount_minor for part in self.instalments)
        in_order = sorted(self.instalments, key=lambda part: (part.due_on, part.seq))
        if in_order:
            last = in_order.pop()
            yield from in_order
            yield Instalment(last.seq, last.due_on, last.amount_minor + missing)
        elif self.issued_on is not None:
            yield Instalment(0, self.issued_on + timedelta(days=self.terms_days), missing)


@dataclass(frozen=True, slots=True)
class Back:
    """A part of a credit that went back: a bounce, a chargeback, a refund."""

    amount_minor: int
    on: date


@dataclass(frozen=True, slots=True, eq=False)
class Credit:
    """A payment or credit note; or a write-off, which is worth only what is allocated from it."""

    currency: str
    amount_minor: int
    given_on: date
    ended_on: date | None = None
    back: tuple[Back, ...] = ()
    is_write_off: bool = False

    def stands(self, day: date) -> bool:
        """Whether the customer has this credit."""
        return self.given_on <= day and _not_ended(self.ended_on, day)

    def value(self, day: date) -> int:
        """Of a payment or credit note: the amount less what went back of it."""
        if not self.stands(day):
            return 0
        return self.amount_minor - sum(part.amount_minor for part in self.back if part.on <= day)


@dataclass(frozen=True, slots=True)
class Allocation:
    """A part of a credit set against an instalment; negative when it takes an earlier one back."""

    credit: Credit
    claim: Claim
    seq: int
    amount_minor: int
    effective_on: date

    def counts(self, day: date) -> bool:
        """While it is effective and both its sides stand."""
        return self.effective_on <= day and self.claim.stands(day) and self.credit.stands(day)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The documents of a company, and what is set against what."""

    claims: tuple[Claim, ...]
    credits: tuple[Credit, ...]
    allocations: tuple[Allocation, ...]

    def allocated_from(self, credit: Credit, day: date) -> int:
        """What counts of the allocations of a credit."""
        return sum(a.amount_minor for a in self.allocations if a.credit is credit and a.counts(day))

    def open_parts(self, claim: Claim, day: date) -> Iterator[tuple[Instalment, int]]:
        """Each instalment of a claim with what is open of it."""
        for part in claim.parts() if claim.stands(day) else ():
            given = (
                a.amount_minor
                for a in self.allocations
                if a.claim is claim and a.seq == part.seq and a.counts(day)
            )
            yield part, part.amount_minor - sum(given)


def bucket_of(days_overdue: int) -> str:
    """The bucket of an instalment so many days past due; zero and less is `current`."""
    return next(name for name, last in BUCKETS if last is None or days_overdue <= last)


def age(ledger: Ledger, day: date) -> Mapping[tuple[str, str], int]:
    """Open minor units by (currency, bucket), unallocated credits negative; empty buckets are left out."""
    amounts: defaultdict[tuple[str, str], int] = defaultdict(int)
    for claim in ledger.claims:
        for part, minor in ledger.open_parts(claim, day):
            amounts[claim.currency, bucket_of((day - part.due_on).days)] += minor
    for credit in ledger.credits:
        if not credit.is_write_off:
            left = credit.value(day) - ledger.allocated_from(credit, day)
            amounts[credit.currency, UNALLOCATED] -= left
    return {place: amount for place, amount in amounts.items() if amount}


def open_invoices(ledger: Ledger, day: date) -> Mapping[str, int]:
    """How many invoices have something open, each in the bucket of its oldest open instalment."""
    counts: Counter[str] = Counter()
    for claim in ledger.claims:
        overdue = [(day - part.due_on).days for part, minor in ledger.open_parts(claim, day) if minor > 0]
        if overdue:
            counts[bucket_of(max(overdue))] += 1
    return counts


def receivable(ledger: Ledger, day: date) -> Mapping[str, int]:
    """Minor units by currency: invoices less payments, credit notes and write-offs, each at its value."""
    balance: defaultdict[str, int] = defaultdict(int)
    for claim in ledger.claims:
        balance[claim.currency] += claim.total_minor if claim.stands(day) else 0
    for credit in ledger.credits:
        worth = ledger.allocated_from(credit, day) if credit.is_write_off else credit.value(day)
        balance[credit.currency] -= worth
    return {currency: amount for currency, amount in balance.items() if amount}


def _not_ended(ended_on: date | None, day: date) -> bool:
    return ended_on is None or ended_on > day
