"""Readings under construction: known label sets begin at zero, and a label set has one value.

Every collector fills one builder per run. A label set outside the catalogue, or one given twice, is a mistake
of ours and raises here, before anything is served.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from collectors.base import Distribution, Reading
from collectors.errors import GivenTwice
from ledgerscope.catalogue import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ledgerscope.catalogue import Label, Metric

__all__ = ["SampleBuilder"]


class SampleBuilder:
    """Collects the readings of one run of one collector."""

    __slots__ = ("_given", "_known")

    def __init__(self) -> None:
        self._given: dict[tuple[str, tuple[str, ...]], Reading] = {}
        self._known: dict[tuple[str, tuple[str, ...]], Reading] = {}

    def put(self, metric: Metric, labels: tuple[str, ...], value: float | Distribution) -> None:
        """The value of one series; raises UnknownLabel, UnknownLabelValue and GivenTwice."""
        key = metric.name, labels
        if key in self._given:
            raise GivenTwice(metric.name, labels)
        self._given[key] = Reading(metric, metric.check(labels), value)

    def expect(self, metric: Metric, labels: tuple[str, ...]) -> None:
        """A series that is there also without data: zero until a value is put."""
        key = metric.name, labels
        if key not in self._known:
            self._known[key] = Reading(metric, metric.check(labels), _zero(metric))

    def expect_closed(self, metric: Metric, tenants: Iterable[str]) -> None:
        """All combinations of the metric's closed labels, for each of the tenants."""
        combinations = metric.closed_label_sets()
        for tenant_id in tenants:
            for labels in combinations:
                self.expect(metric, (tenant_id, *labels))

    def expect_siblings(self, metric: Metric, labels: tuple[str, ...]) -> None:
        """All values of the closed labels beside those given: whoever succeeds shows failures at zero."""
        choices = ((value,) if not label.closed else label.values for label, value in _pairs(metric, labels))
        for sibling in product(*choices):
            if sibling[1:] not in metric.impossible:
                self.expect(metric, sibling)

    def label_sets(self, metric: Metric) -> Iterator[tuple[str, ...]]:
        """The label sets that have been added so far, with a value or at zero."""
        return (labels for name, labels in self._known | self._given if name == metric.name)

    def readings(self) -> tuple[Reading, ...]:
        """All series, those with a value and those still at zero, family by family."""
        merged = self._known | self._given
        return tuple(sorted(merged.values(), key=lambda reading: (reading.metric.name, reading.labels)))


def _pairs(metric: Metric, labels: tuple[str, ...]) -> Iterator[tuple[Label, str]]:
    return zip(metric.labels, labels, strict=True)


def _zero(metric: Metric) -> float | Distribution:
    return Distribution((0,) * (len(metric.buckets) + 1), 0.0) if metric.kind is Kind.HISTOGRAM else 0.0
