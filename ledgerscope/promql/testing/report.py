"""What a failed case says: what was expected, what was there, what differs, and how it came to that.

Written for somebody who has to decide whether the rule or the test is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.samples.labels import Labels
from ledgerscope.promql.template.floats import shortest
from ledgerscope.promql.testing.differences import compared, likeness, pair_up
from ledgerscope.promql.testing.outcome import AlertOutcome, ExprOutcome, RulesOutcome
from ledgerscope.promql.testing.plot import one_line, series_text
from ledgerscope.promql.testing.timeline import alert_timelines, value_lines
from ledgerscope.promql.text.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ledgerscope.promql.samples.values import Sample
    from ledgerscope.promql.testing.model import ExpectedSample
    from ledgerscope.promql.testing.outcome import Outcome
    from ledgerscope.promql.testing.runner import GroupRun

_MOST_SHOWN = 20
_MOST_NOTES = 3


@dataclass(frozen=True, slots=True)
class Report:
    """The text about one outcome of a group's run."""

    run: GroupRun
    outcome: Outcome

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        """All lines."""
        if isinstance(self.outcome, AlertOutcome):
            yield from self._alert(self.outcome)
        elif isinstance(self.outcome, ExprOutcome):
            yield from self._expr(self.outcome)
        elif isinstance(self.outcome, RulesOutcome):
            yield from self._rules()

    # -- rules

    def _rules(self) -> Iterator[str]:
        yield f"{self.run.group.where}: the rules cannot be evaluated in {self.run.group.title!r}"
        yield from (f"  {text}" for text in self.run.failure_texts())

    # -- alerts

    def _alert(self, outcome: AlertOutcome) -> Iterator[str]:
        case = outcome.case
        at = format_duration(case.eval_time_ms)
        yield f"{case.where}: alert {case.alertname!r} at {at}"
        if outcome.problem:
            yield f"  {outcome.problem}"
        elif not outcome.known:
            yield f"  no rule in the rule files defines {case.alertname!r}"
        yield f"  expected to fire: {len(case.expected)}, firing: {len(outcome.firing)}, {_pending(outcome)}"
        yield from self._alert_differences(outcome)
        yield from islice(alert_timelines(self.run, case.alertname, case.eval_time_ms), _MOST_SHOWN * 4)
        yield from self._order_notes(case.alertname)

    def _order_notes(self, alert: str) -> Iterator[str]:
        for reader, writer in self.run.plan.order_matters(alert)[:_MOST_NOTES]:
            read = f"{writer.rule.name} of the later group {writer.group.name!r}"
            yield f"  note: {reader.rule.name} reads {read}, one step late; group_eval_order can put it first"

    def _alert_differences(self, outcome: AlertOutcome) -> Iterator[str]:
        wanted, found = outcome.case.expected, outcome.firing
        pairing = pair_up(wanted, found, lambda want, got: likeness(want.labels, got.labels))
        for want_at, got_at in pairing.pairs:
            want, got = wanted[want_at], found[got_at]
            if dict(want.labels) == got.labels and dict(want.annotations) == got.annotations:
                continue
            yield f"  differs (- expected at line {want.where.line}, + firing):"
            yield from _part("labels", want.labels, got.labels)
            yield from _part("annotations", want.annotations, got.annotations)
        for want_at in pairing.missing[:_MOST_SHOWN]:
            want = wanted[want_at]
            yield f"  missing (expected at line {want.where.line}): {series_text(Labels(want.labels))}"
        for got_at in pairing.unexpected[:_MOST_SHOWN]:
            yield f"  unexpected: {series_text(Labels(found[got_at].labels))}"
            yield from (f"      {name}: {text!r}" for name, text in sorted(found[got_at].annotations.items()))
        for alert in outcome.pending[:_MOST_SHOWN]:
            yield f"  only pending: {series_text(Labels(alert.labels))}"

    # -- expressions

    def _expr(self, outcome: ExprOutcome) -> Iterator[str]:
        case = outcome.case
        yield f"{case.where}: expr {one_line(case.expr)!r} at {format_duration(case.eval_time_ms)}"
        if outcome.error:
            yield f"  error: {outcome.error}"
            return
        yield f"  expected samples: {len(case.expected)}, found: {len(outcome.samples)}"
        yield from self._sample_differences(outcome)
        try:
            yield from value_lines(self.run, case.expr, case.eval_time_ms)
        except PromQLError as error:
            yield f"  (no values over time: {error})"

    def _sample_differences(self, outcome: ExprOutcome) -> Iterator[str]:
        wanted, found = outcome.case.expected, outcome.samples
        pairing = pair_up(wanted, found, _sample_likeness)
        for want_at, got_at in pairing.pairs:
            want, got = wanted[want_at], found[got_at]
            if dict(want.labels) != got.labels.as_dict():
                yield f"  differs (- expected at line {want.where.line}, + found):"
                yield from _part("labels", want.labels, got.labels.as_dict())
            if not outcome.same_value(want, got):
                yield f"  {series_text(got.labels)}: expected {_expected_value(want)}, found {_value(got)}"
        for want_at in pairing.missing[:_MOST_SHOWN]:
            want = wanted[want_at]
            series = series_text(Labels(want.labels))
            yield f"  missing (line {want.where.line}): {series} {_expected_value(want)}"
        for got_at in pairing.unexpected[:_MOST_SHOWN]:
            yield f"  unexpected: {series_text(found[got_at].labels)} {_value(found[got_at])}"


def _part(title: str, want: Mapping[str, str], got: Mapping[str, str]) -> Iterator[str]:
    if dict(want) != dict(got):
        yield f"    {title}:"
        yield from (f"    {line}" for line in compared(want, got))


def _pending(outcome: AlertOutcome) -> str:
    return f"pending: {len(outcome.pending)}"


def _sample_likeness(want: ExpectedSample, got: Sample) -> float:
    labels = got.labels.as_dict()
    return float("inf") if dict(want.labels) == labels else likeness(want.labels, labels)


def _value(sample: Sample) -> str:
    return shortest(sample.value) if sample.histogram is None else str(sample.histogram)


def _expected_value(sample: ExpectedSample) -> str:
    return shortest(sample.value) if sample.histogram is None else str(sample.histogram)
