"""In which order groups are evaluated, and where another order would let a rule see more."""

from __future__ import annotations

from ledgerscope.promql.rules.load import read_rules
from ledgerscope.promql.rules.plan import RulePlan
from ledgerscope.promql.syntax.printer import to_string


def plan(**groups: dict[str, str]) -> RulePlan:
    """A plan of groups of recording rules."""
    lines = ["groups:"]
    for name, rules in groups.items():
        lines += [f"- name: {name}", "  rules:"]
        lines += [f"  - {{record: {record}, expr: '{expr}'}}" for record, expr in rules.items()]
    return RulePlan.of(read_rules("\n".join(lines)))


def order(plan: RulePlan) -> list[str]:
    return [placed.rule.name for placed in plan.rules]


def test_a_reading_of_a_later_group_is_late() -> None:
    (late,) = plan(a={"x": 'sum(y{job="j"})', "z": "x"}, b={"y": "raw"}).late_readings
    assert (late.reader.rule.name, late.writer.rule.name) == ("x", "y")
    assert to_string(late.selector) == 'y{job="j"}'


def test_a_reading_within_a_group_or_of_an_earlier_one_is_not_a_matter_of_group_order() -> None:
    assert plan(a={"y": "raw"}, b={"x": "y", "w": "v", "v": "x"}).late_readings == ()


def test_writers_come_first_and_rules_keep_their_place_in_the_group() -> None:
    found = plan(a={"x": "y", "x2": "x"}, b={"y": "z"}, c={"z": "raw", "z2": "z"}).writers_first()
    assert order(found) == ["z", "z2", "y", "x", "x2"]
    assert [placed.order for placed in found.rules] == [0, 1, 2, 3, 4]
    assert found.late_readings == ()


def test_groups_that_read_each_other_keep_their_order() -> None:
    circle = plan(a={"x": "y"}, b={"y": "x"})
    assert order(circle.writers_first()) == ["x", "y"]
    assert len(circle.late_readings) == 1
