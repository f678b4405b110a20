"""Selectors: the newest sample of each series within the lookback, and the raw samples of a range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from ledgerscope.promql.errors import EvaluationError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.samples.values import Matrix, Value, Vector

if TYPE_CHECKING:
    from ledgerscope.promql.engine.evaluator import Evaluator
    from ledgerscope.promql.samples.axis import Booleans, Floats, Integers, Objects
    from ledgerscope.promql.samples.storage import Samples
    from ledgerscope.promql.syntax.ast import MatrixSelector, VectorSelector


@dataclass(frozen=True, slots=True)
class Newest:
    """For each series and instant the newest sample in sight: its index, and whether there is one."""

    series: list[Samples]
    index: list[Integers]
    present: Booleans

    def times(self) -> Floats:
        """When the samples were taken (milliseconds)."""
        return self._stack([samples.times.astype(np.float64) for samples in self.series])

    def start_times(self) -> Floats:
        """When the samples began to count (milliseconds); 0 where that is not known."""
        unknown = [np.zeros(len(samples)) for samples in self.series]
        return self._stack(
            [
                zeros if samples.start_times is None else samples.start_times.astype(np.float64)
                for samples, zeros in zip(self.series, unknown, strict=True)
            ]
        )

    def values(self) -> Floats:
        """The float values."""
        return self._stack([samples.values for samples in self.series])

    def _stack(self, columns: list[Floats]) -> Floats:
        stacked = np.zeros(self.present.shape)
        for row, (column, index) in enumerate(zip(columns, self.index, strict=True)):
            np.take(column, index, out=stacked[row], mode="clip")
        return stacked

    def histograms(self) -> Objects | None:
        """The native histograms, where there are any."""
        if all(samples.histograms is None for samples in self.series):
            return None
        stacked = np.full(self.present.shape, None, dtype=object)
        for row, (samples, index) in enumerate(zip(self.series, self.index, strict=True)):
            if samples.histograms is not None:
                here = self.present[row]
                stacked[row, here] = samples.histograms[index[here]]
        return stacked


def newest_of(evaluator: Evaluator, node: VectorSelector) -> Newest:
    """What a selector sees from each instant of the axis."""
    offset_ms = evaluator.durations.offset_ms(node.offset_ms, node.offset_expr)
    return newest(evaluator, evaluator.series(node.matchers), evaluator.reference_times(node.at, offset_ms))


def dated_of(evaluator: Evaluator, node: VectorSelector) -> Newest:
    """What `timestamp` sees of a selector: where that is fixed with `@`, its offset is half forgotten.

    Prometheus looks at the instant `@` names, without the offset, but among samples that were fetched with
    it: none is younger than what the selector itself would see, none older.
    """
    if node.at is None:
        return newest_of(evaluator, node)
    offset_ms = evaluator.durations.offset_ms(node.offset_ms, node.offset_expr)
    reference = evaluator.reference_times(node.at, max(offset_ms, 0))
    return newest(evaluator, evaluator.series(node.matchers), reference, lookback_less_ms=abs(offset_ms))


def newest(
    evaluator: Evaluator, series: list[Samples], reference: Integers, *, lookback_less_ms: int = 0
) -> Newest:
    """What is in sight of each series at the reference times."""
    lookback = evaluator.query.settings.lookback_ms - lookback_less_ms
    present = np.zeros((len(series), evaluator.axis.count), dtype=bool)
    index: list[Integers] = []
    known: dict[int, tuple[Integers, Booleans]] = {}
    for row, samples in enumerate(series):
        grid = id(samples.times)
        if grid not in known:
            known[grid] = _in_sight(samples.times, reference, lookback, evaluator)
        at, near = known[grid]
        index.append(at)
        present[row] = near & ~samples.stale[at] if samples.stale.any() else near
    return Newest(series, index, present)


def _in_sight(
    times: Integers, reference: Integers, lookback: int, evaluator: Evaluator
) -> tuple[Integers, Booleans]:
    """The index of the newest sample at each reference time, and whether it is recent enough."""
    index = np.searchsorted(times, reference, side="right") - 1
    at = np.maximum(index, 0)
    oldest = reference - lookback
    recent = times[at] > oldest if evaluator.compat.left_open else times[at] >= oldest
    return at, (index >= 0) & recent


def select_instant(evaluator: Evaluator, node: VectorSelector) -> Value:
    """An instant vector selector along the axis."""
    select = _select_smoothed if node.smoothed else _select_instant
    return evaluator.shared(node, lambda inner: select(inner, node))


def _select_smoothed(evaluator: Evaluator, node: VectorSelector) -> Vector:
    from ledgerscope.promql.engine.functions.extended import select_smoothed  # noqa: PLC0415 - seldom needed

    return select_smoothed(evaluator, node)


def _select_instant(evaluator: Evaluator, node: VectorSelector) -> Vector:
    found = newest_of(evaluator, node)
    if not found.series:
        return Vector.empty(evaluator.axis)
    labels = tuple(samples.labels for samples in found.series)
    return Vector(evaluator.axis, labels, found.values(), found.present, found.histograms()).seen()


@dataclass(frozen=True, slots=True)
class RangeSelection:
    """What a function of a range vector works on: live series, and the range seen from each instant."""

    series: list[Samples]
    ends: Integers
    range_ms: int
    drop_name: tuple[bool, ...]


def select_range(evaluator: Evaluator, node: MatrixSelector) -> RangeSelection:
    """The series of a range selector, without stale markers, and the ends of the ranges."""
    vector = node.vector
    offset_ms = evaluator.durations.offset_ms(vector.offset_ms, vector.offset_expr)
    range_ms = evaluator.durations.positive_ms(node.range_ms, node.range_expr)
    live = [samples.live for samples in evaluator.series(vector.matchers)]
    series = [samples for samples in live if len(samples)]
    return RangeSelection(
        series, evaluator.reference_times(vector.at, offset_ms), range_ms, (False,) * len(series)
    )


def select_matrix(evaluator: Evaluator, node: MatrixSelector) -> Value:
    """A range selector by itself: its raw samples, at a single instant."""
    return raw_samples(evaluator, select_range(evaluator, node))


def raw_samples(evaluator: Evaluator, selection: RangeSelection) -> Matrix:
    """The samples of each series within the range of the only instant."""
    if evaluator.axis.count != 1:
        raise EvaluationError(
            'invalid expression type "range vector" for range query, must be Scalar or instant Vector'
        )
    end = int(selection.ends[0])
    start = end - selection.range_ms
    side: Literal["left", "right"] = "right" if evaluator.compat.left_open else "left"
    found = []
    for samples in selection.series:
        lo = int(np.searchsorted(samples.times, start, side=side))
        hi = int(np.searchsorted(samples.times, end, side="right"))
        if lo < hi:
            found.append(samples.pick(slice(lo, hi)))
    return Matrix(tuple(found))
