"""What each operator makes of an expression, and where it stands."""

from __future__ import annotations

import pytest

from ledgerscope.promql.mutation.mutants import Mutants
from ledgerscope.promql.rules.load import read_rules
from ledgerscope.promql.rules.placed import place
from ledgerscope.promql.syntax.dialect import PROMETHEUS_3


def mutants_of(expression: str, kind: str = "record", more: str = "") -> list[tuple[str, str, str]]:
    """Operator, change and whole mutated field, of a rule over the expression."""
    text = f"groups:\n- name: g\n  interval: 1m\n  rules:\n  - {kind}: r\n    expr: {expression!r}\n{more}"
    (placed,) = place(read_rules(text))
    found = Mutants(PROMETHEUS_3).of(placed, 60_000)
    return [(each.operator, str(each).partition(": ")[2], each.mutated) for each in found]


def changes(expression: str, operator: str) -> list[str]:
    return [mutated for name, _, mutated in mutants_of(expression) if name == operator]


@pytest.mark.parametrize(
    ("operator", "expression", "mutated"),
    [
        ("threshold", "x > 100", ["x > 110", "x > 90"]),
        ("threshold", "x > 5", ["x > 6", "x > 4"]),
        ("threshold", "x < 0.25", ["x < 0.275", "x < 0.225"]),
        ("threshold", "x > 0", ["x > 1", "x > -1"]),
        ("threshold", "5 < x", ["6 < x", "4 < x"]),
        ("threshold", "x > 1 / 4", ["x > 0.275", "x > 0.225"]),
        ("threshold", "x > 5m", ["x > 5m30s", "x > 4m30s"]),
        ("threshold", "x > bool 5", ["x > bool 6", "x > bool 4"]),
        ("threshold", "x > Inf", []),
        ("threshold", "x > y", []),
        ("comparison", "x > y", ["x >= y", "x <= y"]),
        ("comparison", "x <= 5", ["x < 5", "x > 5"]),
        ("comparison", "x == 5", ["x != 5"]),
        ("comparison", "x != 5", ["x == 5"]),
        ("operand", "x > 5", ["x"]),
        ("operand", "5 > x", ["x"]),
        ("operand", "x > bool 5", []),
        ("operand", "x and on (a) y", ["y", "x"]),
        ("operand", "x or y", ["y", "x"]),
        ("operand", "x unless y", ["x"]),
        ("operand", "x * 100", ["x"]),
        ("operand", "x / y", ["y", "x"]),
        ("operand", "x / (y > 0)", ["(y > 0)", "x", "x / (y)"]),
        ("matcher", 'x{a="b"}', ["x", 'x{a!="b"}']),
        (
            "matcher",
            'x{a=~"b.*",c!="d"}',
            ['x{c!="d"}', 'x{a!~"b.*",c!="d"}', 'x{a=~"b.*"}', 'x{a=~"b.*",c="d"}'],
        ),
        ("matcher", '{a="b"}', []),  # a selector has to select something
        ("label", "sum by (a, b) (x)", ["sum by (b) (x)", "sum by (a) (x)"]),
        ("label", "sum without (a) (x)", ["sum without () (x)"]),
        ("label", "x and on (a, b) y", ["x and on (b) y", "x and on (a) y"]),
        ("label", "x / ignoring (a) y", ["x / y"]),
        (
            "label",
            "x * on (a) group_left (b) y",
            ["x * on () group_left (b) y", "x * on (a) group_left () y"],
        ),
        ("window", "rate(x[5m])", ["rate(x[10m])", "rate(x[2m30s])"]),
        ("window", "max_over_time(x[1h:1m])", ["max_over_time(x[2h:1m])", "max_over_time(x[30m:1m])"]),
        ("offset", "x offset 1h", ["x", "x offset 2h"]),
        ("offset", "rate(x[5m] offset 1h)", ["rate(x[5m])", "rate(x[5m] offset 2h)"]),
        ("aggregation", "max(x)", ["min(x)"]),
        ("aggregation", "sum by (a) (x)", ["max by (a) (x)"]),
        ("aggregation", "stddev(x)", []),
        ("aggregation", "avg_over_time(x[5m])", ["max_over_time(x[5m])"]),
        ("function", "abs(x)", ["x"]),
        ("function", "-x", ["x"]),
        ("function", "rate(x[5m])", []),
        ("parameter", "clamp_min(x, 1 / 4)", ["clamp_min(x, 0.275)", "clamp_min(x, 0.225)"]),
        (
            "parameter",
            "histogram_quantile(0.9, x)",
            ["histogram_quantile(0.95, x)", "histogram_quantile(0.85, x)"],
        ),
        ("parameter", "topk(3, x)", ["topk(4, x)", "topk(2, x)"]),
    ],
)
def test_each_operator(operator: str, expression: str, mutated: list[str]) -> None:
    assert changes(expression, operator) == mutated


