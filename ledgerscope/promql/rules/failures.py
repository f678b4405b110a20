"""Rules that fail at some step: promtool ends a test group there, and so do we."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.text.numbers import format_general

if TYPE_CHECKING:
    from ledgerscope.promql.samples.values import Sample
    from ledgerscope.promql.yaml.nodes import Where

SAME_LABELS_RECORDED = "vector contains metrics with the same labelset after applying rule labels"
SAME_LABELS_ALERTED = "vector contains metrics with the same labelset after applying alert labels"
NOT_A_VECTOR = "rule result is not a vector or scalar"


class RuleFailedError(PromQLError):
    """A rule that cannot be evaluated over the data at hand."""


class SteppingNeededError(PromQLError):
    """What happens depends on the order within a step, so the rules have to be stepped through."""


def over_limit(limit: int, count: int, what: str) -> str:
    """The text for a rule that produces more than its group allows."""
    return f"exceeded limit of {limit} with {count} {what}"


def duplicate(existing: Sample, new: Sample, at_ms: int) -> str:
    """The text for a sample where its series already has another one."""
    at = f" {at_ms}" if at_ms else ""  # as Prometheus has it: the epoch counts as no time
    series = f" for series {new.labels}"
    if new.histogram is not None:
        return f"duplicate native histogram sample for timestamp{at}{series}"
    if not at_ms:
        return f"duplicate sample for timestamp{series}"
    was = "is a histogram" if existing.histogram is not None else format_general(existing.value)
    return (
        f"duplicate sample for timestamp{at}; overrides not allowed: "
        f"existing {was}, new value {format_general(new.value)}{series}"
    )


@dataclass(frozen=True, slots=True)
class RuleFailure:
    """A rule that failed, when, why in Prometheus's words, and where its expression stands."""

    rule: str
    at_ms: int
    message: str
    where: Where
