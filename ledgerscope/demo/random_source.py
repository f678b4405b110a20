"""Chance that repeats: each part of the demo draws from its own seeded source.

Guards reproducibility: the same seed and path give the same draws whatever else is generated, so that one
more ticket for one customer moves nobody else's invoices.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledgerscope.store.records import Id

__all__ = ["RandomSource"]

_Choice = TypeVar("_Choice")


class RandomSource(Random):
    """A random source seeded by a path such as (seed, company, customer number)."""

    def __init__(self, *path: object) -> None:
        super().__init__(":".join(map(str, path)))

    def id(self) -> Id:
        """A new identifier."""
        return f"{self.getrandbits(128):032x}"

    def chance(self, probability: float) -> bool:
        """True in that share of the calls."""
        return self.random() < probability

    def pick(self, weights: Mapping[_Choice, float]) -> _Choice:
        """One of the keys, each as often as its weight says."""
        rest = self.random() * sum(weights.values())
        choice = next(iter(weights))
        for choice, weight in weights.items():  # noqa: B007 -- the last one is the answer when rounding leaves a rest
            rest -= weight
            if rest < 0:
                break
        return choice

    def days(self, low: float, high: float) -> timedelta:
        """A duration between two numbers of days, to the second."""
        return timedelta(seconds=int(self.uniform(low, high) * 86_400))

    def seconds(self, low: float, high: float) -> timedelta:
        """A duration between two numbers of seconds, to the millisecond."""
        return timedelta(milliseconds=int(self.uniform(low, high) * 1000))

    def wait(self, mean_days: float) -> timedelta:
        """Time to the next of events that come at random, `mean_days` apart on average; to the second."""
        return timedelta(seconds=1 + int(self.expovariate(1 / mean_days) * 86_400))

    def moment(self, start: datetime, end: datetime) -> datetime:
        """An instant within [start, end), to the second after `start`."""
        return start + timedelta(seconds=int(self.random() * (end - start).total_seconds()))
