"""Readings under construction: known label sets begin at zero, and a label set has one value.

Every collector fills one builder per run. Values that cannot be served (not finite, outside the catalogue's
lists, given twice, more label values than the catalogue allows) are a matter of the company whose values they
are: the builder names it in `refused` and leaves its series out, and takes those of all others.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain, product
from math import isfinite
from typing import TYPE_CHECKING

from collectors.base import Distribution, Reading
from collectors.errors import GivenTwice, NoLabelValue, NotFinite, TooManyValues
from collectors.isolation import reason_of
from ledgerscope.catalogue import Kind
from ledgerscope.catalogue.labels import COMPANY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from ledgerscope.catalogue import Label, Metric

__all__ = ["SampleBuilder", "merge"]


class SampleBuilder:
    """Collects the readings of one run of one collector.

    `tenants` are the companies that the run is about: values of others are left out. None takes all.
    """

    __slots__ = ("_given", "_known", "_refused", "_tenants")

    def __init__(self, tenants: Collection[str] | None = None) -> None:
        self._given: dict[tuple[str, tuple[str, ...]], Reading] = {}
        self._known: dict[tuple[str, tuple[str, ...]], Reading] = {}
        self._refused: dict[str, str] = {}
        self._tenants = None if tenants is None else frozenset(tenants)

    @property
    def refused(self) -> Mapping[str, str]:
        """The companies that have a value which cannot be served, each with the first reason.

        Those with too many values of a label are known once the readings have been made.
        """
        return self._refused

    def put(self, metric: Metric, labels: tuple[str, ...], value: float | Distribution) -> None:
        """The value of one series. A label set of another length than the metric's raises UnknownLabel."""
        key = metric.name, labels
        if key not in self._known and not self._is_legal(metric, labels):
            return
        if key in self._given:
            self._refuse(labels, GivenTwice(metric.name, labels))
        elif not _is_finite(value):
            self._refuse(labels, NotFinite(metric.name))
        else:
            self._given[key] = Reading(metric, labels, value)

    def expect(self, metric: Metric, labels: tuple[str, ...]) -> None:
        """A series that is there also without data: zero until a value is put."""
        key = metric.name, labels
        if key not in self._known and self._is_legal(metric, labels):
            self._known[key] = Reading(metric, labels, _zero(metric))

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
        merged = (self._known | self._given).values()
        self._refuse_excess(merged)
        return _in_order(one for one in merged if _company(one.labels) not in self._refused)

    def _is_legal(self, metric: Metric, labels: tuple[str, ...]) -> bool:
        """Whether a series may be added; where its company's data is the reason why not, that is noted."""
        if self._tenants is not None and _company(labels) not in self._tenants:
            return False
        try:
            metric.check(labels)
            _check_text(metric, labels)
        except Exception as error:
            if reason_of(error) is None:
                raise
            self._refuse(labels, error)
            return False
        return True

    def _refuse(self, labels: tuple[str, ...], error: Exception) -> None:
        self._refused.setdefault(_company(labels), reason_of(error) or str(error))

    def _refuse_excess(self, readings: Iterable[Reading]) -> None:
        """Refuse companies with more values of a label than its bound."""
        families: dict[str, list[Reading]] = {}
        for reading in readings:
            families.setdefault(reading.metric.name, []).append(reading)
        for family in families.values():
            metric = family[0].metric
            for position, label in enumerate(metric.labels):
                # With no more series than that, no company can have more values.
                if label.closed or label is COMPANY or len(family) <= label.bound:
                    continue
                values = {(one.labels[0], one.labels[position]) for one in family}
                for company, n in Counter(company for company, _ in values).items():
                    if n > label.bound:
                        self._refuse((company,), TooManyValues(metric.name, label.name, n, label.bound))


def merge(builders: Iterable[SampleBuilder]) -> tuple[Reading, ...]:
    """The readings of builders that are each about other companies."""
    parts = [one.readings() for one in builders]
    return parts[0] if len(parts) == 1 else _in_order(chain(*parts))


def _in_order(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    return tuple(sorted(readings, key=lambda reading: (reading.metric.name, reading.labels)))


def _company(labels: tuple[str, ...]) -> str:
    return labels[0] if labels else ""


def _check_text(metric: Metric, labels: tuple[str, ...]) -> None:
    for position, value in enumerate(labels):
        if not isinstance(value, str):
            raise NoLabelValue(metric.name, metric.labels[position].name)


def _is_finite(value: float | Distribution | None) -> bool:
    """Sums come from the database: a null is none either."""
    number = value.sum if isinstance(value, Distribution) else value
    return number is not None and isfinite(number)


def _pairs(metric: Metric, labels: tuple[str, ...]) -> Iterator[tuple[Label, str]]:
    return zip(metric.labels, labels, strict=True)


def _zero(metric: Metric) -> float | Distribution:
    return Distribution((0,) * (len(metric.buckets) + 1), 0.0) if metric.kind is Kind.HISTOGRAM else 0.0