def test_a_change_that_two_operators_make_is_one_mutant() -> None:
    mutated = [text for _, _, text in mutants_of("clamp_min(x, 0) + (y) > 0")]
    assert len(mutated) == len(set(mutated))


ALERT = "    for: 5m\n    keep_firing_for: 2m\n    labels: {severity: page}\n"


def test_the_fields_of_an_alert() -> None:
    found = [(operator, change) for operator, change, _ in mutants_of("x", "alert", ALERT)]
    assert found == [
        ("for", "`for: 5m` is dropped"),
        ("for", "`for: 5m` becomes `for: 10m`"),
        ("for", "`for: 5m` becomes `for: 2m30s`"),
        ("keep_firing_for", "`keep_firing_for: 2m` is dropped"),
        ("keep_firing_for", "`keep_firing_for: 2m` becomes `keep_firing_for: 4m`"),
        ("keep_firing_for", "`keep_firing_for: 2m` becomes `keep_firing_for: 1m`"),
        ("severity", "`severity: page` becomes `severity: warning`"),
    ]


@pytest.mark.parametrize(
    ("more", "mutated"),
    [
        ("    for: 1m\n", ["", "for: 2m"]),  # half a minute ends at the same evaluation
        ("    for: 90s\n", ["", "for: 3m", "for: 45s"]),
        ("    labels: {severity: '{{ $value }}'}\n", []),
        ("    labels: {severity: info}\n", ["severity: critical"]),
    ],
)
def test_durations_are_told_apart_by_evaluations(more: str, mutated: list[str]) -> None:
    assert [text for operator, _, text in mutants_of("x", "alert", more)] == mutated


BLOCK = """\
groups:
- name: g
  rules:
  - record: r
    expr: |-
      sum by (job) (x{a="b"})
      > 5 and on (job) y
  - record: s
    expr: "x{a=\\"b\\"} > 5"
"""


def test_a_mutant_has_the_place_of_what_it_changes(tmp_path: object) -> None:
    file = str(tmp_path) + "/r.yml"
    with open(file, "w", encoding="utf-8") as written:  # noqa: PTH123 - a name is all that is needed
        written.write(BLOCK)
    maker = Mutants(PROMETHEUS_3)
    found = {
        (each.operator, each.before): (each.where.line, each.where.column)
        for placed in place(read_rules(BLOCK, file))
        for each in maker.of(placed, 0)
        if placed.rule.name == "r"
    }
    assert found == {
        ("threshold", "5"): (7, 9),
        ("comparison", ">"): (7, 7),
        ("operand", "> 5"): (7, 7),
        ("operand", "and on (job) y"): (7, 11),
        ("operand", 'sum by (job) (x{a="b"}) > 5 and'): (6, 7),
        ("matcher", 'a="b"'): (6, 23),
        ("label", "by job"): (6, 15),
        ("label", "on job"): (7, 19),
        ("aggregation", "sum"): (6, 7),
    }
    escaped = [each for placed in place(read_rules(BLOCK, file))[1:] for each in maker.of(placed, 0)]
    assert {each.where.column for each in escaped if each.operator == "threshold"} == {25}


def test_a_rule_that_is_in_no_file_has_the_place_of_its_expression() -> None:
    (placed,) = place(read_rules("groups:\n- name: g\n  rules:\n  - {record: r, expr: x > 5}\n"))
    assert {str(each.where) for each in Mutants(PROMETHEUS_3).of(placed, 0)} == {"<rules>:4:23"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ $value | humanize }}", True),
        ("{{ .Value }}", True),
        ("{{ . }}", True),
        ('{{ with query "x" }}{{ end }}', True),
        ("{{ $labels.job }} is down. value", False),
        ("no template: $value", False),
    ],
)
def test_values_that_an_alert_does_not_show_make_no_difference(text: str, shown: bool) -> None:
    more = f"    annotations: {{summary: {text!r}}}\n"
    changes = {change for _, change, _ in mutants_of("max by (job) (up == 0) * 100", "alert", more)}
    assert ("`max` becomes `min`" in changes) is shown
    assert ("`* 100` is dropped" in changes) is shown
    assert "`by job` is dropped" in changes
