"""Credit: utilisation buckets hold their lower bound, and no limit is not a limit of zero."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.domain.credit import BUCKETS, bucket_of, exposure, severity, utilization


@pytest.mark.parametrize(
    ("exposed", "limit", "bucket"),
    [
        (-50, 100, "0-25%"),
        (0, 100, "0-25%"),
        (24, 100, "0-25%"),
        (25, 100, "25-50%"),
        (50, 100, "50-75%"),
        (75, 100, "75-100%"),
        (99, 100, "75-100%"),
        (100, 100, "100%+"),
        (500, 100, "100%+"),
        (0, 0, "100%+"),
        (-1, 0, "100%+"),
        (500, None, None),
    ],
)
def test_utilization_falls_into_one_bucket_or_none(
    exposed: int, limit: int | None, bucket: str | None
) -> None:
    share = utilization(exposed, limit)
    assert (share if share is None else bucket_of(share)) == bucket


@given(st.fractions(-10, 10))
def test_buckets_are_half_open_and_leave_no_gap(share: Fraction) -> None:
    lower = [Fraction(-100), *(upper for _, upper in BUCKETS if upper is not None)]
    upper = [*lower[1:], Fraction(100)]
    inside = [name for (name, _), low, high in zip(BUCKETS, lower, upper, strict=True) if low <= share < high]
    assert inside == [bucket_of(share)]


def test_exposure_is_net_of_credits_and_counts_orders_by_policy() -> None:
    assert exposure(1000, 300) == 700
    assert exposure(1000, 300, unbilled_minor=50) == 750


@pytest.mark.parametrize(
    ("exposed", "limit", "level"),
    [
        (100, 100, None),
        (101, 100, "warning"),
        (110, 100, "warning"),
        (111, 100, "critical"),
        (1, 0, "critical"),
        (9, None, None),
    ],
)
def test_a_breach_is_critical_above_110_percent_of_the_limit(
    exposed: int, limit: int | None, level: str | None
) -> None:
    assert severity(exposed, limit) == level
