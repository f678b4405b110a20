"""Compares what an evaluation gave with what a script expects of it.

Numbers may differ by one part in a million, as Prometheus's own runner allows.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.histograms.histogram import populated
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.samples.values import Matrix, Scalar, String, Vector
from ledgerscope.promql.scripts.script import Expectation
from ledgerscope.promql.text.numbers import format_general

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ledgerscope.promql.histograms.histogram import Buckets, Histogram
    from ledgerscope.promql.samples.labels import Labels
    from ledgerscope.promql.samples.storage import Samples
    from ledgerscope.promql.samples.values import Result, Row
    from ledgerscope.promql.scripts.script import Eval, Pattern, SeriesLine

_TOLERANCE = 0.000001
_SMALLEST_NORMAL = 2.2250738585072014e-308


def almost_equal(left: float, right: float) -> bool:
    """Within the tolerance, relative to the size of both; NaN equals NaN."""
    if math.isnan(left) or math.isnan(right):
        return math.isnan(left) and math.isnan(right)
    if left == right:
        return True
    size, distance = abs(left) + abs(right), abs(left - right)
    if left == 0 or right == 0 or size < _SMALLEST_NORMAL:
        return distance < _TOLERANCE * _SMALLEST_NORMAL
    return distance / min(size, 1.7976931348623157e308) < _TOLERANCE


@dataclass(frozen=True, slots=True)
class Cell:
    """One sample, expected or found: when, a float or a native histogram; whether its hint matters."""

    at_ms: int
    value: float
    histogram: Histogram | None
    with_hint: bool = False

    def __str__(self) -> str:
        return format_general(self.value) if self.histogram is None else str(self.histogram)


def differences(case: Eval, result: Result) -> Iterator[str]:
    """What is not as expected, in words; nothing when all is well."""
    yield from _annotation_differences(case, result)
    yield from value_differences(case, result)


def _annotation_differences(case: Eval, result: Result) -> Iterator[str]:
    for wanted, unwanted, texts in (
        (Expectation.WARN, Expectation.NO_WARN, result.warnings),
        (Expectation.INFO, Expectation.NO_INFO, result.infos),
    ):
        if case.expects(unwanted) and texts:
            yield f"expected no {wanted.value}, got {list(texts)}"
        if case.expects(wanted):
            yield from _pattern_differences(wanted.value, case.expectations[wanted], texts)


def _pattern_differences(kind: str, patterns: Sequence[Pattern], texts: Sequence[str]) -> Iterator[str]:
    if not texts:
        yield f"expected a {kind}, got none"
    for pattern in patterns:
        if texts and not any(pattern.matches(text) for text in texts):
            yield f"expected {kind} {pattern.text!r}, got {list(texts)}"
    for text in texts:
        if not any(pattern.matches(text) for pattern in patterns):
            yield f"unexpected {kind} {text!r}"


def value_differences(case: Eval, result: Result) -> Iterator[str]:
    """Where the value differs from the expected one."""
    value = result.value
    if isinstance(value, String):
        if value.text != (case.text or ""):
            yield f"expected string {case.text!r}, got {value.text!r}"
    elif isinstance(value, Scalar):
        yield from _scalar_differences(case, float(value.values[0]))
    elif case.scalar is not None:
        yield f"expected the scalar {format_general(case.scalar)}, got series"
    elif isinstance(value, Matrix):
        got = {samples.labels: _sample_cells(samples) for samples in value.series}
        yield from _series_differences(case, got, case.samples or (0, 0, 0))
    elif case.is_range:
        got = {row.labels: _row_cells(value, row) for row in value}
        yield from _series_differences(case, got, (case.start_ms, case.end_ms, case.step_ms))
    else:
        yield from instant_differences(case, value, 0)


def _scalar_differences(case: Eval, got: float) -> Iterator[str]:
    if case.scalar is None:
        yield f"expected series, got the scalar {format_general(got)}"
    elif not almost_equal(case.scalar, got):
        yield f"expected {format_general(case.scalar)}, got {format_general(got)}"


def instant_differences(case: Eval, vector: Vector, column: int) -> Iterator[str]:
    """Where one instant of a vector differs from the expected samples."""
    expected = {line.labels: (place, line) for place, line in enumerate(case.series)}
    met: set[Labels] = set()
    for place, sample in enumerate(vector.at(column)):
        cell = Cell(0, sample.value, sample.histogram)
        if sample.labels not in expected:
            yield f"unexpected series {sample.labels} with {cell}"
            continue
        wanted_place, line = expected[sample.labels]
        if case.expects(Expectation.ORDERED) and wanted_place != place:
            yield f"expected {sample.labels} at place {wanted_place + 1}, got it at {place + 1}"
        met.add(sample.labels)
        yield from _cell_differences(sample.labels, _expected_cell(line, 0, 0), cell)
    yield from (f"expected series {labels}, got none" for labels in expected if labels not in met)


def _expected_cell(line: SeriesLine, place: int, at_ms: int) -> Cell:
    points = line.points
    if points.histograms is None or points.hinted is None:
        return Cell(at_ms, float(points.values[place]), None)
    return Cell(at_ms, float(points.values[place]), points.histograms[place], bool(points.hinted[place]))


def _cell_differences(labels: Labels, wanted: Cell, got: Cell) -> Iterator[str]:
    if (wanted.histogram is None) != (got.histogram is None):
        yield f"expected {wanted} for {labels}, got {got}"
    elif wanted.histogram is not None and got.histogram is not None:
        if not same_histogram(wanted.histogram, got.histogram, with_hint=wanted.with_hint):
            yield f"expected {wanted} for {labels}, got {got}"
    elif not almost_equal(wanted.value, got.value):
        yield f"expected {wanted} for {labels}, got {got}"


def same_histogram(left: Histogram, right: Histogram, *, with_hint: bool) -> bool:
    """The same layout, counts within the tolerance; empty buckets make no difference."""
    if (left.schema, left.custom_values, left.zero_threshold) != (
        right.schema,
        right.custom_values,
        right.zero_threshold,
    ):
        return False
    if with_hint and left.hint is not right.hint:
        return False
    numbers = (left.count, right.count), (left.sum, right.sum), (left.zero_count, right.zero_count)
    return (
        all(almost_equal(*pair) for pair in numbers)
        and _same_buckets(left.positive, right.positive)
        and _same_buckets(left.negative, right.negative)
    )


def _same_buckets(left: Buckets, right: Buckets) -> bool:
    ours, theirs = dict(populated(left)), dict(populated(right))
    return ours.keys() == theirs.keys() and all(almost_equal(ours[index], theirs[index]) for index in ours)


def _series_differences(
    case: Eval, got: dict[Labels, list[Cell]], span: tuple[int, int, int]
) -> Iterator[str]:
    expected = {line.labels: line for line in case.series}
    for labels, cells in got.items():
        if labels not in expected:
            yield f"unexpected series {labels} with {_listed(cells)}"
        else:
            yield from _row_differences(labels, _expected_cells(expected[labels], span), cells)
    yield from (f"expected series {labels}, got none" for labels in expected if labels not in got)


def _expected_cells(line: SeriesLine, span: tuple[int, int, int]) -> list[Cell]:
    start, _, step = span
    places = np.flatnonzero(line.points.present).tolist()
    return [_expected_cell(line, place, start + place * step) for place in places]


def _row_differences(labels: Labels, expected: list[Cell], got: list[Cell]) -> Iterator[str]:
    if [cell.at_ms for cell in expected] != [cell.at_ms for cell in got]:
        yield f"expected {_listed(expected)} for {labels}, got {_listed(got)}"
        return
    for wanted, cell in zip(expected, got, strict=True):
        for difference in _cell_differences(labels, wanted, cell):
            yield f"at {cell.at_ms}: {difference}"


def _listed(cells: list[Cell]) -> str:
    return "[" + ", ".join(f"{cell} @{cell.at_ms}" for cell in cells) + "]"


def _sample_cells(samples: Samples) -> list[Cell]:
    held = [None] * len(samples) if samples.histograms is None else samples.histograms.tolist()
    return [
        Cell(at, value, histogram)
        for at, value, histogram in zip(samples.times.tolist(), samples.values.tolist(), held, strict=True)
    ]


def _row_cells(vector: Vector, row: Row) -> list[Cell]:
    here = np.flatnonzero(row.present)
    held = [None] * len(here) if row.histograms is None else row.histograms[here].tolist()
    times, values = vector.axis.times[here].tolist(), row.values[here].tolist()
    return [Cell(at, value, h) for at, value, h in zip(times, values, held, strict=True)]
