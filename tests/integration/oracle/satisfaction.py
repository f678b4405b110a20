"""NPS with its interval, and CSAT."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

from tests.integration.oracle.values import Row, Values, total

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.oracle.moment import Moment

Z_95: Final = NormalDist().inv_cdf(0.975)


def latest_answers(now: Moment, kind: str, days: int) -> list[Row]:
    """Each respondent's latest answer of the last days."""
    latest: dict[str, Row] = {}
    for row in sorted(now.company.of("survey_response"), key=lambda row: (row.at, row.response_id)):
        if row.kind == kind and now.t - timedelta(days=days) < row.at <= now.t:
            latest[row.respondent_hash] = row
    return list(latest.values())


def nps_category(score: int) -> str:
    if score >= 9:
        return "promoter"
    return "passive" if score >= 7 else "detractor"


def nps_responses(now: Moment) -> Values:
    return total(((nps_category(row.score),), 1) for row in latest_answers(now, "nps", 90))


def nps_score(now: Moment) -> Values:
    counts = nps_responses(now)
    if not counts:
        return {}
    balance = counts.get(("promoter",), 0) - counts.get(("detractor",), 0)
    return {(): Fraction(100 * balance, sum(counts.values()))}


def nps_bounds(now: Moment) -> Values:
    counts = nps_responses(now)
    n, p, d = sum(counts.values()), counts.get(("promoter",), 0), counts.get(("detractor",), 0)
    if not n:
        return {}
    score = (p - d) / n
    return {
        ("lower",): 100 * furthest(score, -1, lambda difference: is_likely(p, d, n, difference)),
        ("upper",): 100 * furthest(score, 1, lambda difference: is_likely(p, d, n, difference)),
    }


def is_likely(p: int, d: int, n: int, difference: float) -> bool:
    """Whether the interval holds a difference of the shares of promoters and detractors."""
    middle = (2 * n - p + d) * difference - p - d
    q = (sqrt(max(0, middle**2 + 8 * n * d * difference * (1 - difference))) - middle) / (4 * n)
    variance = max(0, n * (2 * q + difference * (1 - difference)))
    return abs(p - d - n * difference) - 1 <= Z_95 * sqrt(variance)


def furthest(near: float, end: int, holds: Callable[[float], bool]) -> float:
    """How far it holds from a place where it does: the place beyond which it no longer does."""
    if holds(end):
        return end
    far = float(end)
    for _ in range(60):
        middle = (near + far) / 2
        near, far = (middle, far) if holds(middle) else (near, middle)
    return near


def csat_score(now: Moment) -> Values:
    answers = latest_answers(now, "csat", 30)
    satisfied = [row for row in answers if row.score > Fraction(6, 10) * row.scale_max]
    return {(): Fraction(100 * len(satisfied), len(answers))} if answers else {}
