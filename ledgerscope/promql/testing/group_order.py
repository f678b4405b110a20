"""Whether a verdict depends on the order of rule groups.

promtool runs groups in random order unless `group_eval_order` says it, Prometheus runs them side by side.
Here the order is that of the files; a verdict that another order would reverse is reported. The second
evaluation that takes is made only where a group really reads what a later one writes. What a test in Python
asserts cannot be asked again by us; there a failure names the late readings.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ledgerscope.promql.syntax.printer import to_string

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.rules.plan import LateReading, RulePlan
    from ledgerscope.promql.rules.run import Evaluation
    from ledgerscope.promql.testing.model import Case
    from ledgerscope.promql.testing.outcome import Outcome
    from ledgerscope.promql.testing.runner import GroupRun


def readings_with_data(plan: RulePlan, evaluation: Evaluation) -> Iterator[LateReading]:
    """The readings of later groups that find something."""
    return (
        each
        for each in plan.late_readings
        if each.reader.order not in evaluation.blind
        and next(evaluation.storage.matching(each.selector.matchers), None) is not None
    )


def open_readings(run: GroupRun) -> tuple[LateReading, ...]:
    """Those that nobody ordered."""
    ordered = set(run.file.group_eval_order)
    return tuple(
        each
        for each in readings_with_data(run.plan, run.evaluation)
        if not ordered.issuperset({each.reader.group.name, each.writer.group.name})
    )


def reordered(run: GroupRun) -> GroupRun | None:
    """The same test with writers before readers; None where the order cannot matter."""
    return replace(run, plan=run.plan.writers_first(), on_branch=None) if open_readings(run) else None


def decided_by_order(run: GroupRun, case: Case, outcome: Outcome) -> tuple[LateReading, ...]:
    """The readings that another order would change, where it would turn the verdict round."""
    other = run.reordered
    if other is None or other.outcome(case).passed == outcome.passed:
        return ()
    return open_readings(run)


def describe(reading: LateReading) -> str:
    """A late reading in words."""
    reader, writer = reading.reader, reading.writer
    whose = f" of {writer.rule.name}" if writer.alert else ""
    return (
        f"{reader.rule.name} in group {reader.group.name!r} reads {to_string(reading.selector)}{whose}"
        f" in the later group {writer.group.name!r}, one step late"
    )
