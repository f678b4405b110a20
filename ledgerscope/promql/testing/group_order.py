"""Whether a verdict depends on the order of rule groups.

promtool runs groups in random order unless `group_eval_order` says it, Prometheus runs them side by side.
Here the order is that of the files; a verdict that another order would turn round is told. The second
evaluation that takes is made only where a group really reads what a later one writes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ledgerscope.promql.syntax.printer import to_string

if TYPE_CHECKING:
    from ledgerscope.promql.rules.plan import LateReading
    from ledgerscope.promql.testing.model import Case
    from ledgerscope.promql.testing.outcome import Outcome
    from ledgerscope.promql.testing.runner import GroupRun


def open_readings(run: GroupRun) -> tuple[LateReading, ...]:
    """The readings of later groups that nobody ordered, and that find something."""
    ordered = set(run.file.group_eval_order)
    storage, blind = run.evaluation.storage, run.evaluation.blind
    return tuple(
        each
        for each in run.plan.late_readings
        if not ordered.issuperset({each.reader.group.name, each.writer.group.name})
        and each.reader.order not in blind
        and next(storage.matching(each.selector.matchers), None) is not None
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


def told(reading: LateReading) -> str:
    """A late reading in words."""
    reader, writer = reading.reader, reading.writer
    whose = f" of {writer.rule.name}" if writer.alert else ""
    return (
        f"{reader.rule.name} in group {reader.group.name!r} reads {to_string(reading.selector)}{whose}"
        f" in the later group {writer.group.name!r}, one step late"
    )
