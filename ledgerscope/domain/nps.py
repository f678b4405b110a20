"""NPS: promoters less detractors, with the margin that says how much of it is chance.

A person counts once, with the latest answer; without answers there is no score (requirements.md A9.29).
Source: definitions.md, NPS (cybaea.net 2016-01-14; adjusted interval: Rocks, The American Statistician
2016).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

__all__ = ["Answer", "Tally", "latest_answers", "tally"]

PROMOTER_FROM: Final = 9
DETRACTOR_UP_TO: Final = 6
Z_95: Final = 1.96
_ADDED: Final = (
    3.0  # respondents that the adjusted interval adds: a quarter of them promoters, a quarter detractors
)


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
    def standard_error(self) -> float | None:
        """100 sqrt((p + d - (p - d)^2) / n), in points."""
        return _standard_error(self.promoters, self.detractors, self.n) if self.n else None

    @property
    def margin(self) -> float | None:
        """Half the 95 % interval, in points: 1.96 standard errors. Misleads below some 30 respondents."""
        return Z_95 * _standard_error(self.promoters, self.detractors, self.n) if self.n else None

    @property
    def adjusted_margin(self) -> float | None:
        """Half the 95 % interval by the adjusted Wald form, honest for few respondents: never zero."""
        if not self.n:
            return None
        share = _ADDED / 4
        return Z_95 * _standard_error(self.promoters + share, self.detractors + share, self.n + _ADDED)


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


def _standard_error(promoters: float, detractors: float, n: float) -> float:
    p, d = promoters / n, detractors / n
    return 100 * sqrt(max(0.0, p + d - (p - d) ** 2) / n)
