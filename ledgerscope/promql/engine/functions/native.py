"""Native histograms in vectors: numbers taken from each, and what subqueries do to them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine import annotations as notes
from ledgerscope.promql.histograms import statistics
from ledgerscope.promql.histograms.histogram import Histogram, ResetHint

if TYPE_CHECKING:
    from ledgerscope.promql.engine.annotations import Note
    from ledgerscope.promql.engine.evaluator import Evaluator
    from ledgerscope.promql.samples.axis import Objects
    from ledgerscope.promql.samples.labels import Labels
    from ledgerscope.promql.samples.values import Value, Vector
    from ledgerscope.promql.syntax.ast import Call

#: A number of one histogram, given the series' labels and the instant's place on the axis.
NativeMeasure = Callable[["Labels", Histogram, int], float]


def measure_cells(vector: Vector, measure: NativeMeasure) -> Vector:
    """A number for every native histogram; floats are left out, names go."""
    present = vector.is_histogram
    values = np.zeros(present.shape)
    if vector.histograms is not None:
        for row, column in np.argwhere(present):
            values[row, column] = measure(vector.labels[row], vector.histograms[row, column], int(column))
    return replace(vector, values=values, present=present, histograms=None, drop_name=(True,) * len(vector))


def _of_each(
    measure: Callable[[Histogram], float], *, totals_only: bool = False
) -> Callable[[Evaluator, Call], Value]:
    def function(evaluator: Evaluator, call: Call) -> Value:
        inner = evaluator.detecting_resets() if totals_only else evaluator
        vector = inner.vector(call.args[0])
        measured = measure_cells(vector, lambda _labels, histogram, _column: measure(histogram))
        return evaluator.named(measured.seen())

    return function


NATIVE_FUNCTIONS: dict[str, Callable[[Evaluator, Call], Value]] = {
    "histogram_avg": _of_each(statistics.mean, totals_only=True),
    "histogram_count": _of_each(lambda histogram: histogram.count, totals_only=True),
    "histogram_stddev": _of_each(statistics.deviation),
    "histogram_stdvar": _of_each(statistics.variance),
    "histogram_sum": _of_each(lambda histogram: histogram.sum, totals_only=True),
}


def quantile_of(q: float, histogram: Histogram, metric: str) -> tuple[float, Note | None]:
    """The q-quantile, and a remark if observations of NaN have spoilt it."""
    value = statistics.quantile(q, histogram)
    if not 0 <= q <= 1 or not _has_nan(histogram):
        return value, None
    return value, notes.quantile_nan_result(metric) if math.isnan(value) else notes.quantile_nan_skew(metric)


def fraction_of(lower: float, upper: float, histogram: Histogram, metric: str) -> tuple[float, Note | None]:
    """The share of observations between two values, and a remark if some of them are NaN."""
    value = statistics.fraction(lower, upper, histogram)
    remark = lower < upper and _has_nan(histogram)
    return value, notes.fraction_nan(metric) if remark else None


def _has_nan(histogram: Histogram) -> bool:
    """Whether some observations are in no bucket, which only NaN can bring about."""
    if not math.isnan(histogram.sum) or histogram.count == 0:
        return False
    return sum(bucket.count for bucket in histogram.all_buckets()) < histogram.count


def forget_reset_hints(histograms: Objects) -> Objects:
    """Hints about resets are of no use between samples that were picked anew."""
    result = histograms.copy()
    for place, histogram in enumerate(histograms):
        if histogram is not None and histogram.hint is not ResetHint.GAUGE:
            result[place] = histogram.with_hint(ResetHint.UNKNOWN)
    return result
