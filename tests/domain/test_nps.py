"""NPS: a score, how many it rests on, and how much of it is chance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.domain.nps import Answer, Tally, latest_answers, tally

SCORES = st.lists(st.integers(0, 10), min_size=1, max_size=60)


def at(n: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n)


def test_nines_and_tens_promote_and_zero_to_six_detract() -> None:
    assert tally(range(11)) == Tally(promoters=2, passives=2, detractors=7)


@pytest.mark.parametrize(
    ("answers", "score"),
    [(Tally(10, 0, 0), 100), (Tally(0, 10, 0), 0), (Tally(0, 0, 10), -100), (Tally(50, 30, 20), 30)],
)
def test_the_score_is_promoters_less_detractors_in_points(answers: Tally, score: float) -> None:
    assert answers.score == score


@given(SCORES)
def test_the_standard_error_is_that_of_a_mean_of_plus_one_zero_and_minus_one(scores: list[int]) -> None:
    signs = [(score >= 9) - (score <= 6) for score in scores]
    answers = tally(scores)
    assert answers.score == pytest.approx(100 * sum(signs) / len(signs))
    assert answers.standard_error == pytest.approx(100 * (pvariance(signs) / len(signs)) ** 0.5)
    assert answers.margin == pytest.approx(196 * (pvariance(signs) / len(signs)) ** 0.5)


@given(SCORES)
def test_the_adjusted_margin_is_that_of_a_sample_with_three_answers_added(scores: list[int]) -> None:
    """Four equal samples get three promoters, six passives and three detractors: a fourth of it each."""
    answers = tally(scores * 4 + [10] * 3 + [7] * 6 + [0] * 3)
    assert answers.margin is not None
    assert tally(scores).adjusted_margin == pytest.approx(2 * answers.margin)


def test_one_answer_is_not_certain() -> None:
    assert tally([10]).margin == 0
    assert tally([10]).adjusted_margin == pytest.approx(73.5)


def test_without_answers_there_is_nothing_rather_than_zero() -> None:
    nobody = tally([])
    assert (nobody.score, nobody.standard_error, nobody.margin, nobody.adjusted_margin) == (None,) * 4


def test_a_respondent_counts_once_with_the_latest_answer_of_the_window() -> None:
    answers = [
        Answer("ada", 10, at(0)),
        Answer("ada", 3, at(10)),
        Answer("ada", 9, at(31)),
        Answer("bob", 8, at(1)),
        Answer("cyd", 2, at(30), key="1"),
        Answer("cyd", 6, at(30), key="2"),
    ]
    assert [(a.respondent, a.score) for a in latest_answers(answers, at(0), at(30))] == [
        ("ada", 3),
        ("bob", 8),
        ("cyd", 6),
    ]
