"""Aggregations give, bit for bit, what plain code gives instant by instant, whatever is present."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgerscope.promql.engine.engine import Engine
from ledgerscope.promql.errors import EvaluationError
from ledgerscope.promql.samples.labels import Labels
from ledgerscope.promql.samples.storage import Storage
from ledgerscope.promql.syntax.dialect import SCRIPT_FEATURES
from tests.promql import slow

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = 4
number = st.one_of(
    st.integers(-3, 3).map(float),
    st.floats(-1e3, 1e3, allow_nan=False),
    st.sampled_from([math.nan, math.inf, -math.inf, 1e308, -1e308, 1e100, 0.1]),
)
#: A few series by instants; None where a series is absent.
table = st.lists(st.lists(st.none() | number, min_size=STEPS, max_size=STEPS), min_size=1, max_size=6)


def stored(rows: list[list[float | None]], **labels: str) -> Storage:
    storage = Storage()
    for index, row in enumerate(rows):
        here = [(step, value) for step, value in enumerate(row) if value is not None]
        identity = Labels({"__name__": "x", "i": str(index), "parity": str(index % 2), **labels})
        storage.append(identity, [step * 600_000 for step, _ in here], [value for _, value in here])
    return storage


def engine_of(compat: str) -> Engine:
    return Engine(compat, features=SCRIPT_FEATURES if compat == "3" else ())


def evaluated(storage: Storage, expression: str, compat: str = "3") -> dict[Labels, list[float | None]]:
    vector = (
        Engine(compat, features=SCRIPT_FEATURES if compat == "3" else ())
        .range(storage, expression, 0, (STEPS - 1) * 600_000, 600_000)
        .vector
    )
    return {
        row.labels: [float(v) if here else None for v, here in zip(row.values, row.present, strict=True)]
        for row in vector
    }


def same(left: float | None, right: float | None) -> bool:
    if left is None or right is None:
        return left is right
    return left == right or (math.isnan(left) and math.isnan(right))


def _variance(values: list[float]) -> float:
    spread, mean = (0.0 if math.isfinite(values[0]) else math.nan), values[0]
    for count, value in enumerate(values[1:], start=2):
        off = value - mean
        mean += off / count
        spread += off * (value - mean)
    return spread / len(values)


def _sum(values: list[float]) -> float:
    total, lost = values[0], 0.0
    for value in values[1:]:
        total, lost = slow.add(total, lost, value)
    return total + lost


AGGREGATIONS: dict[str, Callable[[list[float]], float]] = {
    "sum(x)": _sum,
    "avg(x)": slow.mean,
    "min(x)": slow.smallest,
    "max(x)": slow.largest,
    "count(x)": lambda values: float(len(values)),
    "group(x)": lambda _: 1.0,
    "stdvar(x)": _variance,
    "quantile(0.7, x)": lambda values: slow.quantile(0.7, values),
    "quantile(2, x)": lambda _: math.inf,
}


@pytest.mark.parametrize("expression", AGGREGATIONS)
@settings(max_examples=15, deadline=None)
@given(rows=table)
def test_an_aggregation_folds_the_series_in_order(expression: str, rows: list[list[float | None]]) -> None:
    columns = [[row[step] for row in rows if row[step] is not None] for step in range(STEPS)]
    expected = [AGGREGATIONS[expression](list(map(float, filter_none(c)))) if c else None for c in columns]
    (got,) = evaluated(stored(rows), expression).values() or [[None] * STEPS]
    assert all(map(same, got, expected)), (got, expected)


def filter_none(values: list[float | None]) -> list[float]:
    return [value for value in values if value is not None]


@settings(max_examples=15, deadline=None)
@given(rows=table)
def test_grouping_by_a_label_is_aggregating_each_part(rows: list[list[float | None]]) -> None:
    got = evaluated(stored(rows), "sum by (parity) (x)")
    for parity in "01":
        part = evaluated(stored(rows), f'sum(x{{parity="{parity}"}})')
        whole = got.get(Labels({"parity": parity}), [None] * STEPS)
        (alone,) = part.values() or [[None] * STEPS]
        assert all(map(same, whole, alone))


@settings(max_examples=25, deadline=None)
@given(rows=table, limit=st.integers(0, 4), largest=st.booleans())
def test_the_best_series_are_kept_with_their_values(
    rows: list[list[float | None]], limit: int, *, largest: bool
) -> None:
    expression = f"{'topk' if largest else 'bottomk'}({limit}, x)"
    kept = evaluated(stored(rows), expression)
    sign = 1.0 if largest else -1.0
    for step in range(STEPS):
        expected = slow.keep_best(
            [None if v is None else sign * v for v in (row[step] for row in rows)], limit
        )
        got = [value for row in kept.values() if (value := row[step]) is not None]
        # 0.0 and -0.0 are a tie: either may be kept.
        assert sorted(repr(value + 0.0) for value in got) == sorted(
            repr(sign * value + 0.0) for value in expected
        )


def test_a_tie_for_the_last_place_is_won_by_whoever_came_first() -> None:
    kept = evaluated(stored([[1.0] * STEPS, [2.0] * STEPS, [1.0] * STEPS]), "topk(2, x)")
    assert sorted(labels.get("i") for labels in kept) == ["0", "1"]


def test_prometheus_2_adds_up_without_compensation() -> None:
    rows: list[list[float | None]] = [[1e100] * STEPS, [1.0] * STEPS, [-1e100] * STEPS]
    assert evaluated(stored(rows), "sum(x)", "3") == {Labels(): [1.0] * STEPS}
    assert evaluated(stored(rows), "sum(x)", "2") == {Labels(): [0.0] * STEPS}


def test_values_are_counted_under_their_shortest_text() -> None:
    rows: list[list[float | None]] = [[0.5] * STEPS, [0.5] * STEPS, [1e22] * STEPS, [math.nan] * STEPS]
    got = evaluated(stored(rows), 'count_values("v", x)')
    assert got == {
        Labels({"v": "0.5"}): [2.0] * STEPS,
        Labels({"v": "10000000000000000000000"}): [1.0] * STEPS,
        Labels({"v": "NaN"}): [1.0] * STEPS,
    }


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("topk(NaN, x)", "Parameter value is NaN"),
        ("topk(1e30, x)", "Scalar value 1e+30 overflows int64"),
        ("limit_ratio(NaN, x)", "Ratio value is NaN"),
        ('count_values("", x)', 'invalid label name ""'),
    ],
)
def test_senseless_parameters_are_refused(expression: str, message: str) -> None:
    with pytest.raises(EvaluationError, match=message.replace("+", r"\+")):
        engine_of("3").instant(stored([[1.0] * STEPS]), expression, 0)


@settings(max_examples=10, deadline=None)
@given(ratio=st.floats(0, 1, allow_nan=False))
def test_a_ratio_and_its_complement_share_out_the_series(ratio: float) -> None:
    storage = stored([[1.0] * STEPS for _ in range(20)])
    chosen = engine_of("3").instant(storage, f"limit_ratio({ratio!r}, x)", 0).vector.labels
    others = (
        Engine(features=SCRIPT_FEATURES)
        .instant(storage, f"limit_ratio({-(1 - ratio)!r}, x)", 0)
        .vector.labels
    )
    assert set(chosen) | set(others) == set(engine_of("3").instant(storage, "x", 0).vector.labels)
