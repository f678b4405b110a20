from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledgerscope.promql.go_math.numbers import exp2, log2, quotient
from ledgerscope.promql.histograms.statistics import deviation, fraction, mean, quantile, variance
from ledgerscope.promql.histograms.trim import trimmed
from ledgerscope.promql.series.notation import Histograms, parse_values

if TYPE_CHECKING:
    from ledgerscope.promql.histograms.histogram import Histogram


def histogram(literal: str) -> Histogram:
    (run,) = parse_values(literal)
    assert isinstance(run, Histograms)
    return run.start


TEN = "{{count:10 sum:20 buckets:[5 5]}}"  # five in (0.5,1], five in (1,2]
MIRRORED = "{{count:10 sum:-20 n_buckets:[5 5]}}"
ZERO = "{{count:4 sum:1 z_bucket:4 z_bucket_w:1}}"
ABOVE = "{{count:4 sum:1 z_bucket:2 z_bucket_w:1 buckets:[0 2]}}"
BELOW = "{{count:4 sum:1 z_bucket:2 z_bucket_w:1 n_buckets:[0 2]}}"
BOUNDED = "{{schema:-53 count:10 sum:50 custom_values:[5 10] buckets:[4 4 2]}}"


@pytest.mark.parametrize(
    ("literal", "q", "value"),
    [
        (TEN, 0.5, 1.0),
        (TEN, 0.25, math.sqrt(0.5)),  # half way on a logarithmic scale
        (TEN, 0.75, math.sqrt(2)),
        (TEN, 0.0, 0.5),
        (TEN, 1.0, 2.0),
        (TEN, -0.1, -math.inf),
        (TEN, 1.1, math.inf),
        (MIRRORED, 0.5, -1.0),
        (MIRRORED, 0.25, -math.sqrt(2)),
        ("{{count:4 sum:0 z_bucket:4 z_bucket_w:1}}", 0.25, -0.5),  # linear around zero
        ("{{count:4 sum:0 z_bucket:2 z_bucket_w:1 buckets:[0 2]}}", 0.25, 0.5),  # nothing below zero
        ("{{count:4 sum:0 z_bucket:2 z_bucket_w:1 n_buckets:[0 2]}}", 0.75, -0.5),
        (BOUNDED, 0.2, 2.5),  # linear, from zero
        (BOUNDED, 0.6, 7.5),
        (BOUNDED, 0.9, 10.0),  # beyond the last bound
        ("{{schema:-53 count:4 sum:-8 custom_values:[-1 1] buckets:[4]}}", 0.5, -1.0),
        ("{{count:5 sum:9 buckets:[4]}}", 0.1, 0.5 * 2**0.125),
        ("{{count:5 sum:9}}", 0.9, 0.0),  # counts that do not add up
    ],
)
def test_a_quantile_lies_where_the_counts_reach_it(literal: str, q: float, value: float) -> None:
    assert quantile(q, histogram(literal)) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("literal", "q"),
    [
        ("{{}}", 0.5),
        (TEN, math.nan),
        ("{{count:3 sum:NaN}}", 0.5),
        ("{{count:3 sum:NaN}}", 0.0),
        ("{{count:15 sum:NaN buckets:[12]}}", 0.81),  # the highest ranks are those of NaN
    ],
)
def test_without_observations_there_is_no_quantile(literal: str, q: float) -> None:
    assert math.isnan(quantile(q, histogram(literal)))


@pytest.mark.parametrize(
    ("literal", "lower", "upper", "share"),
    [
        (TEN, 0.5, 1.0, 0.5),
        (TEN, -math.inf, math.inf, 1.0),
        (TEN, 1.0, math.sqrt(2), 0.25),
        (TEN, 2.0, 1.0, 0.0),
        (TEN, 3.0, 4.0, 0.0),
        (MIRRORED, -math.sqrt(2), -1.0, 0.25),
        ("{{count:4 sum:0 z_bucket:4 z_bucket_w:1}}", -0.5, 0.5, 0.5),
        ("{{count:4 sum:0 z_bucket:2 z_bucket_w:1 buckets:[0 2]}}", 0.0, 0.5, 0.25),
        (BOUNDED, 2.5, 7.5, 0.4),
        (BOUNDED, 10.0, math.inf, 0.2),
        ("{{schema:-53 count:4 sum:-8 custom_values:[-1 1] buckets:[4]}}", -math.inf, -5.0, 1.0),
        ("{{count:15 sum:NaN buckets:[12]}}", -math.inf, math.inf, 0.8),  # NaN is in no interval
    ],
)
def test_a_fraction_counts_what_lies_between(literal: str, lower: float, upper: float, share: float) -> None:
    assert fraction(lower, upper, histogram(literal)) == pytest.approx(share, rel=1e-12)


def test_a_fraction_of_nothing_or_to_nowhere_is_not_a_number() -> None:
    assert math.isnan(fraction(0, 1, histogram("{{}}")))
    assert math.isnan(fraction(math.nan, 1, histogram(TEN)))


def test_a_quantile_and_its_fraction_are_inverse() -> None:
    ten = histogram(TEN)
    for q in (0.1, 0.3, 0.5, 0.7, 0.9):
        assert fraction(-math.inf, quantile(q, ten), ten) == pytest.approx(q, rel=1e-9)


