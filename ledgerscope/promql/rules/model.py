"""Rules as values: what a rule file says, whoever wrote it and in whatever form."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, TypeAlias

from ledgerscope.promql.records import dataclass
from ledgerscope.promql.yaml.nodes import Where

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledgerscope.promql.syntax.ast import Expr

UNKNOWN_PLACE = Where("<rules>", 1, 1)


@dataclass(frozen=True, slots=True)
class RecordingRule:
    """Writes the value of `expr` under the name `record`, with `labels` set on every series."""

    record: str
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, Where] = field(default_factory=dict, compare=False, repr=False)
    tree: Expr | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """The metric the rule writes."""
        return self.record


@dataclass(frozen=True, slots=True)
class AlertingRule:
    """An alert for every series of `expr`, pending for `for_ms` before it fires."""

    alert: str
    expr: str
    for_ms: int = 0
    keep_firing_for_ms: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, Where] = field(default_factory=dict, compare=False, repr=False)
    tree: Expr | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """The alert's name."""
        return self.alert


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """The fields of a rule as they were read, before it is known whether it is a rule, and of what kind."""

    record: str
    alert: str
    expr: str
    for_ms: int
    keep_firing_for_ms: int
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    places: Mapping[str, Where]

    def finished(self, tree: Expr | None) -> Rule:
        """The rule, given the tree of its expression."""
        if self.record:
            return RecordingRule(self.record, self.expr, self.labels, self.places, tree)
        return AlertingRule(
            self.alert,
            self.expr,
            self.for_ms,
            self.keep_firing_for_ms,
            self.labels,
            self.annotations,
            self.places,
            tree,
        )


Rule: TypeAlias = "RecordingRule | AlertingRule"


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Rules evaluated one after the other. `limit` 0 means none; `query_offset_ms` looks that far back."""

    name: str
    rules: tuple[Rule, ...]
    interval_ms: int = 0
    limit: int = 0
    query_offset_ms: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    where: Where = field(default=UNKNOWN_PLACE, compare=False, repr=False)

    def labels_of(self, rule: Rule) -> dict[str, str]:
        """The rule's labels over those of the group."""
        return {**self.labels, **rule.labels}
