"""The checks on routing: every alert reaches somebody, every label that is read exists.

All findings are reported in one run; adding a check is adding a line.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from alertmanager.receivers import STRAY
from rules.areas import AREAS
from rules.check import alert_labels, vocabulary
from rules.errors import Finding
from rules.model import Severity
from rules.render import rule_labels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from alertmanager.model import Condition, Inhibition
    from alertmanager.routing import Routing

__all__ = ["CHECKS", "check", "fired_labels"]


def check(routing: Routing) -> list[Finding]:
    """Everything that is wrong with the routing, measured against the alerts that rules can fire."""
    return [finding for one in CHECKS for finding in one(routing)]


def fired_labels() -> Iterator[dict[str, str]]:
    """The labels of every alert the rules can fire, with `*` where the value comes from the data."""
    known = vocabulary()
    for area in AREAS:
        for alert in area.alerts:
            from_data = dict.fromkeys(sorted(alert_labels(alert, known)), "*")
            for limit in alert.limits:
                yield {"alertname": alert.name, **from_data, **rule_labels(area, alert, limit)}


def _every_alert_reaches_a_team(routing: Routing) -> Iterator[Finding]:
    for labels in fired_labels():
        end = routing.tree.taken_by(labels)
        if end is None or end.receiver == STRAY:
            yield Finding(labels["alertname"], "no route takes it: add its team or its severity to routes.py")


def _every_route_is_taken(routing: Routing) -> Iterator[Finding]:
    """A team without an alert of a severity yet may keep its route; one without any alert may not."""
    fired = list(fired_labels())
    for branch in routing.tree.routes:
        if not any(branch.taken_by(labels) for labels in fired):
            yield Finding(branch.receiver, "no alert ever takes this branch")


def _every_receiver_exists(routing: Routing) -> Iterator[Finding]:
    known = {one.name for one in routing.receivers}
    used = {route.receiver for route in routing.tree.walk()}
    for name in sorted(used - known):
        yield Finding(name, "a route names this receiver, and there is none")
    for name in sorted(known - used):
        yield Finding(name, "no route names this receiver")


def _every_time_exists(routing: Routing) -> Iterator[Finding]:
    known = {one.name for one in routing.times}
    for route in routing.tree.walk():
        for name in route.active_during:
            if name not in known:
                yield Finding(route.receiver, f"it is active during {name!r}, which is no time interval")


def _pages_are_never_held_back(routing: Routing) -> Iterator[Finding]:
    for labels in fired_labels():
        end = routing.tree.taken_by(labels)
        if end and end.active_during and labels["severity"] == Severity.CRITICAL:
            yield Finding(labels["alertname"], "a critical alert waits for office hours")


def _routes_read_labels_that_exist(routing: Routing) -> Iterator[Finding]:
    known = frozenset(chain.from_iterable(fired_labels()))
    for route in routing.tree.walk():
        for label in (*route.group_by, *(condition.label for condition in route.conditions)):
            if label not in known:
                yield Finding(route.receiver, f"it reads the label {label!r}, which no alert has")


def _inhibitions_have_both_sides(routing: Routing) -> Iterator[Finding]:
    fired = list(fired_labels())
    for one in routing.inhibitions:
        for side, conditions in (("source", one.source), ("target", one.target)):
            if not _matching(conditions, fired):
                yield Finding(one.why, f"no alert is ever its {side}")


def _inhibitions_compare_labels_both_have(routing: Routing) -> Iterator[Finding]:
    """Alertmanager takes a label that both sides lack for equal: the rule would apply too widely."""
    fired = list(fired_labels())
    for one in routing.inhibitions:
        yield from (
            Finding(one.why, f"{label!r} is on no alert of both sides") for label in _unshared(one, fired)
        )


def _unshared(one: Inhibition, fired: list[dict[str, str]]) -> Iterator[str]:
    sources, targets = _matching(one.source, fired), _matching(one.target, fired)
    for label in one.equal:
        if not any(label in alert for alert in sources) or not any(label in alert for alert in targets):
            yield label


def _matching(conditions: tuple[Condition, ...], fired: list[dict[str, str]]) -> list[Mapping[str, str]]:
    return [labels for labels in fired if all(condition.holds(labels) for condition in conditions)]


def _inhibitions_do_not_silence_themselves(routing: Routing) -> Iterator[Finding]:
    fired = list(fired_labels())
    for one in routing.inhibitions:
        both = [alert for alert in _matching(one.source, fired) if alert in _matching(one.target, fired)]
        yield from (
            Finding(one.why, f"{alert['alertname']} is both its source and its target") for alert in both
        )


def _the_default_is_a_person(routing: Routing) -> Iterator[Finding]:
    if not any(one.emails for one in routing.receivers if one.name == routing.tree.receiver):
        yield Finding(routing.tree.receiver, "the default receiver has no mailbox, so strays would go unseen")


CHECKS: tuple[Callable[[Routing], Iterator[Finding]], ...] = (
    _every_alert_reaches_a_team,
    _every_route_is_taken,
    _every_receiver_exists,
    _every_time_exists,
    _pages_are_never_held_back,
    _routes_read_labels_that_exist,
    _inhibitions_have_both_sides,
    _inhibitions_compare_labels_both_have,
    _inhibitions_do_not_silence_themselves,
    _the_default_is_a_person,
)
