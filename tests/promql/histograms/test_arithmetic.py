from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.promql.errors import HistogramError
from ledgerscope.promql.histograms.arithmetic import (
    IncompatibleSchemaError,
    add,
    kahan_add,
    kahan_step,
    subtract,
)
from ledgerscope.promql.histograms.histogram import Histogram, ResetHint
from ledgerscope.promql.histograms.layout import reduced, with_bounds, zero_count_at
from ledgerscope.promql.series.notation import Histograms, parse_values


def histogram(literal: str) -> Histogram:
    (run,) = parse_values(literal)
    assert isinstance(run, Histograms)
    return run.start


@pytest.mark.parametrize(
    ("left", "right", "total"),
    [
        ("{{sum:2 buckets:[1]}}", "{{sum:3 buckets:[1 1]}}", "{{sum:5 buckets:[2 1]}}"),
        ("{{count:1 buckets:[1] offset:5}}", "{{count:1 buckets:[1] offset:-1}}",
         "{{count:2 buckets:[1 0 0 0 0 0 1] offset:-1}}"),
        ("{{count:1 n_buckets:[1]}}", "{{count:1 n_buckets:[2 1]}}", "{{count:2 n_buckets:[3 1]}}"),
        # The finer resolution yields: its buckets 1 and 2 are bucket 1 of the coarser one.
        ("{{schema:1 buckets:[1 1 1]}}", "{{schema:0 buckets:[0 1]}}", "{{buckets:[1 3]}}"),
        ("{{schema:0 buckets:[0 1]}}", "{{schema:1 buckets:[1 1 1]}}", "{{buckets:[1 3]}}"),
        # The zero bucket widens to the other's, and on to the end of a populated bucket it would cut.
        ("{{z_bucket:1 z_bucket_w:0.5 count:1}}",
         "{{z_bucket:2 z_bucket_w:0.25 buckets:[3] offset:-1 count:5}}",
         "{{z_bucket:6 z_bucket_w:0.5 count:6}}"),
        ("{{z_bucket:1 z_bucket_w:0.3 count:1}}", "{{buckets:[3] offset:-1 count:3}}",
         "{{z_bucket:4 z_bucket_w:0.5 count:4}}"),
        ("{{n_buckets:[3] n_offset:-1 buckets:[1 2] count:6}}", "{{z_bucket:1 z_bucket_w:0.3 count:1}}",
         "{{z_bucket:4 z_bucket_w:0.5 buckets:[1 2] count:7}}"),
        ("{{schema:-53 custom_values:[1 2] buckets:[1 2 3] count:6}}",
         "{{schema:-53 custom_values:[1 2] buckets:[1] count:1}}",
         "{{schema:-53 custom_values:[1 2] buckets:[2 2 3] count:7}}"),
        # Different bounds: only the common ones stay.
        ("{{schema:-53 custom_values:[1 2 3] buckets:[1 2 3 4] count:10}}",
         "{{schema:-53 custom_values:[2 4] buckets:[1 1 1] count:3}}",
         "{{schema:-53 custom_values:[2] buckets:[4 9] count:13}}"),
    ],
)  # fmt: skip
def test_histograms_add_up_in_the_layout_both_can_have(left: str, right: str, total: str) -> None:
    combined = add(histogram(left), histogram(right)).histogram
    assert combined.compacted() == histogram(total).compacted()


def test_subtracting_is_adding_the_opposite() -> None:
    left, right = (
        histogram("{{count:5 sum:9 z_bucket:2 buckets:[3 2]}}"),
        histogram("{{count:1 sum:1 buckets:[0 1 1]}}"),
    )
    assert subtract(left, right).histogram == histogram("{{count:4 sum:8 z_bucket:2 buckets:[3 1 -1]}}")


def test_only_different_bounds_are_reconciled() -> None:
    narrow = histogram("{{schema:-53 custom_values:[1 2] buckets:[1]}}")
    wide = histogram("{{schema:-53 custom_values:[1 3] buckets:[1]}}")
    assert add(narrow, wide).bounds_reconciled
    assert not add(narrow, narrow).bounds_reconciled


def test_exponential_and_custom_buckets_do_not_mix() -> None:
    with pytest.raises(IncompatibleSchemaError, match="mix of exponential and custom bucket schemas"):
        add(histogram("{{}}"), histogram("{{schema:-53 custom_values:[1]}}"))


UNKNOWN, RESET, NOT_RESET, GAUGE = ResetHint


@pytest.mark.parametrize(
    ("left", "right", "joint", "collision"),
    [
        (UNKNOWN, UNKNOWN, UNKNOWN, False),
        (RESET, RESET, RESET, False),
        (GAUGE, RESET, GAUGE, False),
        (NOT_RESET, GAUGE, GAUGE, False),
        (UNKNOWN, RESET, UNKNOWN, False),
        (NOT_RESET, UNKNOWN, UNKNOWN, False),
        (RESET, NOT_RESET, UNKNOWN, True),
    ],
)
def test_hints_join(left: ResetHint, right: ResetHint, joint: ResetHint, collision: bool) -> None:
    combined = add(Histogram(hint=left), Histogram(hint=right))
    assert (combined.histogram.hint, combined.reset_collision) == (joint, collision)


