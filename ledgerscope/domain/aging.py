"""Aging: what is owed as of a day, by days past the due date of each instalment.

Guards the identity that all buckets together, unallocated credits being negative, are the receivable: the
ledger of invoices less payments, credit notes and write-offs. Everything counts by the day it is effective,
nothing by the time it was written down: that is one rule for both sides, and so they agree on any day.
Source: definitions.md, aging (ERPNext, Tryton, Odoo); buckets: requirements.md A9.15.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

__all__ = [
    "BUCKETS",
    "UNALLOCATED",
    "Allocation",
    "Claim",
    "Credit",
    "Instalment",
    "age",
    "bucket_of",
    "open_invoices",
    "receivable",
]

BUCKETS: Final = (("current", 0), ("1-30", 30), ("31-60", 60), ("61-90", 90), ("90+", None))
"""Name and last day overdue of each bucket; `90+` begins with day 91, not yet due is `current`."""
UNALLOCATED: Final = "unallocated"


@dataclass(frozen=True, slots=True)
class Allocation:
    """A part of a credit set against an instalment; negative when it takes an earlier one back."""

    amount_minor: int
    effective_on: date


@dataclass(frozen=True, slots=True)
class Instalment:
    """A part of an invoice with a due date of its own."""

    due_on: date
    amount_minor: int
    allocations: tuple[Allocation, ...] = ()

    def open_minor(self, day: date) -> int:
        """What was still owed: the amount less the allocations effective by then."""
        return self.amount_minor - _allocated(self.allocations, day)


@dataclass(frozen=True, slots=True)
class Claim:
    """An invoice with its instalments; counts from the day of issue until the day it is voided."""

    currency: str
    issued_on: date
    instalments: tuple[Instalment, ...]
    voided_on: date | None = None

    def counts(self, day: date) -> bool:
        """Whether it is owed at all."""
        return self.issued_on <= day and (self.voided_on is None or self.voided_on > day)


@dataclass(frozen=True, slots=True)
class Credit:
    """A payment, credit note or write-off; counts from its day until it is reversed or voided."""

    currency: str
    amount_minor: int
    given_on: date
    reversed_on: date | None = None
    allocations: tuple[Allocation, ...] = ()

    def counts(self, day: date) -> bool:
        """Whether the customer has this credit."""
        return self.given_on <= day and (self.reversed_on is None or self.reversed_on > day)

    def unallocated_minor(self, day: date) -> int:
        """What is not set against any instalment."""
        return self.amount_minor - _allocated(self.allocations, day)


def bucket_of(days_overdue: int) -> str:
    """The bucket of an instalment so many days past due; zero and less is `current`."""
    return next(name for name, last in BUCKETS if last is None or days_overdue <= last)


def age(claims: Iterable[Claim], given: Iterable[Credit], day: date) -> Mapping[tuple[str, str], int]:
    """Open minor units by (currency, bucket), unallocated credits negative; empty buckets are left out."""
    amounts: defaultdict[tuple[str, str], int] = defaultdict(int)
    for claim in claims:
        if claim.counts(day):
            for part in claim.instalments:
                amounts[claim.currency, bucket_of((day - part.due_on).days)] += part.open_minor(day)
    for credit in given:
        if credit.counts(day):
            amounts[credit.currency, UNALLOCATED] -= credit.unallocated_minor(day)
    return {place: amount for place, amount in amounts.items() if amount}


def open_invoices(claims: Iterable[Claim], day: date) -> Mapping[str, int]:
    """How many invoices have something open, each in the bucket of its oldest open instalment."""
    counts: Counter[str] = Counter()
    for claim in claims:
        overdue = [(day - part.due_on).days for part in claim.instalments if part.open_minor(day) > 0]
        if claim.counts(day) and overdue:
            counts[bucket_of(max(overdue))] += 1
    return counts


def receivable(claims: Iterable[Claim], given: Iterable[Credit], day: date) -> Mapping[str, int]:
    """Balance of the ledger in minor units by currency: everything invoiced less everything credited."""
    balance: defaultdict[str, int] = defaultdict(int)
    for claim in claims:
        if claim.counts(day):
            balance[claim.currency] += sum(part.amount_minor for part in claim.instalments)
    for credit in given:
        if credit.counts(day):
            balance[credit.currency] -= credit.amount_minor
    return {currency: amount for currency, amount in balance.items() if amount}


def _allocated(allocations: Iterable[Allocation], day: date) -> int:
    return sum(part.amount_minor for part in allocations if part.effective_on <= day)
