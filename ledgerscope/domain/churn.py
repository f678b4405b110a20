"""Churn and retention: what became of the customers and the MRR that were there at the start of a window.

Every ratio keeps its two numbers, because ratios of tiers or companies are never averaged (requirements.md
A9.26).
`rates` values one minor unit of each currency in a common one, at the start of the window.
Source: definitions.md, gross and net MRR churn (ChartMogul), GRR and NRR, logo churn (fightchurn),
subscriber churn (Stripe).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ledgerscope.domain.mrr import Kind, customer_mrr, movements

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from ledgerscope.domain.mrr import Version

    Rates = Mapping[str, Fraction]

__all__ = ["Share", "gross_churn", "grr", "logo_churn", "net_churn", "nrr", "paying", "subscriber_churn"]

_LOSSES = (Kind.CHURN, Kind.CONTRACTION)
_GAINS = (Kind.EXPANSION, Kind.REACTIVATION)


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`."""

    part: Fraction
    whole: Fraction

    @property
    def ratio(self) -> Fraction | None:
        """The quotient; None where there was nothing to lose."""
        return self.part / self.whole if self.whole else None


def paying(versions: Iterable[Version], at: datetime) -> frozenset[str]:
    """Customers with MRR at the instant, in any currency."""
    return frozenset(customer for customer, _ in customer_mrr(versions, at))


def logo_churn(versions: Sequence[Version], start: datetime, end: datetime) -> Share:
    """Customers present at the start and absent at the end, of those at the start. Source: fightchurn 2.2."""
    before, after = paying(versions, start), paying(versions, end)
    return Share(Fraction(len(before - after)), Fraction(len(before)))


def subscriber_churn(versions: Sequence[Version], start: datetime, end: datetime) -> Share:
    """Customers lost within the window, of those present at its start or won within it. Source: Stripe.

    Whoever came and went within the window counts on both sides; whoever went and came back is not lost.
    """
    won = {m.customer for m in movements(versions, start, end) if m.amount > 0}
    ever = paying(versions, start) | won
    return Share(Fraction(len(ever - paying(versions, end))), Fraction(len(ever)))


def gross_churn(versions: Sequence[Version], start: datetime, end: datetime, rates: Rates) -> Share:
    """(churn + contraction) / MRR at the start. Source: ChartMogul 203359341."""
    lost = -_moved(versions, start, end, rates, _LOSSES)
    return Share(lost, _value(customer_mrr(versions, start), rates))


def net_churn(versions: Sequence[Version], start: datetime, end: datetime, rates: Rates) -> Share:
    """(churn + contraction - expansion - reactivation) / MRR at the start. Source: ChartMogul."""
    lost = -_moved(versions, start, end, rates, _LOSSES + _GAINS)
    return Share(lost, _value(customer_mrr(versions, start), rates))


def grr(versions: Sequence[Version], start: datetime, end: datetime, rates: Rates) -> Share:
    """Kept of the MRR at the start, without additions, customer by customer. Source: definitions.md, GRR."""
    before, after = _by_customer(versions, start, rates), _by_customer(versions, end, rates)
    kept = (min(amount, after.get(customer, Fraction())) for customer, amount in before.items())
    return Share(sum(kept, start=Fraction()), sum(before.values(), start=Fraction()))


def nrr(versions: Sequence[Version], start: datetime, end: datetime, rates: Rates) -> Share:
    """MRR at the end of those present at the start, of their MRR then. Source: definitions.md, NRR."""
    before, after = _by_customer(versions, start, rates), _by_customer(versions, end, rates)
    kept = (after.get(customer, Fraction()) for customer in before)
    return Share(sum(kept, start=Fraction()), sum(before.values(), start=Fraction()))


def _by_customer(versions: Sequence[Version], at: datetime, rates: Rates) -> Mapping[str, Fraction]:
    """What each paying customer is worth at the instant, in all its currencies together."""
    values: defaultdict[str, Fraction] = defaultdict(Fraction)
    for (customer, currency), amount in customer_mrr(versions, at).items():
        values[customer] += amount * rates[currency]
    return values


def _moved(
    versions: Sequence[Version], start: datetime, end: datetime, rates: Rates, kinds: tuple[Kind, ...]
) -> Fraction:
    sums: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for movement in movements(versions, start, end):
        if movement.kind in kinds:
            sums[movement.customer, movement.currency] += movement.amount
    return _value(sums, rates)


def _value(amounts: Mapping[tuple[str, str], Fraction], rates: Rates) -> Fraction:
    return sum((amount * rates[currency] for (_, currency), amount in amounts.items()), start=Fraction())
