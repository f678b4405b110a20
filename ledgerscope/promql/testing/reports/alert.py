"""A failed alert case in words: label by label, and how it came to that over time."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from ledgerscope.promql.records import dataclass
from ledgerscope.promql.samples.labels import Labels
from ledgerscope.promql.testing.extensions import matched_text
from ledgerscope.promql.testing.outcome import alert_fits
from ledgerscope.promql.testing.reports.differences import (
    compared,
    counted,
    first_difference,
    likeness,
    listed,
    pair_up,
)
from ledgerscope.promql.testing.reports.plot import series_text
from ledgerscope.promql.testing.reports.reasons import clock_note
from ledgerscope.promql.testing.reports.timeline import alert_timelines
from ledgerscope.promql.text.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.rules.alert_history import ActiveAlert
    from ledgerscope.promql.testing.model import ExpectedAlert
    from ledgerscope.promql.testing.outcome import AlertOutcome
    from ledgerscope.promql.testing.reports.differences import Pairing
    from ledgerscope.promql.testing.runner import GroupRun

_MOST_SHOWN = 10
_MOST_LINES = 80


@dataclass(frozen=True, slots=True)
class AlertReport:
    """The text about one alert case."""

    run: GroupRun
    outcome: AlertOutcome

    def summary(self) -> str:
        """The first thing that is not as expected."""
        outcome = self.outcome
        if outcome.wrong_time:
            return outcome.unknown or outcome.wrong_time
        counts = counted("firing", len(outcome.case.expected), len(outcome.firing))
        return outcome.unknown or counts or self._first_difference()

    def _first_difference(self) -> str:
        for want, got in self._pairing().pairs:
            if want.selector is not None:
                continue
            different = first_difference(want.labels, got.labels)
            if different or dict(want.annotations) != got.annotations:
                return different or first_difference(want.annotations, got.annotations)
        return "other alerts fire than those expected"

    def lines(self) -> Iterator[str]:
        """All of it."""
        outcome, case = self.outcome, self.outcome.case
        yield f"{case.where}: alert {case.alertname!r} at {format_duration(case.eval_time_ms)}"
        if outcome.unknown:
            yield f"  {outcome.unknown}"
        if outcome.wrong_time:
            first, end = map(format_duration, case.between_ms or (0, 0))
            yield f"  expected to fire from {first} to before {end}; {outcome.wrong_time}"
            yield from islice(alert_timelines(self.run, case), _MOST_LINES)
            return
        yield (
            f"  expected to fire: {len(case.expected)},"
            f" firing: {len(outcome.firing)}, pending: {len(outcome.pending)}"
        )
        yield from self._differences()
        yield from islice(alert_timelines(self.run, case), _MOST_LINES)
        trees = [history.placed.tree for history in self.run.evaluation.named(case.alertname)]
        yield from (f"  note: {note}" for note in clock_note(self.run, *trees))

    def _differences(self) -> Iterator[str]:
        pairing = self._pairing()
        for want, got in pairing.pairs:
            if alert_fits(want, got):
                continue
            if want.selector is not None:
                yield from (*_missing(want), *_unexpected(got))
                continue
            yield f"  differs (- expected at line {want.where.line}, + firing):"
            yield from compared("labels", want.labels, got.labels)
            yield from compared("annotations", want.annotations, got.annotations)
        yield from listed("missing", pairing.missing, _MOST_SHOWN, _missing)
        yield from listed("unexpected", pairing.unexpected, _MOST_SHOWN, _unexpected)
        yield from listed("pending", self.outcome.pending, _MOST_SHOWN, _pending)

    def _pairing(self) -> Pairing[ExpectedAlert, ActiveAlert]:
        wanted, found = self.outcome.case.expected, self.outcome.firing
        return pair_up(wanted, found, _likeness)


def _likeness(want: ExpectedAlert, got: ActiveAlert) -> float:
    return float("inf") if alert_fits(want, got) else likeness(want.labels, got.labels)


def _missing(want: ExpectedAlert) -> Iterator[str]:
    shown = series_text(Labels(want.labels))
    if want.selector is not None:
        shown = matched_text(want.selector, want.patterns)
    yield f"  missing (expected at line {want.where.line}): {shown}"


def _unexpected(got: ActiveAlert) -> Iterator[str]:
    yield f"  unexpected: {series_text(Labels(got.labels))}"
    yield from (f"      {name}: {text!r}" for name, text in sorted(got.annotations.items()))


def _pending(alert: ActiveAlert) -> Iterator[str]:
    yield f"  only pending: {series_text(Labels(alert.labels))}"
