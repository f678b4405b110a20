"""Which sides of a rule's conditions tests have shown."""

from __future__ import annotations

import pytest

from ledgerscope.promql.rules.load import read_rules, rules_from
from ledgerscope.promql.rules.placed import place
from ledgerscope.promql.testing.coverage import Coverage, RuleKey, points_of
from ledgerscope.promql.testing.scenario import Scenario


def shown(expr: str, *series: str, rule: str = "record: r") -> set[str]:
    coverage = Coverage()
    scenario = Scenario().rules(f"groups:\n- name: g\n  rules:\n  - {rule}\n    expr: {expr}\n").load(*series)
    scenario.on_evaluation.append(coverage.add)
    assert scenario.evaluation.failures == ()
    (points,) = coverage.rules.values()
    return {name for name, covered in points.items() if covered}


@pytest.mark.parametrize(
    ("expr", "series", "expected"),
    [
        ("up", [], set()),
        ("up", ["up 1"], {"sees data"}),
        ("up > 1", ["up 1"], {"sees data", "`up > 1` is false"}),
        ("up > 1", ["up 2"], {"sees data", "`up > 1` is true"}),
        ("up > 1", ["up 1 2"], {"sees data", "`up > 1` is true", "`up > 1` is false"}),
        ("up > bool 1", ["up 1 2"], {"sees data", "`up > bool 1` is true", "`up > bool 1` is false"}),
        ("up == load", ["up 1", "load 1"], {"sees data", "`up == load` is true"}),
        ("up and load", ["up 1 1 stale", "load 1 1 1"],
         {"sees data", "`up` is there in `and`", "`up` is missing in `and`", "`load` is there in `and`"}),
        ("up unless load", ["up 1"],
         {"sees data", "`up` is there in `unless`", "`load` is missing in `unless`"}),
        ("({__name__=~'up|load'}) > 1", ["up 1", "load 2"],
         {"sees data", '`({__name__=~"up|load"}) > 1` is true', '`({__name__=~"up|load"}) > 1` is false'}),
        ("up > up @ start()", ["up 1 2"],
         {"sees data", "`up > up @ start()` is true", "`up > up @ start()` is false"}),
        ("vector(1) > scalar(up)", ["up 2"], {"sees data", "`vector(1) > scalar(up)` is false"}),
    ],
)  # fmt: skip
def test_what_data_shows_of_an_expression(expr: str, series: list[str], expected: set[str]) -> None:
    assert shown(expr, *series) == expected


def test_the_parts_of_a_long_chain_are_named_by_their_ends() -> None:
    expr = " or ".join(f"m{index}" for index in range(3000))
    seen = shown(expr, "m0 1 stale", "m2998 1 1")
    assert {each for each in seen if "is there" in each} == {
        "`m0` is there in `or`",
        "`m0 or m1` is there in `or`",
        "`m2998` is there in `or`",
        *(
            "`" + " or ".join(f"m{index}" for index in range(many)) + "` is there in `or`"
            for many in range(3, 22)
        ),
        *(f"`m0 or … {many - 2} operands … or m{many - 1}` is there in `or`" for many in range(22, 3000)),
    }


def test_long_chains_of_conditions_are_covered() -> None:
    seen = shown(" or ".join(f"m{index} * 2 > {index}" for index in range(3000)), "m0 5", "m2999 1")
    assert "`m2999 * 2 > 2999` is false" in seen
    assert "`m0 * … 2999 operands … or m2998 * 2 > 2998` is there in `or`" in seen


def test_each_comparison_of_a_chain_is_judged_by_itself() -> None:
    seen = shown("up" + " > 1" * 30 + " > 5", "up 1 3")
    assert {each for each in seen if "> 5" in each} == {"`up > … 30 operands … > 5` is false"}
    assert {"`up > 1` is true", "`up > 1` is false", "`up > … 29 operands … > 1` is true"} <= seen


def test_what_one_evaluation_has_shown_the_next_one_does_not_take_back() -> None:
    coverage = Coverage()
    for series in ("up 2", "up 1", "up 3"):
        scenario = Scenario().rules("groups: [{name: g, rules: [{record: r, expr: up > 1}]}]").load(series)
        scenario.on_evaluation.append(coverage.add)
        assert scenario.evaluation.failures == ()
    assert (coverage.covered, coverage.total) == (3, 3)


@pytest.mark.parametrize(("values", "waited"), [("0x2", False), ("0x6", True), ("0 1 0 1", False)])
def test_a_for_is_crossed_only_by_waiting_it_out(values: str, waited: bool) -> None:
    seen = shown("up == 0", f"up {values}", rule="alert: A\n    for: 5m")
    assert ("waits out its `for`" in seen) is waited


@pytest.mark.parametrize(
    ("values", "kept"), [("0x6", False), ("0 1", True), ("0 _x9", True), ("1x6", False), ("0 1 0", True)]
)
def test_an_alert_is_kept_firing_where_its_expression_has_lost_it(values: str, kept: bool) -> None:
    seen = shown("up == 0", f"up {values}", rule="alert: A\n    keep_firing_for: 5m")
    assert ("is kept firing by its `keep_firing_for`" in seen) is kept


