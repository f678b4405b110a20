"""Every function of a range vector gives, bit for bit, what plain code gives window by window."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgerscope.promql.engine.engine import Engine
from ledgerscope.promql.samples.labels import Labels
from ledgerscope.promql.samples.stale import STALE
from ledgerscope.promql.samples.storage import Storage
from ledgerscope.promql.syntax.dialect import SCRIPT_FEATURES
from tests.promql import slow

if TYPE_CHECKING:
    from collections.abc import Callable

X = Labels({"__name__": "x_total"})
STEP = 15_000

ordinary = st.one_of(
    st.integers(-5, 20).map(float),
    st.floats(-1e6, 1e6, allow_nan=False),
    st.sampled_from([0.1, -0.0, 1e15, 1e-9]),
)
special = st.sampled_from([math.nan, math.inf, -math.inf, 1e308, -1e308])
Point = tuple[int, float]


@st.composite
def series(draw: st.DrawFn, values: st.SearchStrategy[float] = ordinary) -> list[Point]:
    """Samples mostly on a grid, with gaps, jitter and stale markers."""
    points = []
    at = draw(st.integers(0, 30_000))
    for _ in range(draw(st.integers(0, 14))):
        points.append((at, draw(st.one_of(values, values, values, values, st.just(STALE)))))
        at += draw(st.sampled_from([STEP, STEP, STEP, STEP + 1, 2 * STEP, 7_000, 90_000]))
    return points


def is_stale(value: float) -> bool:
    return bool(np.float64(value).view(np.uint64) == np.float64(STALE).view(np.uint64))


def window(points: list[Point], start: int, end: int) -> list[Point]:
    return [(at, value) for at, value in points if start < at <= end and not is_stale(value)]


def engine_of(compat: str) -> Engine:
    return Engine(compat, features=SCRIPT_FEATURES if compat == "3" else ())


def evaluated(
    points: list[Point], expression: str, times: list[int], compat: str = "3"
) -> list[float | None]:
    """The only series' values at the times, which must be evenly spaced."""
    storage = Storage()
    storage.append(X, [at for at, _ in points], np.array([value for _, value in points], dtype=float))
    vector = (
        Engine(compat, features=SCRIPT_FEATURES if compat == "3" else ())
        .range(storage, expression, times[0], times[-1], times[1] - times[0])
        .vector
    )
    if not len(vector):
        return [None] * len(times)
    (row,) = vector
    return [float(value) if here else None for value, here in zip(row.values, row.present, strict=True)]


def same(left: float | None, right: float | None) -> bool:
    if left is None or right is None:
        return left is right
    return left == right or (math.isnan(left) and math.isnan(right))


TIMES = list(range(0, 240_001, 20_000))
RANGE = 60_000

OF_VALUES: dict[str, Callable[[list[float]], float | None]] = {
    "sum_over_time(x_total[1m])": slow.total,
    "avg_over_time(x_total[1m])": slow.mean,
    "stdvar_over_time(x_total[1m])": slow.variance,
    "min_over_time(x_total[1m])": slow.smallest,
    "max_over_time(x_total[1m])": slow.largest,
    "count_over_time(x_total[1m])": lambda values: float(len(values)),
    "last_over_time(x_total[1m])": lambda values: values[-1],
    "first_over_time(x_total[1m])": lambda values: values[0],
    "present_over_time(x_total[1m])": lambda _: 1.0,
    "changes(x_total[1m])": slow.changes,
    "resets(x_total[1m])": slow.resets,
    "quantile_over_time(0.3, x_total[1m])": lambda values: slow.quantile(0.3, values),
    "quantile_over_time(-1, x_total[1m])": lambda _: -math.inf,
    "double_exponential_smoothing(x_total[1m], 0.5, 0.25)": (
        lambda values: slow.smoothed(values, 0.5, 0.25) if len(values) > 1 else None
    ),
}


@pytest.mark.parametrize("expression", OF_VALUES)
@settings(max_examples=20, deadline=None)
@given(points=series(st.one_of(ordinary, ordinary, ordinary, special)))
def test_functions_of_the_values_of_a_window(expression: str, points: list[Point]) -> None:
    expected = [
        OF_VALUES[expression]([value for _, value in inside]) if inside else None
        for inside in (window(points, at - RANGE, at) for at in TIMES)
    ]
    got = evaluated(points, expression, TIMES)
    assert all(map(same, got, expected)), (got, expected)


