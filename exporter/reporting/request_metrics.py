"""Counts and times the requests to the API; readings of the catalogue's metrics of the area `api`.

The only values that are counted in the process instead of the database. Whatever can be expected begins at
zero, because a series that is born at one shows no increase.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate, product
from threading import Lock
from typing import TYPE_CHECKING, Final

from collectors.base import Distribution, Reading
from ledgerscope.catalogue import api as catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.catalogue import Metric

__all__ = ["RequestMetrics"]

_EXPECTED: Final = ("200", "401", "403", "404", "422", "429", "500", "503")


@dataclass(slots=True)
class _Times:
    """How many requests took how long."""

    counts: list[int]
    sum: float = 0.0

    def note(self, metric: Metric, seconds: float) -> None:
        self.counts[bisect_left(metric.buckets, seconds)] += 1
        self.sum += seconds

    def distribution(self) -> Distribution:
        return Distribution(tuple(accumulate(self.counts)), self.sum)


def _no_times(metric: Metric) -> _Times:
    return _Times([0] * (len(metric.buckets) + 1))


@dataclass(slots=True)
class RequestMetrics:
    """What has been answered since the process began. May be used from any thread.

    `version` changes with every request, so that whoever renders can tell whether there is anything new.
    """

    version: int = 0
    _lock: Lock = field(default_factory=Lock)
    _counts: dict[tuple[str, ...], int] = field(default_factory=dict)
    _times: dict[tuple[str, ...], _Times] = field(default_factory=dict)
    _operations: dict[tuple[str, ...], _Times] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for route, status in product(catalogue.OPERATIONS, _EXPECTED):
            self._counts["GET", route, status] = 0
        for route, operation in catalogue.OPERATIONS.items():
            self._times["GET", route, "200"] = _no_times(catalogue.DURATION)
            self._operations[(operation,)] = _no_times(catalogue.OPERATION_DURATION)

    def note(self, method: str, route: str, status: int, seconds: float, *, admitted: bool) -> None:
        """One request that has been answered: its route's template, or `unknown`; `admitted` with a token."""
        labels = (
            method if method in catalogue.METHODS else catalogue.OTHER,
            route,
            str(status) if str(status) in catalogue.STATUSES else catalogue.OTHER,
        )
        operation = catalogue.OPERATIONS.get(route) if admitted and method == "GET" else None
        with self._lock:
            self.version += 1
            self._counts[labels] = self._counts.get(labels, 0) + 1
            self._times.setdefault(labels, _no_times(catalogue.DURATION)).note(catalogue.DURATION, seconds)
            if operation is not None:
                self._operations[(operation,)].note(catalogue.OPERATION_DURATION, seconds)

    def readings(self) -> list[Reading]:
        """All series, as they are now."""
        with self._lock:
            return [*self._all()]

    def _all(self) -> Iterator[Reading]:
        for labels, count in self._counts.items():
            yield Reading(catalogue.ANSWERED, labels, float(count))
        for labels, times in self._times.items():
            yield Reading(catalogue.DURATION, labels, times.distribution())
        for labels, times in self._operations.items():
            yield Reading(catalogue.OPERATION_DURATION, labels, times.distribution())