def test_the_points_of_a_rule_are_its_conditions_and_its_durations() -> None:
    rule = {"alert": "A", "expr": "(a > 1) or b", "for": "1m", "keep_firing_for": "2m"}
    (placed,) = place(rules_from({"groups": [{"name": "g", "rules": [rule]}]}))
    assert list(points_of(placed)) == [
        "sees data",
        "`(a > 1)` is there in `or`",
        "`(a > 1)` is missing in `or`",
        "`b` is there in `or`",
        "`b` is missing in `or`",
        "`a > 1` is true",
        "`a > 1` is false",
        "waits out its `for`",
        "is kept firing by its `keep_firing_for`",
    ]


@pytest.mark.parametrize(
    ("expr", "sides"),
    [
        ("absent(up) >= 1", ["`absent(up) >= 1` is true"]),
        ("vector(1) >= 1", ["`vector(1) >= 1` is true"]),
        ("1 == -(group(up))", ["`1 == -(group(up))` is true"]),
        ("up > 1", ["`up > 1` is true", "`up > 1` is false"]),
        ("vector(time()) > 1", ["`vector(time()) > 1` is true", "`vector(time()) > 1` is false"]),
        ("sum(absent(up)) > 1", ["`sum(absent(up)) > 1` is true", "`sum(absent(up)) > 1` is false"]),
        ("up or (vector(0))",
         ["`up` is there in `or`", "`up` is missing in `or`", "`(vector(0))` is there in `or`"]),
        ("up and absent(load)",
         ["`up` is there in `and`", "`up` is missing in `and`",
          "`absent(load)` is there in `and`", "`absent(load)` is missing in `and`"]),
    ],
)  # fmt: skip
def test_what_no_data_can_change_is_no_point(expr: str, sides: list[str]) -> None:
    (placed,) = place(read_rules(f"groups: [{{name: g, rules: [{{record: r, expr: '{expr}'}}]}}]"))
    assert list(points_of(placed)) == ["sees data", *sides]


def test_comparisons_of_plain_numbers_are_no_points() -> None:
    (placed,) = place(read_rules("groups: [{name: g, rules: [{record: r, expr: vector(1 > bool 2)}]}]"))
    assert list(points_of(placed)) == ["sees data"]


SEVERITY = """
groups:
- name: g
  rules:
  - alert: Full
    expr: disk > 0.8
    labels:
      severity: '{{ if gt $value 0.95 }}page{{ else if gt $value 0.9 }}ticket{{ else }}info{{ end }}'
    annotations:
      text: '{{ with $labels.team }}{{ . }} owns it{{ end }}{{ range query "disk" }}{{ .Value }}{{ end }}'
"""
BRANCHES = [
    "label severity: `if gt $value 0.95` is true",
    "label severity: `if gt $value 0.95` is false",
    "label severity: `if gt $value 0.9` is true",
    "label severity: `if gt $value 0.9` is false",
    "annotation text: `with $labels.team` is there",
    "annotation text: `with $labels.team` is missing",
    'annotation text: `range query "disk"` has elements',
    'annotation text: `range query "disk"` is empty',
]


def watched(series: str) -> tuple[Scenario, Coverage]:
    coverage = Coverage()
    scenario = Scenario(on_branch=coverage.branch).rules(SEVERITY).load(series)
    scenario.on_evaluation.append(coverage.add)
    return scenario, coverage


def branches_shown(coverage: Coverage) -> list[str]:
    (points,) = coverage.rules.values()
    assert list(points)[3:] == BRANCHES
    return [name for name in BRANCHES if points[name]]


def test_the_sides_of_a_templated_label_are_shown_where_the_alert_is_active() -> None:
    scenario, coverage = watched("disk 0.5 0.96 0.85")
    assert scenario.evaluation.failures == ()
    assert branches_shown(coverage) == [BRANCHES[0], BRANCHES[1], BRANCHES[3]]


def test_the_sides_of_an_annotation_are_shown_where_the_alert_is_asked_for() -> None:
    scenario, coverage = watched('disk{team="core"} 0.96')
    assert scenario.alerts("Full").fires_at("0s")
    assert branches_shown(coverage) == [BRANCHES[0]]
    assert scenario.alerts("Full").firing("0s")
    assert branches_shown(coverage) == [BRANCHES[0], BRANCHES[4], BRANCHES[6]]


def test_a_label_of_the_group_and_a_defined_template_have_sides_as_well() -> None:
    text = '{{ define "x" }}{{ if . }}a{{ end }}{{ end }}{{ template "x" $value }}'
    rule = {"alert": "A", "expr": "up"}
    (placed,) = place(rules_from({"groups": [{"name": "g", "labels": {"tier": text}, "rules": [rule]}]}))
    assert list(points_of(placed)) == [
        "sees data",
        "label tier: `if .` is true",
        "label tier: `if .` is false",
    ]


def test_the_alternatives_of_a_matcher_are_no_points() -> None:
    (placed,) = place(read_rules("groups: [{name: g, rules: [{record: r, expr: 'up{job=~\"a|b|c\"}'}]}]"))
    assert list(points_of(placed)) == ["sees data"]


def test_coverage_of_two_processes_is_put_together() -> None:
    key = RuleKey("r.yml", 1, "g", "record", "r")
    coverage = Coverage()
    coverage.merge([(key, {"a": True, "b": False})])
    coverage.merge([(key, {"a": False, "b": True, "c": False})])
    assert (coverage.covered, coverage.total) == (2, 3)
    assert coverage.percent == pytest.approx(66.67, abs=0.01)


def test_no_rules_are_fully_covered() -> None:
    assert Coverage().percent == 100.0