OF_TIMES: dict[str, Callable[[list[Point], int], float | None]] = {
    "rate(x_total[1m])": lambda w, at: slow.rate(w, at - RANGE, at, counter=True, per_second=True),
    "increase(x_total[1m])": lambda w, at: slow.rate(w, at - RANGE, at, counter=True, per_second=False),
    "delta(x_total[1m])": lambda w, at: slow.rate(w, at - RANGE, at, counter=False, per_second=False),
    "deriv(x_total[1m])": lambda w, _: slow.line(w, w[0][0])[0] if len(w) > 1 else None,
    "ts_of_first_over_time(x_total[1m])": lambda w, _: w[0][0] / 1000,
    "ts_of_last_over_time(x_total[1m])": lambda w, _: w[-1][0] / 1000,
}


@pytest.mark.parametrize("expression", OF_TIMES)
@settings(max_examples=30, deadline=None)
@given(points=series())
def test_functions_of_values_and_times(expression: str, points: list[Point]) -> None:
    expected = [
        OF_TIMES[expression](inside, at) if inside else None
        for at, inside in ((at, window(points, at - RANGE, at)) for at in TIMES)
    ]
    got = evaluated(points, expression, TIMES)
    assert all(map(same, got, expected)), (got, expected)


@settings(max_examples=30, deadline=None)
@given(points=series())
def test_a_prediction_extends_the_line_from_the_time_of_evaluation(points: list[Point]) -> None:
    expected: list[float | None] = []
    for at in TIMES:
        inside = window(points, at - RANGE, at)
        slope, level = slow.line(inside, at) if len(inside) > 1 else (math.nan, math.nan)
        expected.append(slope * 600.0 + level if len(inside) > 1 else None)
    got = evaluated(points, "predict_linear(x_total[1m], 600)", TIMES)
    assert all(map(same, got, expected)), (got, expected)


@settings(max_examples=30, deadline=None)
@given(points=series(), counter=st.booleans())
def test_the_last_two_samples_make_the_instant_rate(points: list[Point], *, counter: bool) -> None:
    expected: list[float | None] = []
    for at in TIMES:
        inside = window(points, at - RANGE, at)[-2:]
        if len(inside) < 2:
            expected.append(None)
            continue
        (t1, v1), (t2, v2) = inside
        step = v2 if counter and v2 < v1 else v2 - v1
        expected.append(step / ((t2 - t1) / 1000) if counter else step)
    got = evaluated(points, "irate(x_total[1m])" if counter else "idelta(x_total[1m])", TIMES)
    assert all(map(same, got, expected)), (got, expected)


@settings(max_examples=30, deadline=None)
@given(points=series())
def test_the_newest_sample_within_the_lookback_is_seen(points: list[Point]) -> None:
    expected: list[float | None] = []
    for at in TIMES:
        seen = [value for time, value in points if at - 300_000 < time <= at]
        expected.append(seen[-1] if seen and not is_stale(seen[-1]) else None)
    got = evaluated(points, "x_total", TIMES)
    assert all(map(same, got, expected)), (got, expected)


@settings(max_examples=20, deadline=None)
@given(points=series())
def test_a_subquery_at_every_sample_time_is_the_range_itself(points: list[Point]) -> None:
    on_grid = [(at // 20_000 * 20_000, value) for at, value in points]
    unique = list(dict(on_grid).items())
    direct = evaluated(unique, "sum_over_time(x_total[1m])", TIMES)
    through = evaluated(
        unique, "sum_over_time((x_total and on() (time() == timestamp(x_total)))[1m:20s])", TIMES
    )
    assert all(map(same, direct, through)), (direct, through)


@pytest.mark.parametrize(
    ("compat", "expected"),
    [("3", [None, 1.0, 1.0, 1.0, 1.0]), ("2", [1.0, 2.0, 2.0, 2.0, 2.0])],
)
def test_ranges_are_open_on_the_left_since_prometheus_3(compat: str, expected: list[float | None]) -> None:
    points = [(at, 1.0) for at in range(0, 240_001, 60_000)]
    times = list(range(0, 240_001, 60_000))
    got = evaluated(points, "count_over_time(x_total[1m])", times, compat)
    assert got == ([1.0, *expected[1:]] if compat == "3" else expected)
