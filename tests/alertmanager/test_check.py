"""The checks on routing: the bundle passes them, and each of them refuses what it is there for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alertmanager import generator
from alertmanager.check import CHECKS, check, fired_labels
from alertmanager.model import Condition, Inhibition, Receiver, Route
from alertmanager.routing import routing
from alertmanager.settings import DEFAULT_SETTINGS

ROUTING = routing(DEFAULT_SETTINGS)
TREE = ROUTING.tree


def test_the_routing_is_right() -> None:
    assert generator.check() == []
    assert len(CHECKS) == 10


@pytest.mark.parametrize(
    ("tree", "finding"),
    [
        (replace(TREE, routes=TREE.routes[:-1]), "JobsStuck: no route takes it"),
        (
            replace(
                TREE, routes=(*TREE.routes, Route(receiver="x", conditions=(Condition("team", "=", "x"),)))
            ),
            "x: no alert ever takes this branch",
        ),
        (replace(TREE, receiver="nobody"), "nobody: a route names this receiver, and there is none"),
        (replace(TREE, receiver="nobody"), "stray: no route names this receiver"),
        (replace(TREE, receiver="heartbeat"), "heartbeat: the default receiver has no mailbox"),
        (
            replace(TREE, active_during=("sundays",)),
            "it is active during 'sundays', which is no time interval",
        ),
        (replace(TREE, group_by=("colour",)), "it reads the label 'colour', which no alert has"),
        (
            replace(TREE, routes=(), active_during=("office-hours",)),
            "JobsStuck: a critical alert waits for office hours",
        ),
    ],
)
def test_a_wrong_tree_is_refused(tree: Route, finding: str) -> None:
    assert any(finding in str(found) for found in check(replace(ROUTING, tree=tree)))


CRITICAL, WARNING = Condition("severity", "=", "critical"), Condition("severity", "=", "warning")


@pytest.mark.parametrize(
    ("rule", "finding"),
    [
        (
            Inhibition(why="a", source=(Condition("team", "=", "x"),), target=(WARNING,)),
            "no alert is ever its source",
        ),
        (
            Inhibition(why="a", source=(WARNING,), target=(Condition("team", "=", "x"),)),
            "no alert is ever its target",
        ),
        (
            Inhibition(why="a", source=(CRITICAL,), target=(WARNING,), equal=("colour",)),
            "'colour' is on no alert of both sides",
        ),
        (
            Inhibition(why="a", source=(CRITICAL,), target=(CRITICAL,)),
            "JobsStuck is both its source and its target",
        ),
    ],
)
def test_a_wrong_inhibition_is_refused(rule: Inhibition, finding: str) -> None:
    wrong = replace(ROUTING, inhibitions=(*ROUTING.inhibitions, rule))
    assert any(finding in str(found) for found in check(wrong))


def test_a_receiver_that_nobody_uses_is_found() -> None:
    wrong = replace(ROUTING, receivers=(*ROUTING.receivers, Receiver(name="forgotten")))
    assert [str(found) for found in check(wrong)] == ["forgotten: no route names this receiver"]


def test_every_alert_is_seen_once_for_each_severity() -> None:
    seen = [(labels["alertname"], labels["severity"]) for labels in fired_labels()]
    assert len(seen) == len(set(seen))
    assert ("ChurnLogoHigh", "critical") in seen


def test_the_critical_state_of_one_queue_does_not_hide_the_warning_of_another() -> None:
    general = ROUTING.inhibitions[0]
    assert {"alertname", "team", "company_id", "queue"} <= set(general.equal)
