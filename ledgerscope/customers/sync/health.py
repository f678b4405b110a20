"""Figures and the health score of a customer's synchronisation, from 0 to 1, as S2 weighs them. Pure.

What S2 leaves open: a success is less than so many times 24 hours ago, not so many calendar days; the rate
covers the last 30 days, without runs that ended because the worker did; before the first run there is neither
a rate nor a score, so that a new customer raises no alarm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

__all__ = ["RATE_WINDOW", "Figures", "Thresholds", "health_score"]

RATE_WINDOW: Final = timedelta(days=30)
"""The runs that the success rate covers."""
_RATE, _ACTIVE, _FRESH, _FRUGAL = 0.4, 0.2, 0.2, 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Workflows that are there, and how many are in the state Active; the last success; a rate from 0 to 1.

    `api_calls_this_month` are those of runs begun in the calendar month at the company.
    """

    total_workflows: int
    active_workflows: int
    last_sync: datetime | None
    sync_success_rate: float | None
    api_calls_this_month: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """What is healthy: a last success younger than `sync_age`, and fewer calls in a month."""

    sync_age: timedelta = timedelta(days=7)
    api_calls_per_month: int = 10_000


def health_score(figures: Figures, thresholds: Thresholds, at: datetime) -> float | None:
    """0.4 of the success rate, and 0.2 each for an active workflow, a recent success and few calls.

    None where there was no run to judge by.
    """
    if figures.sync_success_rate is None:
        return None
    fresh = figures.last_sync is not None and at - figures.last_sync < thresholds.sync_age
    frugal = figures.api_calls_this_month < thresholds.api_calls_per_month
    score = (
        figures.sync_success_rate * _RATE + (figures.active_workflows > 0) * _ACTIVE + fresh * _FRESH
        + frugal * _FRUGAL
    )  # fmt: skip
    return round(score, 6)
