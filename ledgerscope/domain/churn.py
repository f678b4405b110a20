"""Churn and retention: what became of the customers of the start of a period, and of their MRR.

Every ratio keeps its two numbers, because ratios of tiers or companies are never averaged. `rates` values one
minor unit of each currency in a common one, at the start of the period; where a currency of one of these
customers has no rate, nothing is known of their revenue.
Definition: docs/definitions.md, "Churn and retention".
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ledgerscope.domain.mrr import customer_mrr, is_paused, paying
from ledgerscope.domain.periods import just_before

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ledgerscope.domain.mrr import Version
    from ledgerscope.domain.periods import Period

    Rates = Mapping[str, Fraction]

__all__ = ["Retained", "Share", "base", "logo_churn", "lost", "retained"]


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`."""

    part: Fraction
    whole: Fraction

    @property
    def ratio(self) -> Fraction | None:
        """The quotient; None where there was nothing to lose."""
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Retained:
    """Of each customer of the base: its value at the start and at the end; a paused one keeps its value."""

    values: tuple[tuple[Fraction, Fraction], ...]

    @property
    def gross_churn(self) -> Share:
        """What customers pay less than at the start."""
        return self._share(max(Fraction(), start - end) for start, end in self.values)

    @property
    def net_churn(self) -> Share:
        """The same, less what others pay more."""
        return self._share(start - end for start, end in self.values)

    @property
    def gross_retention(self) -> Share:
        """What customers still pay of their value at the start."""
        return self._share(min(start, end) for start, end in self.values)

    @property
    def net_retention(self) -> Share:
        """What they pay at the end."""
        return self._share(end for _, end in self.values)

    def _share(self, parts: Iterable[Fraction]) -> Share:
        whole = sum((start for start, _ in self.values), start=Fraction())
        return Share(sum(parts, start=Fraction()), whole)


def base(versions: Sequence[Version], within: Period) -> frozenset[str]:
    """Customers paying just before the period."""
    return paying(versions, just_before(within.start))


def lost(versions: Sequence[Version], within: Period) -> frozenset[str]:
    """Customers of the base that at the end are neither paying nor paused."""
    end = just_before(within.end)
    gone = base(versions, within) - paying(versions, end)
    return frozenset(customer for customer in gone if not is_paused(versions, customer, end))


def logo_churn(versions: Sequence[Version], within: Period) -> Share:
    """Customers lost, of the base."""
    return Share(Fraction(len(lost(versions, within))), Fraction(len(base(versions, within))))


def retained(versions: Sequence[Version], within: Period, rates: Rates) -> Retained | None:
    """What became of the revenue of the base; None where a rate is missing."""
    there = base(versions, within)
    own = [version for version in versions if version.customer in there]
    start, end = (customer_mrr(own, just_before(at)) for at in (within.start, within.end))
    if not {currency for _, currency in (*start, *end)} <= rates.keys():
        return None
    return Retained(
        tuple(
            (
                value,
                value if is_paused(own, customer, just_before(within.end)) else _value(end, customer, rates),
            )
            for customer in sorted(there)
            for value in [_value(start, customer, rates)]
        )
    )


def _value(amounts: Mapping[tuple[str, str], Fraction], customer: str, rates: Rates) -> Fraction:
    """What the customer is worth in all its currencies together."""
    return sum(
        (amount * rates[currency] for (whose, currency), amount in amounts.items() if whose == customer),
        start=Fraction(),
    )
