"""CSAT: the share of answers in the top two fifths of their scale."""

from __future__ import annotations

import pytest

from ledgerscope.domain.csat import csat, is_satisfied


@pytest.mark.parametrize(("scale_max", "first"), [(2, 2), (3, 2), (4, 3), (5, 4), (7, 5), (10, 7), (100, 61)])
def test_answers_above_three_fifths_of_the_scale_are_satisfied(scale_max: int, first: int) -> None:
    satisfied = [score for score in range(1, scale_max + 1) if is_satisfied(score, scale_max)]
    assert satisfied == list(range(first, scale_max + 1))


@pytest.mark.parametrize(
    ("answers", "percent"),
    [
        ([(5, 5), (4, 5), (3, 5), (1, 5)], 50),
        ([(5, 5)], 100),
        ([(1, 5), (2, 5), (3, 5)], 0),
        ([(5, 7), (6, 10), (7, 10), (4, 5)], 75),
        ([], None),
    ],
)
def test_the_score_is_the_percentage_of_satisfied_answers(
    answers: list[tuple[int, int]], percent: float | None
) -> None:
    assert csat(answers) == percent
