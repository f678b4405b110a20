"""What time does to an alert as points of coverage: it waits out its `for`, it is kept firing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.promql.rules.alert_states import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.promql.rules.alert_history import AlertHistory, AlertInstance
    from ledgerscope.promql.rules.model import AlertingRule
    from ledgerscope.promql.rules.placed import Placed


def _waits(instance: AlertInstance) -> bool:
    states = instance.life.states
    return bool((states == State.PENDING).any() and (states == State.FIRING).any())


def _is_kept(instance: AlertInstance) -> bool:
    """Whether it fires at a step at which the expression does not have it."""
    return bool(((instance.life.states == State.FIRING) & (instance.source < 0)).any())


#: The point, which rules have it, and which alerts show it.
_POINTS: tuple[tuple[str, Callable[[AlertingRule], int], Callable[[AlertInstance], bool]], ...] = (
    ("waits out its `for`", lambda alert: alert.for_ms, _waits),
    ("is kept firing by its `keep_firing_for`", lambda alert: alert.keep_firing_for_ms, _is_kept),
)


def alert_points(placed: Placed) -> Iterator[str]:
    """The points of a rule."""
    if placed.alert:
        yield from (name for name, duration_ms, _ in _POINTS if duration_ms(placed.alert))


def alert_shown(history: AlertHistory) -> Iterator[str]:
    """Those that the alerts of a rule show."""
    alert = history.placed.alert
    for name, duration_ms, shows in _POINTS:
        if alert and duration_ms(alert) and any(map(shows, history.instances)):
            yield name