def test_a_resolution_can_only_be_lowered() -> None:
    fine = histogram("{{schema:2 count:4 buckets:[1 1 1 1] offset:1}}")
    assert reduced(fine, 0) == histogram("{{count:4 buckets:[4] offset:1}}")
    assert reduced(fine, 2) is fine
    with pytest.raises(HistogramError, match="cannot reduce resolution from schema 2 to 3"):
        reduced(fine, 3)


def test_a_zero_bucket_never_ends_inside_a_populated_bucket() -> None:
    found = histogram("{{z_bucket:1 z_bucket_w:0.1 buckets:[2 3] n_buckets:[4 0 5]}}")
    assert zero_count_at(found, 0.1) == (1.0, 0.1)
    assert zero_count_at(found, 0.3) == (1.0, 0.3)
    assert zero_count_at(found, 0.6) == (7.0, 1.0)  # buckets (0.5,1] and [-1,-0.5) are drawn in whole
    assert zero_count_at(found, 3.0) == (15.0, 4.0)


def test_custom_buckets_merge_to_fewer_bounds() -> None:
    found = with_bounds(histogram("{{schema:-53 custom_values:[1 2 3] buckets:[1 2 3 4]}}"), (2.0,))
    assert found == histogram("{{schema:-53 custom_values:[2] buckets:[3 7]}}")


counts = st.lists(st.integers(0, 5), max_size=4).map(lambda found: tuple(enumerate(map(float, found), -1)))
histograms = st.builds(
    Histogram,
    schema=st.integers(-1, 2),
    zero_threshold=st.sampled_from([0.0, 0.25, 0.3, 1.0]),
    zero_count=st.integers(0, 3).map(float),
    positive=counts,
    negative=counts,
)


def population(found: Histogram) -> float:
    return found.zero_count + sum(count for _, count in (*found.positive, *found.negative))


@given(histograms, histograms)
def test_a_sum_has_the_coarser_layout(left: Histogram, right: Histogram) -> None:
    total = add(left, right).histogram
    assert total.zero_threshold >= max(left.zero_threshold, right.zero_threshold)
    assert total.schema == min(left.schema, right.schema)


@given(histograms, histograms)
def test_no_observation_is_counted_twice_at_one_resolution(left: Histogram, right: Histogram) -> None:
    total = add(left, replace(right, schema=left.schema)).histogram
    # Less only where the right side has buckets inside its own zero bucket, which is no valid data.
    assert population(total) <= population(left) + population(right)


@given(histograms)
def test_nothing_plus_a_histogram_is_the_histogram(found: Histogram) -> None:
    nothing = Histogram(schema=found.schema, zero_threshold=found.zero_threshold)
    assert add(found, nothing).histogram == found


@given(st.lists(st.floats(-1e12, 1e12), max_size=30))
def test_a_compensated_sum_is_as_good_as_exact(values: list[float]) -> None:
    total = lost = 0.0
    for value in values:
        total, lost = kahan_step(value, total, lost)
    exact = float(sum(map(Fraction, values), Fraction(0)))
    assert math.isclose(total + lost, exact, rel_tol=1e-14, abs_tol=1e-12)


def test_a_compensated_sum_gives_up_at_infinity() -> None:
    assert kahan_step(math.inf, 1.0, 0.5) == (math.inf, 0.0)


def test_histograms_can_be_summed_with_compensation() -> None:
    parts = [
        f"{{{{count:{n} sum:{n} z_bucket:{n} buckets:[{n}] n_buckets:[{n}]}}}}"
        for n in ("1e100", "1", "-1e100")
    ]
    total, lost = histogram(parts[0]), None
    for part in parts[1:]:
        combined, lost = kahan_add(total, histogram(part), lost)
        total = combined.histogram
    assert total.count == 0.0
    assert lost is not None
    assert add(total, lost).histogram == histogram("{{count:1 sum:1 z_bucket:1 buckets:[1] n_buckets:[1]}}")


def test_a_compensation_follows_its_sum_to_a_coarser_layout() -> None:
    first, lost = kahan_add(
        histogram("{{schema:1 buckets:[1 1 1]}}"), histogram("{{schema:1 buckets:[1]}}"), None
    )
    second, lost = kahan_add(first.histogram, histogram("{{schema:0 z_bucket:1 z_bucket_w:0.5}}"), lost)
    assert (second.histogram.schema, lost.schema) == (0, 0)
    assert second.histogram.positive == ((0, 2.0), (1, 2.0))


def test_a_compensation_follows_its_sum_to_common_bounds() -> None:
    first = histogram("{{schema:-53 custom_values:[1 2] buckets:[1 1]}}")
    combined, lost = kahan_add(first, histogram("{{schema:-53 custom_values:[2 3] buckets:[1 1]}}"), None)
    assert combined.bounds_reconciled
    assert combined.histogram.custom_values == lost.custom_values == (2.0,)
