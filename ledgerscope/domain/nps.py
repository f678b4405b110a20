"""NPS: promoters less detractors, with an interval that says how much of it is chance.

A person counts once, with the latest answer; without answers there is no score.

The interval inverts a score test: it holds the scores that the answers do not contradict. So it has its own
centre, stays within -100 and 100, and is not of zero width when all answers agree. The test was published for
matched pairs, whose two kinds of discordant pairs are distributed as promoters and detractors are. The
continuity correction is that of McNemar's test. With it the interval covers the true score in 95 % or more of
samples of 1 to 60 answers, without it in as few as 85 %.

Sources: T. Tango, Statistics in Medicine 17 (1998) 891-908 (the interval); A. Edwards, Psychometrika 13
(1948) 185-187 (the correction); B. Rocks, The American Statistician 70 (2016) 365-372 (methods compared).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import copysign, inf, sqrt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

__all__ = ["Answer", "Tally", "latest_answers", "tally"]

PROMOTER_FROM: Final = 9
DETRACTOR_UP_TO: Final = 6
Z_95: Final = 1.959963984540054
_CONTINUITY: Final = 1.0
_HALVINGS: Final = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of 0 to 10; `key` decides between answers of one instant, the greater one being later."""

    respondent: str
    score: int
    at: datetime
    key: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """Respondents by category."""

    promoters: int
    passives: int
    detractors: int

    @property
    def n(self) -> int:
        """All respondents."""
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> float | None:
        """100 (p - d), from -100 to 100; None without respondents."""
        return 100 * (self.promoters - self.detractors) / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % confidence interval of the score, in points; None without respondents."""
        if not self.n:
            return None
        # Seen from the other side, promoters are detractors.
        return -100 * _upper(self.detractors, self.promoters, self.n), 100 * _upper(
            self.promoters, self.detractors, self.n
        )


def tally(scores: Iterable[int]) -> Tally:
    """Count scores by category: 9 and 10 promote, 0 to 6 detract."""
    given = tuple(scores)
    promoters = sum(score >= PROMOTER_FROM for score in given)
    detractors = sum(score <= DETRACTOR_UP_TO for score in given)
    return Tally(promoters, len(given) - promoters - detractors, detractors)


def latest_answers(answers: Iterable[Answer], start: datetime, end: datetime) -> list[Answer]:
    """The last answer of each respondent in (start, end], by respondent."""
    within = [answer for answer in answers if start < answer.at <= end]
    latest = {
        answer.respondent: answer for answer in sorted(within, key=lambda answer: (answer.at, answer.key))
    }
    return [latest[respondent] for respondent in sorted(latest)]


def _upper(promoters: int, detractors: int, n: int) -> float:
    """The greatest difference of shares that the test does not reject."""
    low, high = (promoters - detractors) / n, 1.0
    if _statistic(promoters, detractors, n, high) >= -Z_95:
        return high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _statistic(promoters, detractors, n, middle) < -Z_95:
            high = middle
        else:
            low = middle
    return high


def _statistic(promoters: int, detractors: int, n: int, difference: float) -> float:
    """The score statistic of a supposed difference of shares; it falls as the difference rises."""
    excess = promoters - detractors - n * difference
    distance = max(0.0, abs(excess) - _CONTINUITY)
    # The most likely share of detractors, given the difference: the greater root of a quadratic equation.
    b = -promoters - detractors + (2 * n - promoters + detractors) * difference
    c = -detractors * difference * (1 - difference)
    detracting = (sqrt(max(0.0, b * b - 8 * n * c)) - b) / (4 * n)
    variance = n * (2 * detracting + difference * (1 - difference))
    if not distance:
        return 0.0
    return copysign(distance / sqrt(variance) if variance > 0 else inf, excess)
