"""The list of rule areas: what a new area is added to, and where every rule is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules import aging, churn, compat, credit, exporter, jobs, lifecycle, revenue, satisfaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.model import Alert, Recording, RuleArea

__all__ = ["AREAS", "all_alerts", "all_recordings"]

AREAS: tuple[RuleArea, ...] = (
    lifecycle.AREA,
    credit.AREA,
    aging.AREA,
    revenue.AREA,
    churn.AREA,
    satisfaction.AREA,
    jobs.AREA,
    exporter.AREA,
    compat.AREA,
)


def all_recordings() -> Iterator[Recording]:
    """Every recording, in the order of the areas."""
    for area in AREAS:
        yield from area.recordings


def all_alerts() -> Iterator[Alert]:
    """Every alert, in the order of the areas."""
    for area in AREAS:
        yield from area.alerts
