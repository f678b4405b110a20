"""Rules over the whole time axis: the same as stepping, and what a rule may and may not see."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ledgerscope.promql.engine.engine import Engine
from ledgerscope.promql.rules.alert_history import Surroundings
from ledgerscope.promql.rules.load import read_rules
from ledgerscope.promql.rules.plan import RulePlan
from ledgerscope.promql.rules.run import Evaluation, _copy, _Run, evaluate_rules
from ledgerscope.promql.samples.axis import Axis
from ledgerscope.promql.samples.labels import Labels
from ledgerscope.promql.samples.storage import Storage
from ledgerscope.promql.series.notation import parse_series
from ledgerscope.promql.template.language import LANGUAGES
from ledgerscope.promql.testing.runner import fill

MINUTE = 60_000


def contents(evaluation: Evaluation) -> dict[Labels, tuple[bytes, bytes]]:
    return {each.labels: (each.times.tobytes(), each.values.tobytes()) for each in evaluation.storage}


@pytest.mark.parametrize("compat", ["2", "3"])
@pytest.mark.parametrize("seed", range(40))
def test_computing_all_steps_at_once_gives_what_stepping_gives(cases_of: Any, seed: int, compat: str) -> None:
    cases = cases_of(seed)
    run = cases.run(cases.document(), compat)
    axis = run.evaluation.axis
    storage = Storage()
    fill(storage, run.group.series, run.group.interval_ms, 0, axis.end_ms)
    around = Surroundings(run.group.external_labels, run.group.external_url, LANGUAGES[compat])
    stepped = _Run(run.plan, _copy(storage), run.engine, axis, around).stepped()
    assert run.evaluation.failures == stepped.failures
    if stepped.failures:
        return
    assert contents(run.evaluation) == contents(stepped)
    for step in range(axis.count):
        for ours, theirs in zip(run.evaluation.alerts, stepped.alerts, strict=True):
            assert repr(ours.active(step)) == repr(theirs.active(step))  # NaN equals itself in text


def evaluate(rules: str, series: dict[str, list[float]], steps: int = 6, **options: Any) -> Evaluation:
    storage = Storage()
    for name, values in series.items():
        storage.append(Labels({"__name__": name}), [index * MINUTE for index in range(len(values))], values)
    plan = RulePlan.of(read_rules(rules))
    return evaluate_rules(plan, storage, Engine(), Axis(0, MINUTE, steps), **options)


def values(evaluation: Evaluation, name: str, **labels: str) -> dict[int, float]:
    found = evaluation.storage.get(Labels({"__name__": name, **labels}))
    if found is None:
        return {}
    return {
        int(at) // MINUTE: float(value)
        for at, value, stale in zip(found.times, found.values, found.stale, strict=True)
        if not stale
    }


def group(*rules: str, name: str = "g") -> str:
    body = "".join(f"  - {rule}\n" for rule in rules)
    return f"groups:\n- name: {name}\n  rules:\n{body}"


def test_a_rule_reads_what_an_earlier_rule_wrote_at_the_same_step() -> None:
    evaluation = evaluate(
        group("{record: double, expr: x * 2}", "{record: quadruple, expr: double * 2}"), {"x": [1, 2, 3]}, 3
    )
    assert values(evaluation, "quadruple") == {0: 4, 1: 8, 2: 12}


def test_a_rule_reads_what_a_later_rule_wrote_one_step_late() -> None:
    evaluation = evaluate(
        group("{record: quadruple, expr: double * 2}", "{record: double, expr: x * 2}"), {"x": [1, 2, 3]}, 3
    )
    assert values(evaluation, "quadruple") == {1: 4, 2: 8}


def test_a_late_series_is_out_of_sight_where_a_step_is_longer_than_the_lookback() -> None:
    storage = Storage()
    storage.append(Labels({"__name__": "x"}), [0, 10 * MINUTE], [1.0, 2.0])
    plan = RulePlan.of(read_rules(group("{record: late, expr: later}", "{record: later, expr: x}")))
    evaluation = evaluate_rules(plan, storage, Engine(), Axis(0, 10 * MINUTE, 2))
    assert values(evaluation, "late") == {}


def test_a_window_over_a_later_rule_lacks_the_sample_of_the_step_itself() -> None:
    evaluation = evaluate(
        group("{record: seen, expr: 'count_over_time(later[10m])'}", "{record: later, expr: x}"),
        {"x": [1, 1, 1]},
        3,
    )
    assert values(evaluation, "seen") == {1: 1, 2: 2}


def test_rules_that_read_each_other_are_stepped_through() -> None:
    evaluation = evaluate(
        group("{record: ping, expr: pong + 1 or vector(0)}", "{record: pong, expr: ping * 10}"), {}, 4
    )
    assert values(evaluation, "ping") == {0: 0, 1: 1, 2: 11, 3: 111}
    assert values(evaluation, "pong") == {0: 0, 1: 10, 2: 110, 3: 1110}


def test_a_rule_that_reads_itself_counts() -> None:
    evaluation = evaluate(group("{record: steps, expr: steps + 1 or vector(1)}"), {}, 4)
    assert values(evaluation, "steps") == {0: 1, 1: 2, 2: 3, 3: 4}


def test_a_series_that_vanishes_leaves_a_stale_marker() -> None:
    evaluation = evaluate(group("{record: high, expr: x > 1}"), {"x": [2, 2, 0, 0, 2]}, 5)
    samples = evaluation.storage.get(Labels({"__name__": "high"}))
    assert samples is not None
    assert (samples.times // MINUTE).tolist() == [0, 1, 2, 4]
    assert samples.stale.tolist() == [False, False, True, False]


def test_nothing_after_the_instant_is_seen_not_even_with_a_negative_offset() -> None:
    evaluation = evaluate(group("{record: ahead, expr: x offset -1m}"), {"x": [1, 2, 3]}, 3)
    assert values(evaluation, "ahead") == {0: 1, 1: 2, 2: 3}


def test_the_end_modifier_is_the_instant_of_the_step() -> None:
    evaluation = evaluate(group("{record: now, expr: x @ end()}"), {"x": [1, 2, 3]}, 3)
    assert values(evaluation, "now") == {0: 1, 1: 2, 2: 3}


def test_a_query_offset_shifts_what_is_read_and_what_is_written() -> None:
    rules = "groups:\n- name: g\n  query_offset: 1m\n  rules:\n  - {record: y, expr: x}\n"
    evaluation = evaluate(rules, {"x": [1, 2, 3]}, 3)
    assert values(evaluation, "y") == {0: 1, 1: 2}


def test_labels_of_the_group_are_set_and_those_of_the_rule_win() -> None:
    rules = (
        "groups:\n- name: g\n  labels: {team: a, tier: one}\n  rules:\n"
        "  - {record: y, expr: x, labels: {tier: two}}\n"
    )
    evaluation = evaluate(rules, {"x": [1]}, 1)
    assert values(evaluation, "y", team="a", tier="two") == {0: 1}


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{record: y, expr: 'x or z', labels: {}}", ""),
        ('{record: y, expr: \'label_replace(x, "a", "b", "", "") or x\', labels: {a: c}}',
         "vector contains metrics with the same labelset after applying rule labels"),
        ('{alert: A, expr: \'label_replace(x, "a", "b", "", "") or x\', labels: {a: c}}',
         "vector contains metrics with the same labelset after applying alert labels"),
        ("{record: x, expr: x + 1}",
         'duplicate sample for timestamp for series {__name__="x"}'),
        ("{record: y, expr: 'label_replace(nothing, \"a\", \"b\", \"c\", \"(\")'}",
         "invalid regular expression in label_replace(): ("),
        ("{record: y, expr: '\"text\"'}", "rule result is not a vector or scalar"),
    ],
)  # fmt: skip
def test_what_makes_a_rule_fail(rule: str, message: str) -> None:
    evaluation = evaluate(group(rule), {"x": [1, 1]}, 2)
    assert [each.message for each in evaluation.failures] == ([message] if message else [])
    assert all(each.at_ms == 0 for each in evaluation.failures)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{record: y, expr: x or z}", "exceeded limit of 1 with 2 series"),
        ("{alert: A, expr: x or z}", "exceeded limit of 1 with 2 alerts"),
    ],
)
def test_a_group_limit_fails_the_rule_at_the_step_that_passes_it(rule: str, message: str) -> None:
    storage = Storage()
    storage.append(Labels({"__name__": "x", "a": "1"}), [0, MINUTE], [1.0, 1.0])
    storage.append(Labels({"__name__": "z", "a": "2"}), [MINUTE], [1.0])
    plan = RulePlan.of(read_rules(f"groups:\n- name: g\n  limit: 1\n  rules:\n  - {rule}\n"))
    evaluation = evaluate_rules(plan, storage, Engine(), Axis(0, MINUTE, 2))
    assert [(each.at_ms, each.message) for each in evaluation.failures] == [(MINUTE, message)]


def test_the_input_is_left_as_it_was() -> None:
    storage = Storage()
    storage.append(Labels({"__name__": "x"}), [0], [1.0])
    evaluate_rules(
        RulePlan.of(read_rules(group("{record: y, expr: x}"))), storage, Engine(), Axis(0, MINUTE, 1)
    )
    assert [each.labels.name for each in storage] == ["x"]


def test_rules_that_see_nothing_are_distinguished() -> None:
    evaluation = evaluate(group("{record: y, expr: nothing}", "{record: z, expr: absent(nothing)}"), {}, 2)
    assert evaluation.blind == {0}
    assert values(evaluation, "z") == {0: 1, 1: 1}


def test_a_rule_fed_only_by_a_rule_that_sees_something_is_not_left_out() -> None:
    evaluation = evaluate(
        group("{record: y, expr: z}", "{record: z, expr: x}", "{record: w, expr: v}"), {"x": [1, 2]}, 2
    )
    assert values(evaluation, "y") == {1: 1}
    assert evaluation.blind == {2}


def test_an_end_that_an_earlier_rule_marks_is_seen_by_a_rule_that_wrote_the_series_too() -> None:
    evaluation = evaluate(group("{record: y, expr: x < 2}", "{record: y, expr: y}"), {"x": [1, 1, 3]}, 3)
    assert evaluation.failures == ()
    assert values(evaluation, "y") == {0: 1, 1: 1}


def test_a_rule_that_reads_any_metric_is_not_left_out() -> None:
    evaluation = evaluate(group("{record: n, expr: 'count({__name__=~\"x|y\"})'}"), {"x": [1]}, 1)
    assert values(evaluation, "n") == {0: 1}


HISTOGRAMS = "groups:\n- name: g\n  rules:\n  - {record: total, expr: sum(h)}\n  - {alert: Any, expr: h}\n"


def test_native_histograms_are_recorded_and_end_with_a_stale_marker() -> None:
    storage = Storage()
    fill(storage, [parse_series("h {{count:2 sum:3 buckets:[2]}}x2 stale")], MINUTE)
    evaluation = evaluate_rules(RulePlan.of(read_rules(HISTOGRAMS)), storage, Engine(), Axis(0, MINUTE, 5))
    total = evaluation.storage.get(Labels({"__name__": "total"}))
    assert total is not None
    assert total.histograms is not None
    assert [each if each is None else each.count for each in total.histograms] == [2.0, 2.0, 2.0, None]
    assert total.stale.tolist() == [False, False, False, True]
    assert [len(evaluation.alerts[0].firing(step)) for step in range(5)] == [1, 1, 1, 0, 0]


def test_series_of_two_kinds_under_one_name_are_put_together_where_they_do_not_meet() -> None:
    rules = "groups: [{name: g, rules: [{record: r, expr: 'h or f', labels: {kind: both}}]}]"
    storage = Storage()
    fill(
        storage,
        [parse_series('h{kind="h"} {{count:2}}x1 stale'), parse_series('f{kind="f"} _ _ 5 6')],
        MINUTE,
    )
    evaluation = evaluate_rules(RulePlan.of(read_rules(rules)), storage, Engine(), Axis(0, MINUTE, 4))
    both = evaluation.storage.get(Labels({"__name__": "r", "kind": "both"}))
    assert both is not None
    assert both.histograms is not None
    assert [each is None for each in both.histograms] == [False, False, True, True]
    assert both.values[2:].tolist() == [5.0, 6.0]


def test_templates_see_a_native_histogram_as_prometheus_prints_it() -> None:
    rules = (
        "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: h\n    labels: {much: '{{ $value }}'}\n"
        "    annotations: {s: '{{ $value }} {{ query \"h\" | first | value }} {{ humanize $value }}'}\n"
    )
    storage = Storage()
    fill(storage, [parse_series("h {{count:2 sum:3 buckets:[2]}}x1")], MINUTE)
    evaluation = evaluate_rules(RulePlan.of(read_rules(rules)), storage, Engine(), Axis(0, MINUTE, 2))
    (alert,) = evaluation.alerts[0].firing(1)
    assert alert.labels["much"] == "{count:2, sum:3, (0.5,1]:2}"
    assert alert.annotations["s"].endswith("can't convert *histogram.FloatHistogram to float>")


def test_a_missing_field_is_reported_with_the_type_of_the_generation() -> None:
    rules = group("{alert: A, expr: x, annotations: {s: '{{ .Foo }}'}}")
    evaluation = evaluate(rules, {"x": [1]}, 1)
    text = evaluation.alerts[0].firing(0)[0].annotations["s"]
    assert text.endswith("ExternalURL string; Value interface {} }>")


def test_a_rule_fails_once_however_many_of_its_samples_are_refused() -> None:
    storage = Storage()
    fill(storage, [parse_series('x{a="1"} 1'), parse_series('x{a="2"} 1')], MINUTE)
    plan = RulePlan.of(read_rules(group("{record: x, expr: x + 1}")))
    evaluation = evaluate_rules(plan, storage, Engine(), Axis(0, MINUTE, 1))
    assert [each.rule for each in evaluation.failures] == ["x"]


@pytest.mark.parametrize(
    ("values", "expr", "message"),
    [
        ("_ 1", "x + 1e6", ("duplicate sample for timestamp 60000; overrides not allowed: existing 1, "
                           'new value 1.000001e+06 for series {__name__="x"}')),
        ("_ {{count:1}}", "vector(0)", ("duplicate sample for timestamp 60000; overrides not allowed: "
                                       'existing is a histogram, new value 0 for series {__name__="x"}')),
        ("_ {{count:1}}", "x * 2", ('duplicate native histogram sample for timestamp 60000 '
                                   'for series {__name__="x"}')),
        ("_ {{count:1}}", "x", ""),  # the same sample once more is no conflict
        ("_ NaN", "x", ""),
    ],
)  # fmt: skip
def test_a_second_sample_of_one_series_at_one_instant_has_to_be_the_same(
    values: str, expr: str, message: str
) -> None:
    storage = Storage()
    fill(storage, [parse_series(f"x {values}")], MINUTE)
    plan = RulePlan.of(read_rules(group(f"{{record: x, expr: '{expr} and on () (vector(time()) > 0)'}}")))
    evaluation = evaluate_rules(plan, storage, Engine(), Axis(0, MINUTE, 2))
    assert [each.message for each in evaluation.failures] == ([message] if message else [])


def test_what_a_rule_sees_of_a_series_that_two_rules_write_ends_when_the_first_ends_it() -> None:
    rules = group("{record: y, expr: x > 0}", "{record: y, expr: y offset -1m}")
    evaluation = evaluate(rules, {"x": [1, 1, 0, 0]}, 4)
    assert evaluation.failures == ()
    assert values(evaluation, "y") == {0: 1, 1: 1}


def both_ways(rules: str, inputs: list[str], steps: int) -> Evaluation:
    """The evaluation, which is that of plain stepping: samples and annotations alike."""
    storage = Storage()
    fill(storage, [parse_series(text) for text in inputs], MINUTE)
    plan, axis = RulePlan.of(read_rules(rules)), Axis(0, MINUTE, steps)
    evaluation = evaluate_rules(plan, storage, Engine(), axis)
    stepped = _Run(plan, _copy(storage), Engine(), axis, Surroundings()).stepped()
    assert contents(evaluation) == contents(stepped)
    for step in range(steps):
        for ours, theirs in zip(evaluation.alerts, stepped.alerts, strict=True):
            assert repr(ours.active(step)) == repr(theirs.active(step))
    return evaluation


def texts(evaluation: Evaluation) -> list[str]:
    """The annotation `s` of the only alert at each step."""
    return [evaluation.alerts[0].firing(step)[0].annotations["s"] for step in range(evaluation.axis.count)]


QUERYING = "{alert: A, expr: vector(1), annotations: {s: '{{ range query \"y\" }}{{ .Value }}{{ end }}'}}"


def test_a_query_of_a_template_sees_of_two_writers_what_was_written_before_it() -> None:
    rules = group("{record: y, expr: a}", QUERYING, "{record: y, expr: b}")
    evaluation = both_ways(rules, ["a 1 stale _ _ _ 6", "b _ _ 2 3 stale _"], 6)
    assert texts(evaluation) == ["1", "", "", "2", "3", "6"]


def test_a_query_of_a_template_sees_input_beside_what_a_later_rule_writes() -> None:
    rules = group(QUERYING, "{record: y, expr: b}")
    evaluation = both_ways(rules, ["y 1 2 _ _", "b _ _ 3 4"], 4)
    assert texts(evaluation) == ["1", "2", "2", "3"]


def test_input_that_a_later_rule_goes_on_writing_is_seen_at_its_own_step() -> None:
    rules = group("{record: n, expr: 'count_over_time(y[10m])'}", "{record: y, expr: y offset 1m or b}")
    evaluation = both_ways(rules, ["b _ _ 3 3 3", "y 3 3 3 _ _"], 5)
    assert values(evaluation, "n") == {0: 1, 1: 2, 2: 3, 3: 3, 4: 4}


OFFSET = "groups:\n- {name: a, query_offset: 1m, rules: [%s]}\n- {name: b, rules: [%s]}\n"


@pytest.mark.parametrize(
    ("shifted", "plain", "expected"),
    [
        ("{record: y, expr: x}", "{record: z, expr: y}", {1: 1, 2: 2, 3: 3}),
        ("{record: z, expr: y}", "{record: y, expr: x}", {0: 1, 1: 2, 2: 3}),
        ("{record: z, expr: y}, {record: y, expr: x}", "{record: w, expr: x}", {1: 1, 2: 2}),
    ],
)
def test_a_sample_written_into_the_past_is_seen_only_after_it_was_written(
    shifted: str, plain: str, expected: dict[int, float]
) -> None:
    evaluation = both_ways(OFFSET % (shifted, plain), ["x 1 2 3 4"], 4)
    assert values(evaluation, "z") == expected


CHANGING = """
groups:
  - name: g
    interval: 1m
    rules:
      - {alert: Old, expr: time() - backup > 60, for: 2m, labels: {age: "{{ $value | humanizeDuration }}"}}
