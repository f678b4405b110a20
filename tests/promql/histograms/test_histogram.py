from __future__ import annotations

import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.promql.histograms.bounds import (
    CUSTOM_SCHEMA,
    coarser_index,
    exponential_bound,
    is_custom,
    is_exponential,
)
from ledgerscope.promql.histograms.histogram import Histogram, ResetHint
from ledgerscope.promql.series.notation import Histograms, parse_values


def histogram(literal: str) -> Histogram:
    (run,) = parse_values(literal)
    assert isinstance(run, Histograms)
    return run.start


@pytest.mark.parametrize(
    ("index", "schema", "bound"),
    [
        (0, 0, 1.0),
        (1, 0, 2.0),
        (-1, 0, 0.5),
        (1, -2, 16.0),
        (1, 1, 1.414213562373095),
        (1, 2, 1.189207115002721),
        (3, 3, 1.2968395546510096),
        (255, 8, 1.9945921121709396),
        (1024, 0, sys.float_info.max),
        (1025, 0, math.inf),
        (256, -2, sys.float_info.max),
        (257, -2, math.inf),
        (262144, 8, sys.float_info.max),
        (262145, 8, math.inf),
        (-1075, 0, 0.0),
    ],
)
def test_bounds_are_those_of_prometheus_to_the_last_bit(index: int, schema: int, bound: float) -> None:
    assert exponential_bound(index, schema) == bound


@given(st.integers(-2000, 2000), st.integers(-3, 8))
def test_every_second_bound_survives_a_coarser_resolution(index: int, schema: int) -> None:
    assert exponential_bound(2 * index, schema) == exponential_bound(index, schema - 1)
    assert coarser_index(2 * index, schema, schema - 1) == index
    assert coarser_index(2 * index - 1, schema, schema - 1) == index


def test_a_schema_is_exponential_custom_or_neither() -> None:
    assert [is_exponential(schema) for schema in (-5, -4, 0, 8, 9, CUSTOM_SCHEMA)] == [
        False, True, True, True, False, False,
    ]  # fmt: skip
    assert is_custom(CUSTOM_SCHEMA)


@pytest.mark.parametrize(
    ("literal", "printed"),
    [
        ("{{}}", "{count:0, sum:0}"),
        ("{{count:3 sum:4 buckets:[1 0 2]}}", "{count:3, sum:4, (0.5,1]:1, (2,4]:2}"),
        (
            "{{count:4 sum:-1.5e9 z_bucket:1 z_bucket_w:0.1 n_buckets:[1 2]}}",
            "{count:4, sum:-1.5e+09, [-2,-1):2, [-1,-0.5):1, [-0.1,0.1]:1}",
        ),
        (
            "{{schema:-53 count:6 sum:9 custom_values:[5 10] buckets:[1 2 3]}}",
            "{count:6, sum:9, [-Inf,5]:1, (5,10]:2, (10,+Inf]:3}",
        ),
    ],
)
def test_a_histogram_prints_as_prometheus_prints_it(literal: str, printed: str) -> None:
    assert str(histogram(literal)) == printed


def test_all_buckets_come_in_ascending_order_cut_at_the_zero_bucket() -> None:
    found = histogram("{{z_bucket:1 z_bucket_w:0.75 buckets:[1 2] n_buckets:[3 4]}}").all_buckets()
    assert [(bucket.lower, bucket.upper, bucket.count) for bucket in found] == [
        (-2.0, -1.0, 4.0),
        (-1.0, -0.75, 3.0),
        (-0.75, 0.75, 1.0),
        (0.75, 1.0, 1.0),
        (1.0, 2.0, 2.0),
    ]


def test_scaling_multiplies_every_count_and_the_sum() -> None:
    assert histogram("{{count:3 sum:4 z_bucket:1 buckets:[2] n_buckets:[1]}}").scaled(2) == histogram(
        "{{count:6 sum:8 z_bucket:2 buckets:[4] n_buckets:[2]}}"
    )


def test_dividing_divides_every_count_and_the_sum() -> None:
    assert histogram("{{count:6 sum:8 z_bucket:2 buckets:[4] n_buckets:[2]}}").divided(2) == histogram(
        "{{count:3 sum:4 z_bucket:1 buckets:[2] n_buckets:[1]}}"
    )


def test_dividing_by_zero_leaves_infinities_and_no_buckets() -> None:
    found = histogram("{{count:6 sum:-8 buckets:[4]}}").divided(0)
    assert (found.count, found.sum, found.positive) == (math.inf, -math.inf, ())
    assert math.isnan(found.zero_count)


def test_a_negative_factor_makes_a_gauge() -> None:
    counter = histogram("{{count:1 counter_reset_hint:not_reset}}")
    assert counter.scaled(-1).hint is counter.divided(-1).hint is ResetHint.GAUGE
    assert counter.scaled(2).hint is counter.divided(2).hint is ResetHint.NOT_RESET


def test_compacting_drops_empty_buckets() -> None:
    found = histogram("{{buckets:[0 1 0 0 2 0] n_buckets:[0 0]}}").compacted()
    assert (found.positive, found.negative) == (((1, 1.0), (4, 2.0)), ())


def test_equal_data_may_carry_another_hint_and_nan_equals_nan() -> None:
    one, other = histogram("{{count:1 sum:NaN}}"), histogram("{{count:1 sum:NaN counter_reset_hint:reset}}")
    assert one.same_data(other)
    assert not one.same_data(histogram("{{count:2 sum:NaN}}"))
    assert not histogram("{{buckets:[0 1]}}").same_data(histogram("{{buckets:[1] offset:1}}"))
    assert histogram("{{buckets:[0 1]}}").compacted().same_data(histogram("{{buckets:[1] offset:1}}"))


def test_a_hint_can_be_replaced() -> None:
    plain = histogram("{{count:1}}")
    assert plain.with_hint(ResetHint.UNKNOWN) is plain
    assert plain.with_hint(ResetHint.GAUGE) == histogram("{{count:1 counter_reset_hint:gauge}}")
