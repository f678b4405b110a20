"""Movements of MRR: how it changed between two instants, customer by customer, and every single change.

Guards the identity: MRR just before a period + its movements = MRR at its last instant, per currency. The
journal is the same table asked about every single instant. Definition: docs/definitions.md, "Movements".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from ledgerscope.domain.mrr import customer_mrr, first_paid_at, is_paused, paying, total
from ledgerscope.domain.periods import Period, is_before, just_after, just_before

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from ledgerscope.domain.mrr import Version

__all__ = ["Kind", "Movement", "journal", "movements", "sums"]


class Kind(StrEnum):
    """What a movement of MRR is called."""

    NEW = "new"
    EXPANSION = "expansion"
    CONTRACTION = "contraction"
    CHURN = "churn"
    REACTIVATION = "reactivation"
    PAUSED = "paused"
    RESUMED = "resumed"


@dataclass(frozen=True, slots=True)
class Movement:
    """A change of one customer's MRR in one currency within a period; `amount` is signed."""

    kind: Kind
    customer: str
    currency: str
    within: Period
    amount: Fraction


def movements(versions: Sequence[Version], within: Period) -> list[Movement]:
    """What changed between the state just before the period and that at its last instant."""
    before, after = (customer_mrr(versions, just_before(at)) for at in (within.start, within.end))
    changed = sorted(place for place in {*before, *after} if before.get(place) != after.get(place))
    return [
        Movement(_kind(versions, customer, within, amount), customer, currency, within, amount)
        for customer, currency in changed
        for amount in [
            after.get((customer, currency), Fraction()) - before.get((customer, currency), Fraction())
        ]
    ]


def journal(versions: Sequence[Version], within: Period) -> list[Movement]:
    """Every change in the period, each at its instant, by time, then customer and currency."""
    instants = sorted({at for version in versions for at in _edges(version) if at in within})
    return [change for at in instants for change in movements(versions, Period(at, just_after(at)))]


def sums(moved: Sequence[Movement]) -> Mapping[tuple[str, str], Fraction]:
    """Amounts by (kind, currency)."""
    return total(((str(movement.kind), movement.currency), movement.amount) for movement in moved)


def _kind(versions: Sequence[Version], customer: str, within: Period, amount: Fraction) -> Kind:
    """By the whole customer, over all currencies."""
    before, after = just_before(within.start), just_before(within.end)
    if customer not in paying(versions, before):
        if is_paused(versions, customer, before):
            return Kind.RESUMED
        first = first_paid_at(versions, customer)
        return Kind.NEW if first is None or is_before(before, first) else Kind.REACTIVATION
    if customer not in paying(versions, after):
        return Kind.PAUSED if is_paused(versions, customer, after) else Kind.CHURN
    return Kind.EXPANSION if amount > 0 else Kind.CONTRACTION


def _edges(version: Version) -> Iterator[datetime]:
    """The instants at which it can begin or cease to recur."""
    agreement = version.subscription
    ends = agreement.trial_end, agreement.ended_at, agreement.customer_deleted_at
    return (at for at in (version.start, version.end, *ends) if at is not None)
