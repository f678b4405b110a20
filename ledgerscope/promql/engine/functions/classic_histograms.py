"""histogram_quantile, histogram_quantiles and histogram_fraction: both kinds of histograms side by side.

Classic buckets are gathered into histograms first; a native histogram under the identity of a classic one
at the same instant silences both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine import annotations as notes
from ledgerscope.promql.engine.functions import buckets as classic
from ledgerscope.promql.engine.functions.buckets import Buckets, Corrected
from ledgerscope.promql.engine.functions.native import NativeMeasure, fraction_of, measure_cells, quantile_of
from ledgerscope.promql.engine.functions.relabel import text_argument
from ledgerscope.promql.engine.operations.setops import concatenate
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.samples.axis import in_any_instant, in_any_series
from ledgerscope.promql.samples.labels import BUCKET_BOUND, Labels
from ledgerscope.promql.samples.values import Value, Vector, merge_equal
from ledgerscope.promql.text.numbers import format_general

if TYPE_CHECKING:
    from ledgerscope.promql.engine.evaluator import Evaluator
    from ledgerscope.promql.histograms.histogram import Histogram
    from ledgerscope.promql.samples.axis import Booleans, Floats
    from ledgerscope.promql.syntax.ast import Call, Expr

_BOUND = frozenset({BUCKET_BOUND})
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?|inf|infinity|nan)", re.IGNORECASE)

#: What to do with one classic histogram at some instants: its buckets and the instants' columns to results.
ClassicMeasure = Callable[[Labels, Buckets, "Booleans"], "Floats"]


@dataclass(frozen=True, slots=True)
class Histograms:
    """A vector split into classic histograms (bucket rows and bounds by identity) and native ones.

    `silenced` says where a classic histogram does not count, a native one having the same identity.
    """

    vector: Vector
    classic: dict[Labels, list[tuple[int, float]]]
    native: Vector
    silenced: dict[Labels, Booleans]

    def measured(self, of_classic: ClassicMeasure, of_native: NativeMeasure) -> Vector:
        """One number per histogram and instant."""
        rows = [self._classic_row(labels, members, of_classic) for labels, members in self.classic.items()]
        natives = measure_cells(self.native, of_native)
        return concatenate(natives, _stacked(self.vector, rows)).seen()

    def _classic_row(
        self, labels: Labels, members: list[tuple[int, float]], measure: ClassicMeasure
    ) -> tuple[Labels, bool, Floats, Booleans]:
        rows = [row for row, _ in members]
        bounds = np.array([bound for _, bound in members])
        values = np.zeros(self.vector.axis.count)
        present = self.vector.floats[rows] & ~self.silenced.get(labels, np.False_)
        for columns, here in _patterns(present):
            buckets = Buckets.gather(bounds[here], self.vector.values[np.array(rows)[here]][:, columns])
            values[columns] = measure(labels, buckets, columns)
        return labels, any(self.vector.drop_name[row] for row in rows), values, in_any_series(present)


def _patterns(present: Booleans) -> Iterator[tuple[Booleans, Booleans]]:
    """Groups of instants at which the same buckets are present: (the instants, the buckets)."""
    if present.all():
        yield np.ones(present.shape[1], dtype=bool), np.ones(len(present), dtype=bool)
        return
    packed = np.packbits(present, axis=0)
    _, first, which = np.unique(packed, axis=1, return_index=True, return_inverse=True)
    for pattern, column in enumerate(first):
        here = present[:, column]
        if here.any():
            yield which.reshape(-1) == pattern, here


def _stacked(vector: Vector, rows: list[tuple[Labels, bool, Floats, Booleans]]) -> Vector:
    if not rows:
        return Vector.empty(vector.axis)
    return Vector(
        vector.axis,
        tuple(labels for labels, _, _, _ in rows),
        np.stack([values for _, _, values, _ in rows]),
        np.stack([present for _, _, _, present in rows]),
        None,
        (True,) * len(rows),
    )


def gather(evaluator: Evaluator, vector: Vector, argument: Expr) -> Histograms:
    """The histograms of a vector; buckets without a readable bound are remarked on and left out."""
    members: dict[Labels, list[tuple[int, float]]] = {}
    floats = vector.floats
    for row, labels in enumerate(vector.labels):
        if not floats[row].any():
            continue
        bound = labels.get(BUCKET_BOUND)
        if not _NUMBER.fullmatch(bound):
            metric = labels.name if evaluator.query.settings.delayed_name_removal else ""
            evaluator.note(notes.bad_bucket_label(metric, bound), argument.span)
            continue
        members.setdefault(labels.drop(_BOUND), []).append((row, float(bound)))
    clashes = _clashes(evaluator, vector, members, argument)
    present = vector.is_histogram
    for row, labels in enumerate(vector.labels):
        if labels in clashes:
            present[row] &= ~clashes[labels]
    native = replace(vector, present=present).take(in_any_instant(vector.is_histogram))
    return Histograms(vector, members, native, clashes)


def _clashes(
    evaluator: Evaluator, vector: Vector, members: dict[Labels, list[tuple[int, float]]], argument: Expr
) -> dict[Labels, Booleans]:
    """Where a native and a classic histogram share an identity."""
    clashes: dict[Labels, Booleans] = {}
    for row in np.flatnonzero(in_any_instant(vector.is_histogram)):
        labels = vector.labels[row]
        buckets = [bucket for bucket, _ in members.get(labels, ())]
        clash = vector.is_histogram[row] & in_any_series(vector.floats[buckets])
        if clash.any():
            metric = labels.name if evaluator.query.settings.delayed_name_removal else ""
            evaluator.note(notes.mixed_classic_native(metric), argument.span)
            clashes[labels] = clash
    return clashes


def histogram_quantile(evaluator: Evaluator, call: Call) -> Value:
    """The q-quantile of each histogram."""
    q = evaluator.scalar(call.args[0]).values
    _check(evaluator, q, call.args[0])
    histograms = gather(evaluator, evaluator.leaving_resets().vector(call.args[1]), call.args[1])
    return evaluator.named(_quantiles(evaluator, histograms, q, call.args[1]))


def _quantiles(evaluator: Evaluator, histograms: Histograms, q: Floats, argument: Expr) -> Vector:
    def of_classic(labels: Labels, buckets: Buckets, columns: Booleans) -> Floats:
        values, corrected = classic.quantile(q[columns], buckets, tolerant=evaluator.compat.tolerant_buckets)
        if corrected is not None:
            _remark_on_correction(evaluator, labels, corrected, columns, argument)
        return values

    def of_native(labels: Labels, histogram: Histogram, column: int) -> float:
        value, remark = quantile_of(float(q[column]), histogram, labels.name)
        if remark is not None:
            evaluator.note(remark, argument.span)
        return value

    return histograms.measured(of_classic, of_native)


def _remark_on_correction(
    evaluator: Evaluator, labels: Labels, corrected: Corrected, columns: Booleans, argument: Expr
) -> None:
    detail = corrected.detail(evaluator.axis.times[columns])
    if detail is not None:
        metric = labels.name if evaluator.query.settings.delayed_name_removal else ""
        evaluator.notes.add(notes.forced_monotonicity(metric), argument.span, detail)


def _check(evaluator: Evaluator, q: Floats, argument: Expr) -> None:
    for value in dict.fromkeys(q[np.isnan(q) | (q < 0) | (q > 1)].tolist()):
        evaluator.note(notes.invalid_quantile(value), argument.span)


def histogram_quantiles(evaluator: Evaluator, call: Call) -> Value:
    """Several quantiles of each histogram, kept apart by a label."""
    label = text_argument(call.args[1])
    parameters = [(arg, evaluator.scalar(arg).values) for arg in call.args[2:]]
    for argument, q in parameters:
        _check(evaluator, q, argument)
    histograms = gather(evaluator, evaluator.vector(call.args[0]), call.args[0])
    result = Vector.empty(evaluator.axis)
    for _, q in parameters:
        values = _quantiles(evaluator, histograms, q, call.args[0])
        for text in dict.fromkeys(map(_open_metrics, q.tolist())):
            here = np.array([_open_metrics(each) == text for each in q.tolist()])
            result = concatenate(result, _labelled(values, label, text, here))
    return evaluator.named(merge_equal(result.seen()))


def _labelled(vector: Vector, label: str, text: str, here: Booleans) -> Vector:
    labels = tuple(each.replace(label, text) for each in vector.labels)
    return Vector(vector.axis, labels, vector.values, vector.present & here, None, vector.drop_name)


def _open_metrics(value: float) -> str:
    """A number as OpenMetrics writes it: whole numbers keep a decimal point."""
    text = format_general(value)
    return text if any(char in text for char in ".eNI") else f"{text}.0"


def histogram_fraction(evaluator: Evaluator, call: Call) -> Value:
    """The share of each histogram's observations between two values."""
    lower, upper = (evaluator.scalar(arg).values for arg in call.args[:2])
    histograms = gather(evaluator, evaluator.leaving_resets().vector(call.args[2]), call.args[2])

    def of_classic(_labels: Labels, buckets: Buckets, columns: Booleans) -> Floats:
        return classic.fraction(lower[columns], upper[columns], buckets)

    def of_native(labels: Labels, histogram: Histogram, column: int) -> float:
        value, remark = fraction_of(float(lower[column]), float(upper[column]), histogram, labels.name)
        if remark is not None:
            evaluator.note(remark, call.args[2].span)
        return value

    return evaluator.named(histograms.measured(of_classic, of_native))
