"""Rules that fail at some step: promtool ends a test group there, and so do we."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import PromQLError

if TYPE_CHECKING:
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


@dataclass(frozen=True, slots=True)
class RuleFailure:
    """A rule that failed, when, why in Prometheus's words, and where its expression stands."""

    rule: str
    at_ms: int
    message: str
    where: Where
