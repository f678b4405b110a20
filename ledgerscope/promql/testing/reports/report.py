"""What a failed case says: what was expected, what was there, what differs, and how it came to that.

Written for somebody who has to decide whether the rule or the test is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.promql.records import dataclass
from ledgerscope.promql.testing.flags import depends_on_name_removal
from ledgerscope.promql.testing.group_order import decided_by_order, describe
from ledgerscope.promql.testing.outcome import AlertOutcome, ExprOutcome, RulesOutcome
from ledgerscope.promql.testing.reports.alert import AlertReport
from ledgerscope.promql.testing.reports.expr import ExprReport
from ledgerscope.promql.text.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.testing.outcome import Outcome
    from ledgerscope.promql.testing.runner import GroupRun


_MOST_NOTES = 3


@dataclass(frozen=True, slots=True)
class Report:
    """The text about one outcome of a group's run."""

    run: GroupRun
    outcome: Outcome

    def __str__(self) -> str:
        return "\n".join((*self._part.lines(), *self._notes()))

    @property
    def summary(self) -> str:
        """The outcome in one line, for lists of failures."""
        return self._part.summary()

    def _notes(self) -> Iterator[str]:
        if isinstance(self.outcome, AlertOutcome | ExprOutcome):
            readings = decided_by_order(self.run, self.outcome.case, self.outcome)[:_MOST_NOTES]
            yield from (f"  note: {describe(reading)}" for reading in readings)
            if readings:
                yield "  with that group first this passes; group_eval_order sets the order"
        case = None if isinstance(self.outcome, RulesOutcome) else self.outcome.case
        dependence = depends_on_name_removal(self.run, case, self.outcome)
        if dependence:
            yield f"  note: {dependence}"

    @property
    def _part(self) -> AlertReport | ExprReport | _RulesReport:
        if isinstance(self.outcome, AlertOutcome):
            return AlertReport(self.run, self.outcome)
        if isinstance(self.outcome, ExprOutcome):
            return ExprReport(self.run, self.outcome)
        return _RulesReport(self.run, self.outcome)


@dataclass(frozen=True, slots=True)
class _RulesReport:
    run: GroupRun
    outcome: RulesOutcome

    def summary(self) -> str:
        first = self.outcome.failures[0]
        return f"rule {first.rule!r} fails: {first.message}"

    def lines(self) -> Iterator[str]:
        yield f"{self.run.group.where}: the rules cannot be evaluated in {self.run.group.title!r}"
        yield from (f"  {text}" for text in self.run.failure_texts())
        last_ms = self.run.group.last_eval_time_ms
        if all(failure.at_ms - self.run.group.start_ms > last_ms for failure in self.outcome.failures):
            yield f"  after the last assertion, which is at {format_duration(last_ms)}"
