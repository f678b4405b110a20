"""A statement of account: what was owed before a period, what changed in it, what is owed after it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from ledgerscope.customers.statements.account import movements
from ledgerscope.domain.aging import BUCKETS, UNALLOCATED, Ledger, age

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from ledgerscope.customers.statements.account import Account, Kind
    from ledgerscope.domain.aging import Allocation

__all__ = ["COLUMNS_OF_AGING", "AccountStatement", "Line", "Period", "make_statement"]

COLUMNS_OF_AGING: Final = (*(name for name, _ in BUCKETS), UNALLOCATED)
"""The buckets of the footer, in order."""


class Period(NamedTuple):
    """The days from `first` to `last`, both included."""

    first: date
    last: date


class Line(NamedTuple):
    """A movement and the balance after it, in minor units."""

    day: date
    kind: Kind
    reference: str
    amount_minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """Minor units of `currency`; what the customer owes is positive.

    `opening_minor` is the balance before the first day, `closing_minor` that at the end of the last. The
    aging is that of `as_of`: a figure for each of `COLUMNS_OF_AGING`, unallocated credits negative; they add
    up to `balance_minor`, the balance at the end of that day.
    """

    currency: str
    period: Period
    as_of: date
    opening_minor: int
    lines: tuple[Line, ...]
    closing_minor: int
    aging: tuple[int, ...]

    @property
    def balance_minor(self) -> int:
        """What is owed at the end of the day of the aging."""
        return sum(self.aging)


def make_statement(account: Account, period: Period, as_of: date) -> AccountStatement:
    """The statement of a period, with the aging of a day that may lie anywhere."""
    changes = movements(account)
    opening = balance = sum(one.amount_minor for one in changes if one.day < period.first)
    lines = []
    for one in changes:
        if period.first <= one.day <= period.last:
            balance += one.amount_minor
            lines.append(Line(*one, balance))
    aging = _aging(account, as_of)
    return AccountStatement(
        account.currency, period, as_of, opening, tuple(lines), balance,
        tuple(aging[account.currency, bucket] for bucket in COLUMNS_OF_AGING),
    )  # fmt: skip


def _aging(account: Account, day: date) -> Mapping[tuple[str, str], int]:
    """The aging of the ledger, document by document: taken whole, its cost grows with their square."""
    amounts: Counter[tuple[str, str]] = Counter()
    for part in _one_by_one(account.ledger):
        amounts.update(age(part, day))
    return amounts


def _one_by_one(ledger: Ledger) -> Iterator[Ledger]:
    """A ledger for each document, with the allocations that touch it."""
    of: defaultdict[int, list[Allocation]] = defaultdict(list)
    for one in ledger.allocations:
        of[id(one.claim)].append(one)
        of[id(one.credit)].append(one)
    for claim in ledger.claims:
        yield Ledger((claim,), (), tuple(of[id(claim)]))
    for credit in ledger.credits:
        yield Ledger((), (credit,), tuple(of[id(credit)]))
