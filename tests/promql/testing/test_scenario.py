"""Rule tests in Python: loading, asking, and what the answers can be compared with."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
import yaml

from ledgerscope.promql.errors import EvaluationError
from ledgerscope.promql.rules.failures import RuleFailedError
from ledgerscope.promql.rules.model import AlertingRule, RuleGroup
from ledgerscope.promql.testing.label_match import ANY
from ledgerscope.promql.testing.repeat import RepeatError, repeat
from ledgerscope.promql.testing.scenario import Scenario, ScenarioError
from ledgerscope.promql.testing.times import Moment, StartError, milliseconds
from ledgerscope.promql.text.durations import DurationError

if TYPE_CHECKING:
    from pathlib import Path

RULES = """
groups:
- name: g
  rules:
  - alert: Down
    expr: up == 0
    for: 2m
    keep_firing_for: 1m
    labels: {severity: page}
    annotations: {summary: "{{ $labels.instance }} of {{ $externalLabels.cluster }}"}
  - record: instances:up
    expr: sum by (job) (up)
"""


@pytest.fixture
def two() -> Scenario:
    """Two instances; one is down from 2m to 6m, the other always up."""
    return (
        Scenario(external_labels={"cluster": "one"})
        .rules(RULES)
        .load('up{job="x", instance="a"} 1 1 0x4 1x4', 'up{job="x", instance="b"} 1x10')
    )


def test_an_alert_tells_when_it_pends_fires_and_ends(two: Scenario) -> None:
    down = two.alerts("Down")
    assert down.first_pending_at == "2m"
    assert down.first_fires_at == timedelta(minutes=4)
    assert down.last_fires_at == "7m"
    assert down.pending_at("3m")
    assert not down.pending_at("4m")
    assert down.fires_at("5m30s")
    assert down.inactive_at("1m")
    assert down.resolved_by("8m")
    assert not down.resolved_by("7m")
    assert not down.never_fires()


def test_alerts_are_chosen_by_some_of_their_labels(two: Scenario) -> None:
    assert two.alerts("Down", instance="a").first_fires_at == "4m"
    assert two.alerts("Down", instance=re.compile("[b-z]")).never_pends()
    assert two.alerts("Down", instance=ANY, severity="page").fires_at("4m")
    assert two.alerts("Down", team=ANY).never_pends()
    assert two.alerts("Down").where(instance="b").first_fires_at is None
    assert two.alerts("Down").where(instance="b").last_fires_at is None


def test_what_fires_has_labels_and_annotations(two: Scenario) -> None:
    (alert,) = two.alerts("Down").firing("4m")
    assert alert.labels == {"alertname": "Down", "instance": "a", "job": "x", "severity": "page"}
    assert alert.annotations == {"summary": "a of one"}
    assert two.alerts("Down").firing("3m") == []
    assert [each.state.word for each in two.alerts("Down").at("3m")] == ["pending"]


def test_an_instant_is_compared_with_a_dictionary_or_a_number(two: Scenario) -> None:
    assert two.at("3m", "up") == {'up{job="x",instance="a"}': 0, 'up{instance="b",job="x"}': 1}
    assert two.at("3m", "instances:up") == 1
    assert two.at("3m", "instances:up").value == 1
    assert two.at("3m", "up").where(instance="b") == 1
    assert two.at("3m", "absent(up)") == {}
    assert two.at("3m", "up") != {}
    assert two.at("3m", "up").values == {'up{instance="a", job="x"}': 0.0, 'up{instance="b", job="x"}': 1.0}
    assert len(two.at("3m", "up")) == len(list(two.at("3m", "up"))) == 2
    assert repr(two.at("3m", "instances:up")) == "{'instances:up{job=\"x\"}': 1}"


WRITER = "groups: [{name: writer, rules: [{record: written, expr: up}]}]"
READER = "groups: [{name: reader, rules: [{record: read, expr: written}]}]"


def test_values_may_be_near_enough(two: Scenario) -> None:
    third = two.at("3m", "instances:up / 3")
    assert third.approx(0.333333, rel=1e-3)
    assert not third.approx(0.333333)
    assert third.approx({'{job="x"}': 0.3}, abs=0.1)
    assert not third.approx({'{job="y"}': 0.3}, abs=0.1)
    assert third.value == pytest.approx(1 / 3)


def test_one_value_is_asked_for_where_there_is_one(two: Scenario) -> None:
    with pytest.raises(EvaluationError, match="expected one sample, found 2"):
        _ = two.at("3m", "up").value
    with pytest.raises(EvaluationError, match="expected one series, found 2"):
        _ = two.range("up").only


def test_a_range_lists_values_step_by_step(two: Scenario) -> None:
    assert two.range("up", "0m", "3m") == {
        'up{instance="a",job="x"}': [1, 1, 0, 0],
        'up{instance="b",job="x"}': [1, 1, 1, 1],
    }
    assert two.range('up{instance="a"} == 1', "1m", "3m").only == [1, None, None]
    assert two.range("instances:up", "0s", "4m", "2m").only == [2, 1, 1]
    assert len(two.range("up")) == 2
    assert "▁" in two.range("up").story()


def test_the_story_shows_what_was_asked_last(two: Scenario) -> None:
    two.at("1m", "nothing")
    two.alerts("Down")
    assert two.story().splitlines()[:3] == [
        "nothing at 1m:",
        "  (no samples)",
        "alerts Down{}:",
    ]
    assert "··ppFFFF·" in two.story()


def test_time_reaches_as_far_as_is_asked() -> None:
    scenario = (
        Scenario()
        .rules("groups: [{name: g, rules: [{alert: Gone, expr: absent(up), for: 5m}]}]")
        .load("up 1")
    )
    assert scenario.alerts("Gone").inactive_at("4m")
    assert scenario.alerts("Gone").first_fires_at == "10m"
    assert scenario.at("1h", "absent(up)") == 1


def test_series_may_have_an_interval_of_their_own() -> None:
    scenario = Scenario(every="30s").load("a 1 2 3 4").load("b 1 2", every="1m")
    assert scenario.at("1m", "a") == {"a": 3}
    assert scenario.at("1m", "b") == {"b": 2}


def test_a_start_may_be_given() -> None:
    scenario = Scenario(start_ms=1_704_067_200_000).load("a 1 2")
    assert scenario.at("1m", "time()") == 1_704_067_260
    assert scenario.at("0s", "year()") == 2024


CALENDAR = (
    "groups: [{name: g, rules: [{alert: MonthEnd, expr: 'day_of_month() == days_in_month()', for: 1h}]}]"
)


@pytest.mark.parametrize(
    "start",
    [
        "2026-02-28T00:00:00Z",
        "2026-02-28T01:00:00+01:00",
        1_772_236_800,
        datetime(2026, 2, 28, tzinfo=timezone.utc),
        datetime(2026, 2, 27, 16, tzinfo=timezone(timedelta(hours=-8))),
    ],
)
def test_a_test_begins_when_it_is_reported_to(start: str | float | datetime) -> None:
    scenario = Scenario().starts_at(start).rules(CALENDAR).load("up 1x1500")
    month_end = scenario.alerts("MonthEnd")
    assert month_end.first_fires_at == "1h"
    assert month_end.resolved_by("1d")
    assert scenario.at("1d", "month()") == 3
    assert scenario.at("90m", "time()") == 1_772_236_800 + 90 * 60


@pytest.mark.parametrize("start", ["yesterday", "2026-02-28", "2026-02-28T00:00:00", datetime(2026, 2, 28)])  # noqa: DTZ001 - without a zone is the point
def test_a_start_without_a_time_or_zone_is_no_moment(start: str | datetime) -> None:
    with pytest.raises(StartError, match=r"is no moment; write it like 2024|has no time zone"):
        Scenario().starts_at(start)


def test_what_is_around_the_rules_may_be_given_after_the_first_question() -> None:
    text = "{{ $externalLabels.c }} {{ $externalURL }}"
    rules = {"groups": [{"name": "g", "rules": [{"alert": "Up", "expr": "up", "labels": {"c": text}}]}]}
    scenario = Scenario().rules(rules).load("up 1x9")
    assert scenario.alerts("Up", c=" ").fires_at("0s")
    scenario.external("http://prom", c="one").evaluated_every("2m")
    assert scenario.alerts("Up", c="one http://prom").fires_at("0s")
    assert scenario.range("up").only == [1, 1, 1, 1, 1]


def test_there_is_no_limit_on_samples() -> None:
    scenario = Scenario(every="1s", interval="1h").load("ticks_total 0+1x200000")
    assert scenario.at(200_000, "count_over_time(ticks_total[60h])") == 200_001


def test_manifests_are_tested_as_they_are(tmp_path: Path) -> None:
    manifest = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "rules"},
        "spec": {"groups": [{"name": "g", "rules": [{"alert": "Down", "expr": "up == 0"}]}]},
    }
    (tmp_path / "manifest.yaml").write_text(yaml.safe_dump(manifest))
    for source in (manifest, "manifest.yaml"):
        assert Scenario(base=tmp_path).rules(source).load("up 0").alerts("Down").fires_at("0s")


def test_rules_come_from_files_texts_groups_and_documents(tmp_path: Path) -> None:
    (tmp_path / "r.yml").write_text(RULES)
    group = RuleGroup("mine", (AlertingRule("Up", "up == 1"),))
    document = {"groups": [{"name": "doc", "rules": [{"alert": "Doc", "expr": "up"}]}]}
    scenario = Scenario(base=tmp_path).rules("r.yml", group, document).load("up 1")
    assert [bool(scenario.alerts(name).fires_at("0s")) for name in ("Down", "Up", "Doc")] == [
        False,
        True,
        True,
    ]


def test_an_unknown_alert_is_named_with_its_nearest_neighbour(two: Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"no rule defines the alert 'Dwn' \(did you mean 'Down'\?\)"):
        two.alerts("Dwn")


def test_a_rule_file_that_is_not_there_is_reported_with_its_nearest_neighbour(tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(RULES)
    with pytest.raises(ScenarioError, match=r"there is no rule file 'rulez.yml'; did you mean 'rules.yml'\?"):
        Scenario(base=tmp_path).rules("rulez.yml")


def test_a_difference_is_reported_series_by_series(two: Scenario) -> None:
    wrong = {'up{job="x",instance="a"}': 1, 'up{instance="c",job="x"}': 1}
    assert two.at("3m", "up").explained_against(wrong) == [
        "up at 3m is not as expected:",
        '  up{instance="a", job="x"}: expected 1, found 0.0',
        '  unexpected: up{instance="b", job="x"} 1.0',
        '  missing: up{instance="c", job="x"} 1',
    ]
    assert two.range("instances:up", "0s", "2m").explained_against({'instances:up{job="x"}': [2.0, 2.0]}) == [
        "instances:up is not as expected:",
        '  instances:up{job="x"}: expected [2.0, 2.0], found [2.0, 2.0, 1.0]',
    ]


def test_a_failing_rule_is_reported() -> None:
    scenario = Scenario().rules("groups: [{name: g, rules: [{record: x, expr: a + on () a}]}]")
    scenario.load('a{b="1"} 1', 'a{b="2"} 1')
    with pytest.raises(RuleFailedError, match=":1:46: rule 'x' fails at 0s: found duplicate series"):
        scenario.at("0s", "x")


@pytest.mark.parametrize(
    ("when", "ms"), [("5m", 300_000), (1.5, 1500), (timedelta(seconds=2), 2000), (Moment(7), 7), (60, 60_000)]
)
def test_times_are_written_in_many_ways(when: str | float | timedelta, ms: int) -> None:
    assert milliseconds(when) == ms


def test_a_truth_value_is_no_time() -> None:
    with pytest.raises(DurationError, match="True is no time"):
        milliseconds(True)


def test_a_moment_is_shown_as_a_duration() -> None:
    assert repr(Moment(90_000)) == "'1m30s'"
    assert Moment(90_000) == "90s"
    assert Moment(90_000) == 90_000
    assert Moment(90_000) != "91s"
    assert hash(Moment(5)) == hash(5)


def test_one_line_makes_many_series() -> None:
    lines = repeat('up{instance="$i",job="$job"} ${i}x3', i=range(2), job=["x", "y"]).splitlines()
    assert lines == [
        'up{instance="0",job="x"} 0x3',
        'up{instance="0",job="y"} 0x3',
        'up{instance="1",job="x"} 1x3',
        'up{instance="1",job="y"} 1x3',
    ]
    assert Scenario().load(repeat('up{i="$n"} 1', n=range(100))).at("0s", "count(up)") == 100


@pytest.mark.parametrize(
    ("line", "message"),
    [("a$b 1", "names [$]b, which is not among"), ("a 1$", "write [$][$] for a dollar sign")],
)
def test_a_line_that_cannot_be_filled_in_is_reported(line: str, message: str) -> None:
    with pytest.raises(RepeatError, match=message):
        repeat(line, n=[1])


@pytest.mark.parametrize(("given", "notes"), [((READER, WRITER), 1), ((WRITER, READER), 0)])
def test_a_story_names_what_is_read_one_step_late(given: tuple[str, str], notes: int) -> None:
    scenario = Scenario().rules(*given).load("up 1x3")
    assert scenario.at("1m", "read") == 1
    late = "note: read in group 'reader' reads written in the later group 'writer', one step late"
    assert scenario.story().splitlines().count(late) == notes


def test_a_number_is_no_condition_on_a_label() -> None:
    scenario = Scenario().rules("groups: [{name: g, rules: [{alert: A, expr: a > 1}]}]").load('a{x="1"} 5x5')
    with pytest.raises(TypeError, match=r"x=1: a label is compared with text, .*; write x='1'"):
        scenario.alerts("A", x=1)  # type: ignore[arg-type]  # what is refused


def test_no_time_at_all_is_no_step() -> None:
    with pytest.raises(ScenarioError, match="rules are evaluated every '0s': write a time above zero"):
        Scenario().evaluated_every("0s")
    with pytest.raises(ScenarioError, match="series have a sample every '0s'"):
        Scenario().load("a 1x5", every="0s")


def test_moments_compare_with_what_times_are_written_as() -> None:
    moment = Moment(240_000)
    assert moment < "5m"
    assert moment <= "4m"
    assert moment > timedelta(minutes=3)
    assert moment >= 240_000
    assert not moment > "4m"
    with pytest.raises(TypeError, match="a moment is compared with a time such as '5m', not with None"):
        assert moment < None
    with pytest.raises(DurationError):
        assert moment < "soon"


def test_one_sample_compares_with_a_number() -> None:
    scenario = Scenario().load("up 3", "down 1", 'down{job="a"} 2')
    assert scenario.at("0m", "up") > 2
    assert scenario.at("0m", "up") <= 3
    with pytest.raises(EvaluationError, match="expected one sample, found 2"):
        assert scenario.at("0m", "down") < 5
    with pytest.raises(TypeError, match="the samples of up are compared with a number, not with '5m'"):
        assert scenario.at("0m", "up") < "5m"  # type: ignore[operator]  # the mistake
    with pytest.raises(TypeError, match="up over time is not compared with 5 by size"):
        assert scenario.range("up") < 5


def test_a_check_equals_what_it_says() -> None:
    track = (
        Scenario().rules("groups: [{name: g, rules: [{alert: A, expr: up > 0}]}]").load("up 1x5").alerts("A")
    )
    assert track.fires_at("1m") == True  # noqa: E712 - as people write it
    assert track.never_fires() == False  # noqa: E712 - same
    assert track.fires_at("1m") != False  # noqa: E712 - same


def test_an_evaluation_without_end_is_refused_and_the_next_question_answered() -> None:
    scenario = Scenario().rules("groups: [{name: g, rules: [{alert: A, expr: up > 0}]}]").load("up 1x5")
    message = "up to 290y the rules would be evaluated 152,424,001 times, once every 1m; at most 10,000,000"
    for ask in (scenario.alerts("A").fires_at, lambda when: scenario.at(when, "up")):
        with pytest.raises(ScenarioError, match=message):
            ask("290y")
        assert scenario.alerts("A").fires_at("1m")
    with pytest.raises(ScenarioError, match="write a longer step"):
        scenario.range("up", step="1ms", end="1d")
