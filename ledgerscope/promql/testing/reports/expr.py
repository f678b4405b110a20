"""A failed expression case in words: sample by sample, over time, and why there may be nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.samples.labels import Labels
from ledgerscope.promql.template.floats import shortest
from ledgerscope.promql.testing.extensions import matched_text
from ledgerscope.promql.testing.outcome import same_float, sample_labels_fit
from ledgerscope.promql.testing.reports.differences import (
    compared,
    counted,
    first_difference,
    likeness,
    listed,
    pair_up,
)
from ledgerscope.promql.testing.reports.plot import one_line, series_text
from ledgerscope.promql.testing.reports.reasons import clock_note, why_nothing
from ledgerscope.promql.testing.reports.timeline import value_lines
from ledgerscope.promql.text.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.samples.values import Sample
    from ledgerscope.promql.testing.model import ExpectedSample
    from ledgerscope.promql.testing.outcome import ExprOutcome
    from ledgerscope.promql.testing.reports.differences import Pairing
    from ledgerscope.promql.testing.runner import GroupRun

_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ExprReport:
    """The text about one expression case."""

    run: GroupRun
    outcome: ExprOutcome

    def summary(self) -> str:
        """The first thing that is not as expected."""
        outcome = self.outcome
        counts = counted("samples", len(outcome.case.expected), len(outcome.samples))
        return outcome.error or counts or self._first_difference()

    def _first_difference(self) -> str:
        for want, got in self._pairing().pairs:
            whole = want.labels if want.selector is None else got.labels.as_dict()
            different = first_difference(whole, got.labels.as_dict())
            if different or not self.outcome.same_value(want, got):
                return different or _values_differ(want, got)
        return "other samples are there than those expected"

    def lines(self) -> Iterator[str]:
        """All of it."""
        outcome, case = self.outcome, self.outcome.case
        yield f"{case.where}: expr {one_line(case.expr)!r} at {format_duration(case.eval_time_ms)}"
        if outcome.error:
            yield f"  error: {outcome.error}"
            return
        yield f"  expected samples: {len(case.expected)}, found: {len(outcome.samples)}"
        yield from self._differences()
        tree = self.run.engine.parse(case.expr)
        if not outcome.samples:
            yield from (f"  {reason}" for reason in why_nothing(self.run, self.run.evaluation, tree))
        try:
            yield from value_lines(self.run, case)
        except PromQLError as error:
            yield f"  (no values over time: {error})"
        yield from (f"  note: {note}" for note in clock_note(self.run, tree))

    def _differences(self) -> Iterator[str]:
        pairing = self._pairing()
        for want, got in pairing.pairs:
            if not sample_labels_fit(want, got):
                if want.selector is not None:
                    yield from (*_missing(want), *_unexpected(got))
                    continue
                yield f"  differs (- expected at line {want.where.line}, + found):"
                yield from compared("labels", want.labels, got.labels.as_dict())
            if not self.outcome.same_value(want, got):
                yield f"  {_values_differ(want, got)}"
        yield from listed("missing", pairing.missing, _MOST_SHOWN, _missing)
        yield from listed("unexpected", pairing.unexpected, _MOST_SHOWN, _unexpected)

    def _pairing(self) -> Pairing[ExpectedSample, Sample]:
        return pair_up(self.outcome.case.expected, self.outcome.samples, _likeness)


def _missing(want: ExpectedSample) -> Iterator[str]:
    shown = series_text(Labels(want.labels)) if want.selector is None else matched_text(want.selector, {})
    yield f"  missing (line {want.where.line}): {shown} {_expected_value(want)}"


def _unexpected(got: Sample) -> Iterator[str]:
    yield f"  unexpected: {series_text(got.labels)} {_value(got)}"


def _likeness(want: ExpectedSample, got: Sample) -> float:
    return float("inf") if sample_labels_fit(want, got) else likeness(want.labels, got.labels.as_dict())


def _values_differ(want: ExpectedSample, got: Sample) -> str:
    message = f"{series_text(got.labels)}: expected {_expected_value(want)}, found {_value(got)}"
    neighbours = (
        want.histogram is None and got.histogram is None and same_float(want.value, got.value, fuzzy=True)
    )
    return (
        f"{message}; one unit in the last place, which 'fuzzy_compare: true' lets pass"
        if neighbours
        else message
    )


def _value(sample: Sample) -> str:
    return shortest(sample.value) if sample.histogram is None else str(sample.histogram)


def _expected_value(sample: ExpectedSample) -> str:
    if sample.histogram is not None:
        return str(sample.histogram)
    return f"{shortest(sample.value)}{sample.tolerance or ''}"
