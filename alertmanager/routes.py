"""The routing tree: the heartbeat first, then each team by severity, and a stray receiver for what is left.

A page is never held back by the time of day; what is only for information waits for office hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertmanager.model import Condition, Route, TimeInterval
from alertmanager.receivers import HEARTBEAT, STRAY, page, ticket
from ledgerscope.catalogue import OWNERS
from ledgerscope.catalogue.labels import COMPANY
from rules.exporter import WATCHDOG
from rules.model import Severity

if TYPE_CHECKING:
    from alertmanager.settings import Pace, RoutingSettings
    from ledgerscope.catalogue import Owner

__all__ = ["OFFICE_HOURS", "routing_tree", "time_intervals"]

OFFICE_HOURS = "office-hours"


def routing_tree(settings: RoutingSettings) -> Route:
    """The whole tree. One company's trouble is one notification, whatever it has many of."""
    return Route(
        receiver=STRAY,
        group_by=("alertname", "team", COMPANY.name),
        group_wait=settings.ordinary.wait,
        group_interval=settings.ordinary.interval,
        repeat_interval=settings.ordinary.repeat,
        routes=(_heartbeat(settings.heartbeat), *(_team(owner, settings) for owner in OWNERS)),
    )


def time_intervals(settings: RoutingSettings) -> tuple[TimeInterval, ...]:
    """Named times that routes refer to."""
    start, end = settings.office_hours
    return (
        TimeInterval(
            name=OFFICE_HOURS, weekdays="monday:friday", start=start, end=end, location=settings.time_zone
        ),
    )


def _heartbeat(pace: Pace) -> Route:
    return Route(
        receiver=HEARTBEAT,
        conditions=(Condition("alertname", "=", WATCHDOG.name),),
        group_by=("alertname",),
        group_wait=pace.wait,
        group_interval=pace.interval,
        repeat_interval=pace.repeat,
    )


def _team(owner: Owner, settings: RoutingSettings) -> Route:
    """A team's branch; what is neither critical nor for information stays at its ticket receiver."""
    return Route(
        receiver=ticket(owner),
        conditions=(Condition("team", "=", owner.team),),
        routes=(
            Route(
                receiver=page(owner),
                conditions=(_severity(Severity.CRITICAL),),
                repeat_interval=settings.critical.repeat,
            ),
            Route(
                receiver=ticket(owner),
                conditions=(_severity(Severity.INFO),),
                active_during=(OFFICE_HOURS,),
            ),
        ),
    )


def _severity(severity: Severity) -> Condition:
    return Condition("severity", "=", severity.value)
