"""Compares what an evaluation gave with what a script expects of it.

Numbers may differ by one part in a million, as Prometheus's own runner allows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.numbers import format_general
from ledgerscope.promql.script import Eval, Expectation, Pattern, SeriesLine
from ledgerscope.promql.values import Matrix, Result, Scalar, String, Vector

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ledgerscope.promql.histogram import Histogram
    from ledgerscope.promql.labels import Labels
    from ledgerscope.promql.series import SequenceValue

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
    """One sample of a result: when, and a float or a native histogram."""

    at_ms: int
    value: float
    histogram: Histogram | None


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
        got = {samples.labels: _cells(samples) for samples in value.series}
        yield from _series_differences(case, got, case.samples or (0, 0, 0))
    elif case.is_range:
        got = {row.labels: _row_cells(value, index) for index, row in enumerate(value)}
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
        if sample.labels not in expected:
            yield f"unexpected series {sample.labels} with {_shown(sample.value, sample.histogram)}"
            continue
        wanted_place, line = expected[sample.labels]
        if case.expects(Expectation.ORDERED) and wanted_place != place:
            yield f"expected {sample.labels} at place {wanted_place + 1}, got it at {place + 1}"
        met.add(sample.labels)
        yield from _sample_differences(line.labels, line.values[0], sample.value, sample.histogram)
    yield from (f"expected series {labels}, got none" for labels in expected if labels not in met)


def _sample_differences(
    labels: Labels, wanted: SequenceValue, value: float, histogram: Histogram | None
) -> Iterator[str]:
    if (wanted.histogram is None) != (histogram is None):
        yield f"expected {_wanted(wanted)} for {labels}, got {_shown(value, histogram)}"
    elif wanted.histogram is not None and histogram is not None:
        if not same_histogram(wanted.histogram, histogram, with_hint=wanted.hint_set):
            yield f"expected {wanted.histogram} for {labels}, got {histogram}"
    elif not almost_equal(wanted.value, value):
        yield f"expected {format_general(wanted.value)} for {labels}, got {format_general(value)}"


def _series_differences(
    case: Eval, got: dict[Labels, list[Cell]], span: tuple[int, int, int]
) -> Iterator[str]:
    expected = {line.labels: line for line in case.series}
    for labels, cells in got.items():
        if labels not in expected:
            yield f"unexpected series {labels} with {[_shown(c.value, c.histogram) for c in cells]}"
        else:
            yield from _row_differences(labels, _expected_cells(expected[labels], span), cells)
    yield from (f"expected series {labels}, got none" for labels in expected if labels not in got)


def _expected_cells(line: SeriesLine, span: tuple[int, int, int]) -> list[tuple[int, SequenceValue]]:
    start, _, step = span
    return [(start + place * step, value) for place, value in enumerate(line.values) if not value.omitted]


def _row_differences(
    labels: Labels, expected: list[tuple[int, SequenceValue]], cells: list[Cell]
) -> Iterator[str]:
    if [at for at, _ in expected] != [cell.at_ms for cell in cells]:
        shown = [f"{_shown(cell.value, cell.histogram)} @{cell.at_ms}" for cell in cells]
        yield f"expected samples of {labels} at {[at for at, _ in expected]}, got {shown}"
        return
    for (at, wanted), cell in zip(expected, cells, strict=True):
        for difference in _sample_differences(labels, wanted, cell.value, cell.histogram):
            yield f"at {at}: {difference}"
