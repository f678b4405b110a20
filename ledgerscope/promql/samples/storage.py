"""Samples in memory: what an expression is evaluated over.

Guards two invariants: every series is sorted by time with one sample per instant (the first one written
stays), and series written on the same grid share one array of timestamps, so that the engine can treat them
as a block. Stale markers keep their exact bits.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.samples.labels import METRIC_NAME, Labels
from ledgerscope.promql.samples.reset_hints import detected_hints, stored_hints
from ledgerscope.promql.samples.stale import STALE_BITS
from ledgerscope.promql.syntax.matching import matches
from ledgerscope.promql.syntax.operators import MatchOp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ledgerscope.promql.histograms.histogram import Histogram
    from ledgerscope.promql.samples.axis import Booleans, Floats, Integers, Objects
    from ledgerscope.promql.syntax.ast import Matcher


def is_stale(values: Floats) -> Booleans:
    """Which values are stale markers (as opposed to ordinary NaN)."""
    stale: Booleans = values.view(np.uint64) == STALE_BITS
    return stale


@dataclass(frozen=True, eq=False)
class Samples:
    """One series' samples, sorted by time. `histograms`, where there is one, holds None at float samples."""

    labels: Labels
    times: Integers
    values: Floats
    histograms: Objects | None = None
    start_times: Integers | None = None

    def __len__(self) -> int:
        return len(self.times)

    def pick(self, which: Booleans | slice) -> Samples:
        """Some of the samples."""
        return Samples(
            self.labels,
            self.times[which],
            self.values[which],
            None if self.histograms is None else self.histograms[which],
            None if self.start_times is None else self.start_times[which],
        )

    @cached_property
    def stale(self) -> Booleans:
        """Which samples are stale markers."""
        return is_stale(self.values)

    @cached_property
    def with_detected_resets(self) -> Samples:
        """The samples with every unknown reset hint of a histogram settled by its predecessor."""
        if self.histograms is None:
            return self
        return replace(self, histograms=detected_hints(self.histograms))

    @cached_property
    def live(self) -> Samples:
        """The samples without stale markers: what a range selector sees."""
        return self.pick(~self.stale) if self.stale.any() else self


@dataclass(slots=True)
class _Series:
    """A series being written: chunks in the order of writing, joined when first read."""

    chunks: list[Samples]
    joined: Samples | None = None

    def samples(self) -> Samples:
        if self.joined is None:
            self.joined = self.chunks[0] if len(self.chunks) == 1 else _join(self.chunks)
            self.chunks = [self.joined]
        return self.joined


