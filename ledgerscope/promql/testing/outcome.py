"""Verdicts: what was expected and what was there, case by case."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

from ledgerscope.promql.records import dataclass
from ledgerscope.promql.testing.extensions import everyone_fits, meets, texts_meet
from ledgerscope.promql.text.close_match import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledgerscope.promql.rules.alert_history import ActiveAlert
    from ledgerscope.promql.rules.failures import RuleFailure
    from ledgerscope.promql.samples.values import Sample
    from ledgerscope.promql.testing.model import AlertCase, ExpectedAlert, ExpectedSample, ExprCase


@dataclass(frozen=True, slots=True)
class AlertOutcome:
    """An alert case and the alerts that were active at its time; only the firing ones count.

    wrong_time: where the alert should fire over a stretch of time and does not, in words.
    unknown: that no rule defines the alert, in words; a failure only if `strict`.
    """

    case: AlertCase
    firing: tuple[ActiveAlert, ...]
    pending: tuple[ActiveAlert, ...]
    unknown: str = ""
    strict: bool = False
    wrong_time: str = ""

    @property
    def passed(self) -> bool:
        """Whether exactly the expected alerts fire."""
        if self.unknown and self.strict:
            return False
        if self.case.between_ms is not None:
            return not self.wrong_time
        if any(each.selector for each in self.case.expected):
            return everyone_fits(self.case.expected, self.firing, alert_fits)
        expected = sorted((_key(each.labels), _key(each.annotations)) for each in self.case.expected)
        return expected == sorted((_key(each.labels), _key(each.annotations)) for each in self.firing)


@dataclass(frozen=True, slots=True)
class ExprOutcome:
    """An expression case and its samples, sorted by labels; or why it has none."""

    case: ExprCase
    samples: tuple[Sample, ...]
    error: str = ""
    fuzzy: bool = False
    annotations: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether exactly the expected samples are there."""
        if self.error or len(self.samples) != len(self.case.expected):
            return False
        if any(each.selector for each in self.case.expected):
            return everyone_fits(self.case.expected, self.samples, self.fits)
        expected = sorted(self.case.expected, key=lambda each: _key(each.labels))
        return all(
            dict(want.labels) == got.labels.as_dict() and self.same_value(want, got)
            for want, got in zip(expected, self.samples, strict=True)
        )

    def fits(self, want: ExpectedSample, got: Sample) -> bool:
        """Whether a sample is one that is expected."""
        return sample_labels_fit(want, got) and self.same_value(want, got)

    def same_value(self, want: ExpectedSample, got: Sample) -> bool:
        """Whether a sample has the expected value."""
        if want.histogram is not None or got.histogram is not None:
            if want.histogram is None or got.histogram is None:
                return False
            same = want.histogram.compacted().same_data(got.histogram.compacted())
            return same and want.histogram.hint is got.histogram.hint
        if want.tolerance is not None and want.tolerance.allows(want.value, got.value):
            return True
        return same_float(want.value, got.value, fuzzy=self.fuzzy)


@dataclass(frozen=True, slots=True)
class RulesOutcome:
    """A group without cases: its rules have to be evaluable, nothing else."""

    failures: tuple[RuleFailure, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every rule could be evaluated at every step."""
        return not self.failures


Outcome: TypeAlias = "AlertOutcome | ExprOutcome | RulesOutcome"


def same_float(want: float, got: float, *, fuzzy: bool = False) -> bool:
    """Equal, or (fuzzy) neighbours among the floats. NaN equals NaN: nobody could expect it otherwise."""
    if want == got or (math.isnan(want) and math.isnan(got)):
        return True
    return fuzzy and got in (math.nextafter(want, -math.inf), math.nextafter(want, math.inf))


def alert_fits(want: ExpectedAlert, got: ActiveAlert) -> bool:
    """Whether an alert is one that is expected."""
    if want.selector is None:
        return dict(want.labels) == got.labels and dict(want.annotations) == got.annotations
    return meets(want.selector, got.labels) and texts_meet(want.patterns, got.annotations)


def sample_labels_fit(want: ExpectedSample, got: Sample) -> bool:
    """Whether a sample has the expected labels."""
    labels = got.labels.as_dict()
    return dict(want.labels) == labels if want.selector is None else meets(want.selector, labels)


def unknown_alert(alert: str, known: Iterable[str]) -> str:
    """That there is no such alert, and the nearest one there is."""
    hint = did_you_mean(alert, known)
    return f"no rule defines the alert {alert!r}" + (f" ({hint})" if hint else "")


def _key(labels: object) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(dict(labels).items()))  # type: ignore[call-overload]  # any mapping of texts
