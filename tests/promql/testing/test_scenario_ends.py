"""Nothing is claimed beyond what was evaluated: a question about later goes on evaluating."""

from __future__ import annotations

import math

import pytest

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.testing.scenario import Scenario, ScenarioError

RULES = """
groups:
  - name: g
    rules:
      - {alert: Down, expr: up == 0, for: 2m, labels: {severity: page}}
      - {alert: Gone, expr: absent(up)}
"""


def scenario(line: str) -> Scenario:
    return Scenario().rules(RULES).load(line)


def test_nothing_fires_after_its_series_have_ended() -> None:
    down = scenario('up{job="a"} 0x10').alerts("Down")
    assert not down.fires_at("2h")
    assert down.fires_at("10m")
    assert down.inactive_at("3h")
    assert down.firing("2h") == []
    assert down.last_fires_at == "14m"
    assert down.resolved_by("15m")
    assert not down.resolved_by("12m")


def test_never_looks_beyond_the_last_sample() -> None:
    asked = scenario("up 1x10")
    assert not asked.alerts("Gone").never_fires()
    assert asked.alerts("Gone").first_fires_at == "15m"
    assert asked.alerts("Down").never_fires()
    assert asked.alerts("Down").never_pends()


def test_a_track_follows_what_is_evaluated_later() -> None:
    asked = scenario('up{job="a"} 0x10')
    down = asked.alerts("Down")
    asked.at("1h", "up")
    assert not down.fires_at("1h")


def test_nan_equals_nan() -> None:
    asked = Scenario().load("x NaN 1", "y 1x1")
    assert asked.at("0m", "x") == {"x": math.nan}
    not_a_number = math.nan
    assert asked.at("0m", "x") == not_a_number
    assert asked.at("1m", "x") != not_a_number
    assert asked.range("x") == {"x": [math.nan, 1]}
    assert asked.range("x") != {"x": [math.nan, math.nan]}


def test_of_two_lines_for_one_series_the_last_counts() -> None:
    asked = Scenario().load("x 1x5", every="30s").load("x 2x5", every="1m")
    assert asked.at("1m", "x") == 2
    assert asked.at("90s", "x") == 2


def test_a_file_may_have_a_colon_in_its_name() -> None:
    with pytest.raises(ScenarioError, match=r"there is no rule file 'a:b\.yml'"):
        Scenario().rules("a:b.yml")


def test_a_label_that_nothing_has_is_a_typing_error() -> None:
    asked = scenario('up{job="a"} 0x10')
    with pytest.raises(
        ScenarioError, match="no series and no alert 'Down' has a label 'jbo'; did you mean 'job'"
    ):
        asked.alerts("Down", jbo="a").never_fires()
    assert '<alerts Down{jbo="a"}>: no series and no alert' in asked.story()
    assert asked.alerts("Down", job="b").never_fires()
    assert asked.alerts("Down", severity="ticket").never_fires()


def test_there_is_no_time_before_the_start() -> None:
    with pytest.raises(PromQLError):
        Scenario().load("x 1x5").at("-1m", "x")