def test_the_mean_is_the_sum_by_the_count() -> None:
    assert mean(histogram(TEN)) == 2.0
    assert math.isnan(mean(histogram("{{}}")))
    assert mean(histogram("{{sum:-1}}")) == -math.inf


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("{{count:4 sum:4 z_bucket:4}}", 1.0),
        ("{{count:2 sum:0 buckets:[1] n_buckets:[1]}}", 0.5),
        (BOUNDED, math.inf),  # the last bucket has no middle
        ("{{schema:-53 count:4 sum:30 custom_values:[5 10] buckets:[0 4]}}", 0.0),
    ],
)
def test_every_observation_is_taken_to_be_in_the_middle_of_its_bucket(literal: str, expected: float) -> None:
    found = histogram(literal)
    assert variance(found) == pytest.approx(expected, abs=1e-12)
    assert deviation(found) == pytest.approx(math.sqrt(expected), abs=1e-12)


def test_nothing_deviates_from_nothing() -> None:
    assert math.isnan(variance(histogram("{{}}")))
    assert math.isnan(deviation(histogram("{{}}")))


@pytest.mark.parametrize(
    ("literal", "value", "keep_below", "expected"),
    [
        (TEN, 1.0, True, "{{count:5 sum:3.5355339059327378 buckets:[5]}}"),
        (TEN, 1.0, False, "{{count:5 sum:7.071067811865476 offset:1 buckets:[5]}}"),
        (TEN, 5.0, True, TEN),  # nothing is cut, so nothing is estimated anew
        (TEN, 0.1, False, TEN),
        (TEN, 0.1, True, "{{}}"),
        (TEN, math.sqrt(2), True, "{{count:7.5 sum:6.508551693 buckets:[5 2.5]}}"),
        (MIRRORED, -1.0, True, "{{count:5 sum:-7.071067811865476 n_offset:1 n_buckets:[5]}}"),
        (MIRRORED, -math.sqrt(2), False, "{{count:7.5 sum:-6.508551693 n_buckets:[5 2.5]}}"),
        (ZERO, 0.0, True, "{{count:2 sum:-1 z_bucket:2 z_bucket_w:1}}"),
        (ZERO, 0.5, False, "{{count:1 sum:0.75 z_bucket:1 z_bucket_w:1}}"),
        (ZERO, 2.0, False, "{{z_bucket_w:1}}"),
        (ZERO, -2.0, True, "{{z_bucket_w:1}}"),
        (ABOVE, 0.5, True, "{{count:1 sum:0.25 z_bucket:1 z_bucket_w:1}}"),
        (BELOW, -0.5, False, "{{count:1 sum:-0.25 z_bucket:1 z_bucket_w:1}}"),
        (BOUNDED, 7.5, True, "{{schema:-53 custom_values:[5 10] count:6 sum:22.5 buckets:[4 2]}}"),
        (BOUNDED, 2.5, True, "{{schema:-53 custom_values:[5 10] count:2 sum:2.5 buckets:[2]}}"),
        (BOUNDED, 2.5, False, "{{schema:-53 custom_values:[5 10] count:8 sum:57.5 buckets:[2 4 2]}}"),
        (BOUNDED, 20.0, False, "{{schema:-53 custom_values:[5 10] count:2 sum:40 offset:2 buckets:[2]}}"),
        (BOUNDED, 20.0, True, "{{schema:-53 custom_values:[5 10] count:8 sum:40 buckets:[4 4]}}"),
        ("{{schema:-53 custom_values:[-5] count:4 sum:1 buckets:[4]}}", -7.0, True,
         "{{schema:-53 custom_values:[-5] count:4 sum:1 buckets:[4]}}"),
        ("{{schema:-53 custom_values:[-5] count:4 sum:1 buckets:[4]}}", -7.0, False,
         "{{schema:-53 custom_values:[-5]}}"),
    ],
)  # fmt: skip
def test_a_histogram_can_be_cut_at_a_value(
    literal: str, value: float, keep_below: bool, expected: str
) -> None:
    found, wanted = trimmed(histogram(literal), value, keep_below=keep_below), histogram(expected)
    assert dict(found.positive) == pytest.approx(dict(wanted.positive))
    assert dict(found.negative) == pytest.approx(dict(wanted.negative))
    assert (found.count, found.zero_count) == pytest.approx((wanted.count, wanted.zero_count))
    assert found.sum == pytest.approx(wanted.sum, rel=1e-6)


@given(st.floats(0.01, 100), st.booleans())
def test_both_sides_of_a_cut_make_up_the_whole(value: float, positive: bool) -> None:
    whole = histogram(TEN if positive else MIRRORED)
    at = value if positive else -value
    below, above = (trimmed(whole, at, keep_below=side) for side in (True, False))
    assert below.count + above.count == pytest.approx(whole.count)


@given(st.floats(1e-300, 1e300))
def test_the_binary_logarithm_is_right_and_exact_for_powers_of_two(value: float) -> None:
    assert log2(value) == pytest.approx(math.log2(value), rel=1e-14, abs=1e-14)
    assume(value < 1e200)
    assert log2(2.0 ** math.floor(math.log2(value))) == math.floor(math.log2(value))


@given(st.floats(-1000, 1000))
def test_the_binary_power_is_right(value: float) -> None:
    assert exp2(value) == pytest.approx(2.0**value, rel=1e-14)


def test_the_ends_of_the_number_line_follow_ieee_754() -> None:
    assert (log2(0.0), log2(math.inf), exp2(-math.inf), exp2(2000), exp2(math.inf)) == (
        -math.inf, math.inf, 0.0, math.inf, math.inf,
    )  # fmt: skip
    assert all(math.isnan(value) for value in (log2(-1.0), log2(math.nan), exp2(math.nan), quotient(0, 0)))
    assert (quotient(1, 0), quotient(-1, 0), quotient(1, -0.0)) == (math.inf, -math.inf, -math.inf)
