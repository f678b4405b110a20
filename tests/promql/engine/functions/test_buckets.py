"""Quantiles and fractions of classic histograms against plain code; decreasing counts are corrected."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgerscope.promql.engine.functions import buckets
from ledgerscope.promql.engine.functions.buckets import Buckets
from tests.promql import slow

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module", autouse=True)
def numbers_as_in_the_engine() -> Iterator[None]:
    """NaN and the infinities are values, not accidents."""
    with np.errstate(all="ignore"):
        yield


bounds = st.lists(st.integers(-5, 20), min_size=1, max_size=5, unique=True).map(
    lambda chosen: [*map(float, sorted(chosen)), math.inf]
)


@st.composite
def histogram(draw: st.DrawFn) -> tuple[list[float], list[float]]:
    chosen = draw(bounds)
    steps = draw(st.lists(st.integers(0, 9), min_size=len(chosen), max_size=len(chosen)))
    return chosen, np.cumsum(steps).astype(float).tolist()


def of(chosen: list[float], counts: list[float]) -> Buckets:
    return Buckets.gather(np.array(chosen), np.array(counts)[:, np.newaxis])


@settings(max_examples=80, deadline=None)
@given(
    case=histogram(),
    q=st.one_of(st.floats(-0.5, 1.5, allow_nan=False), st.just(math.nan), st.sampled_from([0.0, 1.0])),
)
def test_a_quantile_is_interpolated_within_its_bucket(
    case: tuple[list[float], list[float]], q: float
) -> None:
    got, _ = buckets.quantile(np.array([q]), of(*case), tolerant=True)
    expected = slow.bucket_quantile(q, *case)
    assert got[0] == expected or (math.isnan(got[0]) and math.isnan(expected))


@settings(max_examples=40, deadline=None)
@given(case=histogram(), order=st.randoms(use_true_random=False))
def test_the_order_of_the_buckets_does_not_matter(
    case: tuple[list[float], list[float]], order: object
) -> None:
    pairs = list(zip(*case, strict=True))
    order.shuffle(pairs)  # type: ignore[attr-defined] # hypothesis hands out a Random
    shuffled = [bound for bound, _ in pairs], [count for _, count in pairs]
    q = np.array([0.5])
    one, other = (buckets.quantile(q, of(*each), tolerant=True)[0][0] for each in (case, shuffled))
    assert one == other or (math.isnan(one) and math.isnan(other))


def test_counts_under_one_bound_are_added_up() -> None:
    gathered = of([1.0, 1.0, math.inf], [2.0, 3.0, 9.0])
    assert gathered.bounds.tolist() == [1.0, math.inf]
    assert gathered.counts[:, 0].tolist() == [5.0, 9.0]


def test_a_decrease_is_corrected_and_reported() -> None:
    corrected = buckets.correct(of([0.1, 1.0, 10.0, math.inf], [2.0, 1.0, 5.0, 4.0]), tolerant=True)
    assert corrected.counts[:, 0].tolist() == [2.0, 2.0, 5.0, 5.0]
    detail = corrected.detail(np.array([60_000]))
    assert detail is not None
    assert str(detail) == (
        ", from buckets 1 to +Inf, with a max diff of 1, over 1 samples"
        " from 1970-01-01T00:01:00Z to 1970-01-01T00:01:00Z"
    )


def test_a_difference_by_rounding_is_evened_out_in_silence() -> None:
    counts = [1.0, 1.0 - 1e-13, 2.0]
    tolerant = buckets.correct(of([1.0, 2.0, math.inf], counts), tolerant=True)
    strict = buckets.correct(of([1.0, 2.0, math.inf], counts), tolerant=False)
    assert not tolerant.forced[0]
    assert strict.forced[0]
    assert tolerant.counts[:, 0].tolist() == strict.counts[:, 0].tolist() == [1.0, 1.0, 2.0]


def test_without_an_infinite_bucket_there_is_no_quantile() -> None:
    got, corrected = buckets.quantile(np.array([0.5]), of([1.0, 2.0], [1.0, 2.0]), tolerant=True)
    assert math.isnan(got[0])
    assert corrected is None


@settings(max_examples=40, deadline=None)
@given(
    case=histogram(),
    lower=st.integers(-40, 120).map(lambda n: n / 4),
    upper=st.integers(-40, 120).map(lambda n: n / 4),
)
def test_a_fraction_is_between_nothing_and_everything(
    case: tuple[list[float], list[float]], lower: float, upper: float
) -> None:
    (got,) = buckets.fraction(np.array([lower]), np.array([upper]), of(*case))
    if case[1][-1] == 0:
        assert math.isnan(got)
    elif lower >= upper:
        assert got == 0
    else:
        assert -1e-12 <= got <= 1 + 1e-12


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [(0.0, 1.0, 0.2), (0.0, 1.5, 0.35), (-math.inf, math.inf, 1.0), (1.0, 2.0, 0.3), (math.nan, 1.0, None)],
)
def test_the_share_of_observations_between_two_values(
    lower: float, upper: float, expected: float | None
) -> None:
    histogram_ = of([1.0, 2.0, math.inf], [2.0, 5.0, 10.0])
    (got,) = buckets.fraction(np.array([lower]), np.array([upper]), histogram_)
    assert math.isnan(got) if expected is None else got == pytest.approx(expected)
