"""Where an alert ends: by our own walk of the tree, and by Alertmanager's."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alertmanager.check import fired_labels
from alertmanager.model import Condition, Route
from alertmanager.render import CONFIG_PATH
from alertmanager.routes import routing_tree
from alertmanager.settings import DEFAULT_SETTINGS
from ledgerscope.catalogue import OWNERS

ROOT = Path(__file__).parents[2]
AMTOOL = shutil.which("amtool")
TREE = routing_tree(DEFAULT_SETTINGS)

needs_amtool = [
    pytest.mark.prometheus,
    pytest.mark.skipif(AMTOOL is None, reason="amtool is not installed"),
]


def ours(labels: dict[str, str]) -> str:
    end = TREE.taken_by(labels)
    assert end is not None
    return end.receiver


def theirs(labels: dict[str, str]) -> str:
    assert AMTOOL is not None
    given_labels = [f"{name}={value}" for name, value in labels.items()]
    verdict = subprocess.run(
        [AMTOOL, "config", "routes", "test", f"--config.file={ROOT / CONFIG_PATH}", *given_labels],
        capture_output=True,
        text=True,
        check=True,
    )
    return verdict.stdout.strip()


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        ({"alertname": "ChurnLogoHigh", "team": "finance", "severity": "critical"}, "finance-page"),
        ({"alertname": "ChurnLogoHigh", "team": "finance", "severity": "warning"}, "finance-ticket"),
        ({"alertname": "JobsStuck", "team": "platform", "severity": "critical"}, "platform-page"),
        (
            {"alertname": "LedgerscopeCountersRebased", "team": "platform", "severity": "info"},
            "platform-ticket",
        ),
        ({"alertname": "Watchdog", "team": "platform", "severity": "none"}, "heartbeat"),
        ({"alertname": "Unheard", "team": "gardening", "severity": "critical"}, "stray"),
        ({}, "stray"),
    ],
)
def test_an_alert_ends_with_its_team_by_its_severity(labels: dict[str, str], receiver: str) -> None:
    assert ours(labels) == receiver


@pytest.mark.parametrize("labels", [pytest.param(one, marks=needs_amtool) for one in fired_labels()], ids=str)
def test_alertmanager_sends_every_alert_where_we_say(labels: dict[str, str]) -> None:
    assert theirs(labels) == ours(labels) != "stray"


@pytest.mark.prometheus
@pytest.mark.skipif(AMTOOL is None, reason="amtool is not installed")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "alertname": st.sampled_from(["Watchdog", "JobsStuck", "Other"]),
            "team": st.sampled_from([*(owner.team for owner in OWNERS), "nobody"]),
            "severity": st.sampled_from(["critical", "warning", "info", "none", "page"]),
        },
    ).filter(bool)
)
def test_alertmanager_agrees_on_labels_that_no_rule_has_yet(labels: dict[str, str]) -> None:
    assert theirs(labels) == ours(labels)


@pytest.mark.parametrize(
    ("condition", "labels", "holds"),
    [
        (Condition("team", "=", "a"), {"team": "a"}, True),
        (Condition("team", "=", "a"), {}, False),
        (Condition("team", "=", ""), {}, True),
        (Condition("team", "!=", "a"), {}, True),
        (Condition("team", "!=", "a"), {"team": "a"}, False),
        (Condition("team", "=~", "a|b"), {"team": "b"}, True),
        (Condition("team", "=~", "a"), {"team": "ab"}, False),
    ],
)
def test_a_condition_holds_as_alertmanager_says(
    condition: Condition, labels: dict[str, str], *, holds: bool
) -> None:
    assert condition.holds(labels) is holds


def test_a_route_that_does_not_match_takes_nothing() -> None:
    route = Route(receiver="x", conditions=(Condition("team", "=", "a"),))
    assert route.taken_by({"team": "b"}) is None
    assert [one.receiver for one in TREE.walk()][:2] == ["stray", "heartbeat"]