@dataclass(slots=True)
class Storage:
    """An in-memory set of series. Not safe for concurrent writing; reading does not change it."""

    _series: dict[Labels, _Series] = field(default_factory=dict)
    _by_name: dict[str, list[Labels]] = field(default_factory=dict)
    _grids: dict[bytes, Integers] = field(default_factory=dict)
    _selections: dict[tuple[Matcher, ...], list[Samples]] = field(default_factory=dict)
    _versions: dict[str, int] = field(default_factory=dict)
    _writes: int = 0
    _deferred: list[tuple[frozenset[str], Callable[[], None]]] = field(default_factory=list)

    def append(
        self,
        labels: Labels,
        times_ms: Sequence[int] | Integers,
        values: Sequence[float] | Floats,
        histograms: Sequence[Histogram | None] | Objects | None = None,
        start_times_ms: Sequence[int] | Integers | None = None,
    ) -> None:
        """Add samples of one series (milliseconds, in any order); a known instant keeps its sample."""
        if len(times_ms) == 0:
            return
        times = np.ascontiguousarray(times_ms, dtype=np.int64)
        chunk = Samples(
            labels,
            self._grids.setdefault(times.tobytes(), times),
            np.ascontiguousarray(values, dtype=np.float64),
            _objects(histograms),
            None if start_times_ms is None else np.ascontiguousarray(start_times_ms, dtype=np.int64),
        )
        if (times[1:] <= times[:-1]).any():
            chunk = self._shared(_join([chunk]))
        self._add(labels, chunk)

    def append_sample(self, labels: Labels, at_ms: int, value: float) -> None:
        """Add one float sample."""
        self.append(labels, [at_ms], [value])

    def defer(self, names: frozenset[str], write: Callable[[], None]) -> None:
        """Write series of these metrics when one of them is first read: mostly nobody reads them.

        `write` appends series that are not there, and cannot fail.
        """
        self._deferred.append((names, write))

    def _settle(self, names: frozenset[str] | None = None) -> None:
        """Do what was deferred of these metrics, of all where none are given."""
        if not self._deferred:
            return
        due = [each for each in self._deferred if names is None or not names.isdisjoint(each[0])]
        self._deferred = [each for each in self._deferred if each not in due]
        for _, write in due:
            write()

    def _add(self, labels: Labels, chunk: Samples) -> None:
        series = self._series.get(labels)
        if series is None:
            self._series[labels] = _Series([chunk], chunk)
            self._by_name.setdefault(labels.name, []).append(labels)
        else:
            series.chunks.append(chunk)
            series.joined = None
        self._selections.clear()
        self._writes += 1
        self._versions[labels.name] = self._writes

    def _shared(self, samples: Samples) -> Samples:
        grid = self._grids.setdefault(samples.times.tobytes(), samples.times)
        return Samples(samples.labels, grid, samples.values, samples.histograms, samples.start_times)

    def __len__(self) -> int:
        self._settle()
        return len(self._series)

    def __iter__(self) -> Iterator[Samples]:
        self._settle()
        return (self._read(labels) for labels in self._series)

    def _read(self, labels: Labels) -> Samples:
        series = self._series[labels]
        if series.joined is None:
            series.joined = self._shared(series.samples())
        return series.joined

    @property
    def samples_held(self) -> int:
        """How many samples are in memory; those of deferred series are not."""
        return sum(len(chunk) for series in self._series.values() for chunk in series.chunks)

    def get(self, labels: Labels) -> Samples | None:
        """The samples of exactly this series."""
        self._settle(frozenset({labels.name}))
        return self._read(labels) if labels in self._series else None

    def select(self, matchers: Iterable[Matcher]) -> list[Samples]:
        """Every series that satisfies all matchers, in the order the series were first written."""
        key = tuple(matchers)
        self._settle(_names(key))
        found = self._selections.get(key)
        if found is None:
            found = self._selections[key] = [self._read(labels) for labels in self.matching(key)]
        return found

    def version(self, matchers: Sequence[Matcher]) -> int:
        """A number that grows whenever series that the matchers may select are written."""
        self._settle(_names(matchers))
        name = _exact_name(matchers)
        return self._versions.get(name, 0) if name else self._writes

    def has_any(self, names: frozenset[str]) -> bool:
        """Whether there is a series of any of these metrics."""
        self._settle(names)
        return not names.isdisjoint(self._by_name)

    def matching(self, matchers: Sequence[Matcher]) -> Iterator[Labels]:
        """The identities of the matching series, without reading samples."""
        self._settle(_names(matchers))
        name = _exact_name(matchers)
        candidates = self._by_name.get(name, []) if name else self._series
        return (labels for labels in candidates if all(matches(m, labels.get(m.name)) for m in matchers))

    def until(self, at_ms: int) -> Storage:
        """The storage as it looked at an instant: later samples are not there yet."""
        self._settle()
        view = Storage()
        for labels in self._series:
            samples = self._read(labels)
            count = int(np.searchsorted(samples.times, at_ms, side="right"))
            if count:
                view._add(labels, samples if count == len(samples) else samples.pick(slice(count)))
        return view


def _names(matchers: Sequence[Matcher]) -> frozenset[str] | None:
    """The metrics that the matchers allow, None where that may be any."""
    name = _exact_name(matchers)
    return frozenset({name}) if name else None


def _exact_name(matchers: Sequence[Matcher]) -> str:
    """The only metric name the matchers allow; empty if they allow several."""
    names = (m.value for m in matchers if m.name == METRIC_NAME and m.op is MatchOp.EQUAL)
    return next(names, "")


def _objects(histograms: Sequence[Histogram | None] | Objects | None) -> Objects | None:
    if histograms is None:
        return None
    array = np.empty(len(histograms), dtype=object)
    array[:] = list(histograms)
    return stored_hints(array) if any(each is not None for each in histograms) else None


def _join(chunks: list[Samples]) -> Samples:
    """The chunks as one series: sorted by time, the first written of several samples at one instant."""
    times = np.concatenate([chunk.times for chunk in chunks])
    values = np.concatenate([chunk.values for chunk in chunks])
    times, order = np.unique(times, return_index=True)
    return Samples(
        chunks[0].labels,
        times,
        values[order],
        _join_histograms(chunks, order),
        _join_start_times(chunks, order),
    )


def _join_histograms(chunks: list[Samples], order: Integers) -> Objects | None:
    if all(chunk.histograms is None for chunk in chunks):
        return None
    columns = [np.full(len(c), None, dtype=object) if c.histograms is None else c.histograms for c in chunks]
    joined: Objects = np.concatenate(columns)[order]
    return joined


def _join_start_times(chunks: list[Samples], order: Integers) -> Integers | None:
    if all(chunk.start_times is None for chunk in chunks):
        return None
    columns = [np.zeros(len(c), np.int64) if c.start_times is None else c.start_times for c in chunks]
    joined: Integers = np.concatenate(columns)[order]
    return joined
