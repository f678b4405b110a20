"""NPS: a score, how many it rests on, and how much of it is chance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import comb, fsum, sqrt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.domain.nps import Answer, Tally, latest_answers, tally

if TYPE_CHECKING:
    from collections.abc import Iterable

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
def test_the_score_is_the_mean_of_plus_one_zero_and_minus_one(scores: list[int]) -> None:
    signs = [(score >= 9) - (score <= 6) for score in scores]
    assert tally(scores).score == pytest.approx(100 * sum(signs) / len(signs))


COUNTS = st.tuples(st.integers(0, 100_000), st.integers(0, 100_000), st.integers(0, 100_000)).filter(any)


def interval(answers: Tally) -> tuple[float, float]:
    assert answers.interval is not None
    return answers.interval


@given(COUNTS)
def test_the_interval_holds_the_score_and_stays_on_the_scale(counts: tuple[int, int, int]) -> None:
    answers = Tally(*counts)
    lower, upper = interval(answers)
    assert answers.score is not None
    assert -100 <= lower <= answers.score <= upper <= 100
    assert lower < upper


@given(COUNTS)
def test_the_interval_is_mirrored_when_promoters_and_detractors_change_places(
    counts: tuple[int, int, int],
) -> None:
    promoters, passives, detractors = counts
    lower, upper = interval(Tally(*counts))
    assert interval(Tally(detractors, passives, promoters)) == pytest.approx((-upper, -lower))


def test_with_many_answers_the_interval_is_that_of_the_normal_distribution() -> None:
    lower, upper = interval(Tally(50_000, 30_000, 20_000))
    margin = 196 * sqrt((0.7 - 0.3**2) / 100_000)
    assert (lower, upper) == pytest.approx((30 - margin, 30 + margin), abs=0.005)


def test_one_answer_says_little_and_few_that_agree_are_not_certain() -> None:
    assert interval(Tally(1, 0, 0)) == pytest.approx((-89.1, 100), abs=0.05)
    assert interval(Tally(10, 0, 0)) == pytest.approx((31.1, 100), abs=0.05)
    assert interval(Tally(0, 10, 0)) == pytest.approx((-40.4, 40.4), abs=0.05)
    assert interval(Tally(5, 3, 2)) == pytest.approx((-30.8, 74.2), abs=0.05)


def test_the_end_of_the_interval_is_where_the_published_test_just_does_not_reject() -> None:
    """At a difference of zero it is McNemar's, with Edwards' correction: (|b - c| - 1)^2 / (b + c)."""
    rejected = [b for b in range(31) if b > 10 and (b - 10 - 1) ** 2 / (b + 10) > 1.959963984540054**2]
    above_zero = [b for b in range(31) if interval(Tally(b, 60 - b, 10))[0] > 0]
    assert above_zero == rejected


def coverage(n: int, shares: Iterable[tuple[float, float]]) -> dict[tuple[float, float], float]:
    """For each pair of shares: how likely the interval of n answers holds the score.

    All outcomes are enumerated, with their multinomial probabilities.
    """
    outcomes = [(p, d, interval(Tally(p, n - p - d, d))) for p in range(n + 1) for d in range(n + 1 - p)]
    ways = [comb(n, p) * comb(n - p, d) for p, d, _ in outcomes]
    return {
        (promote, detract): fsum(
            way * promote**p * detract**d * max(0.0, 1 - promote - detract) ** (n - p - d)
            for way, (p, d, (lower, upper)) in zip(ways, outcomes, strict=True)
            if lower - 1e-9 <= 100 * (promote - detract) <= upper + 1e-9
        )
        for promote, detract in shares
    }


GRID = [(p / 20, d / 20) for p in range(21) for d in range(21 - p)]
EDGES = [
    (0.5, 0.2),
    (0.8, 0.05),
    (0.95, 0.01),
    (0.3, 0.4),
    (0.98, 0.02),
    (0.02, 0.98),
    (0.01, 0.0),
    (0.97, 0.0),
]


@pytest.mark.parametrize("n", range(5, 31))
def test_the_interval_covers_the_true_score_as_often_as_it_says(n: int) -> None:
    found = coverage(n, [*EDGES, *(GRID if n <= 12 or n % 6 == 0 else GRID[n % 3 :: 3])])
    worst = min(found, key=found.__getitem__)
    assert found[worst] >= 0.95, worst


def test_without_answers_there_is_nothing_rather_than_zero() -> None:
    nobody = tally([])
    assert (nobody.score, nobody.interval) == (None, None)


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