"""


def changing(steps: int, rules: str = CHANGING) -> Evaluation:
    """An alert whose labels change with its value, so that there is another one at each step."""
    return evaluate(rules, {"backup": [0.0] * steps}, steps=steps)


def test_an_alert_for_each_step_keeps_nothing_of_the_other_steps() -> None:
    evaluation = changing(2000)
    (history,) = evaluation.alerts
    assert len(history.instances) == 1998
    assert {len(each.source) for each in history.instances} == {1}
    assert [len(history.active(step)) for step in (0, 1, 2, 1999)] == [0, 0, 1, 1]
    assert evaluation.storage.samples_held == 2000  # those of the input


TWICE = CHANGING + CHANGING.split("rules:\n")[1].replace("> 60", "> 120")


@pytest.mark.parametrize("rules", [CHANGING, TWICE], ids=["one rule", "two rules"])
def test_the_states_of_many_alerts_are_there_for_whoever_reads_them(rules: str) -> None:
    steps = 1100
    storage = Storage()
    storage.append(Labels({"__name__": "backup"}), [step * MINUTE for step in range(steps)], np.zeros(steps))
    run = _Run(RulePlan.of(read_rules(rules)), storage, Engine(), Axis(0, MINUTE, steps), Surroundings())
    assert contents(changing(steps, rules)) == contents(run.stepped())


def test_a_rule_that_reads_the_states_of_many_alerts_sees_them() -> None:
    reader = CHANGING + "      - {record: alerts, expr: count(ALERTS)}\n"
    assert values(changing(1010, reader), "alerts") == dict.fromkeys(range(2, 1010), 1.0)
