"""What an alert can do as points of coverage.

It waits out its `for`, it is kept firing, its templates take each side of `if`, `with` and `range`: a
severity that no test ever renders is not tested. Labels count wherever the alert is active, annotations where
a test asks for the alert. The alternatives of a matcher (`job=~"a|b"`) are no points: they list data, and a
list of ten would hide the thresholds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from ledgerscope.promql.rules.alert_states import State
from ledgerscope.promql.template.alert import branches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.promql.rules.alert_history import AlertHistory, AlertInstance
    from ledgerscope.promql.rules.model import AlertingRule
    from ledgerscope.promql.rules.placed import Placed

Side: TypeAlias = "tuple[str, int, bool]"
"""A text, the offset of a branch in it, and whether it held."""

_WORDS = {
    "if": ("is true", "is false"),
    "with": ("is there", "is missing"),
    "range": ("has elements", "is empty"),
}
_MAY_BRANCH = re.compile(r"\b(if|with|range)\b")


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


def template_points(placed: Placed) -> Iterator[tuple[Side, str]]:
    """Every side of every branch, with the name of its point."""
    alert = placed.alert
    if alert is None:
        return
    for kind, texts in (("label", placed.labels), ("annotation", alert.annotations)):
        for name, text in texts.items():
            if _MAY_BRANCH.search(text):
                yield from _sides(alert.alert, f"{kind} {name}", text)


def _sides(alert: str, owner: str, text: str) -> Iterator[tuple[Side, str]]:
    for branch in branches(alert, text):
        for held, words in zip((True, False), _WORDS[branch.keyword], strict=True):
            yield (text, branch.offset, held), f"{owner}: `{branch.keyword} {branch.pipeline}` {words}"
