"""Go's shortest float form, checked against what it promises: it reads back, and no shorter one does."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.promql.template.floats import shortest, shortest_scientific, with_precision
from ledgerscope.promql.template.go_numbers import parse_float
from ledgerscope.promql.template.humanize import humanize, humanize_1024, humanize_duration
from ledgerscope.promql.template.values import GoDuration, GoTime

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (-0.0, "-0"), (1.0, "1"), (-1.5, "-1.5"), (100000.0, "100000"), (999999.0, "999999"),
        (1000000.0, "1e+06"), (123456789.0, "1.23456789e+08"), (0.0001, "0.0001"), (0.00001, "1e-05"),
        (1e21, "1e+21"), (1e100, "1e+100"), (5e-324, "5e-324"), (0.1 + 0.2, "0.30000000000000004"),
        (math.inf, "+Inf"), (-math.inf, "-Inf"), (math.nan, "NaN"),
    ],
)  # fmt: skip
def test_the_shortest_form(value: float, text: str) -> None:
    assert shortest(value) == text


@given(FINITE)
def test_the_shortest_form_reads_back(value: float) -> None:
    assert math.copysign(1, parse_float(shortest(value))) == math.copysign(1, value)
    assert parse_float(shortest(value)) == value
    assert parse_float(shortest_scientific(value)) == value


@given(FINITE)
def test_it_has_an_exponent_exactly_outside_the_plain_range(value: float) -> None:
    plain = value == 0 or 1e-4 <= abs(value) < 1e6
    assert ("e" in shortest(value)) is not plain


@given(FINITE, st.integers(0, 20))
def test_a_precision_is_kept(value: float, precision: int) -> None:
    digits = with_precision(value, "f", precision).partition(".")[2]
    assert len(digits) == precision


@given(FINITE)
def test_numbers_are_made_readable_in_a_few_characters(value: float) -> None:
    assert len(humanize(value)) <= len("-1.234e-300y")
    assert len(humanize_1024(value)) <= len("-1.234e+300Yi")
    assert humanize_duration(value)[-1] == "s"


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0s"), (1, "1ns"), (1500, "1.5µs"), (2_000_000, "2ms"), (1_500_000_000, "1.5s"),
        (60_000_000_000, "1m0s"), (3_661_000_000_001, "1h1m1.000000001s"), (-90_000_000_000, "-1m30s"),
    ],
)  # fmt: skip
def test_durations_are_printed_as_go_prints_them(nanoseconds: int, text: str) -> None:
    assert str(GoDuration(nanoseconds)) == text


def test_times_are_printed_as_go_prints_them() -> None:
    assert str(GoTime(-62_135_596_800_000_000_000)) == "0001-01-01 00:00:00 +0000 UTC"
    assert str(GoTime(1_500_000)) == "1970-01-01 00:00:00.0015 +0000 UTC"
