"""CSAT: the share of fours and fives."""

from __future__ import annotations

import pytest

from ledgerscope.domain.csat import csat


@pytest.mark.parametrize(
    ("scores", "percent"), [([5, 4, 3, 1], 50), ([5], 100), ([1, 2, 3], 0), ([4, 4, 5, 5, 1], 80), ([], None)]
)
def test_fours_and_fives_are_satisfied(scores: list[int], percent: float | None) -> None:
    assert csat(scores) == percent
