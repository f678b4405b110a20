"""Rules in the order they are evaluated, and what each of them writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.promql.rules.model import AlertingRule
from ledgerscope.promql.samples.labels import METRIC_NAME
from ledgerscope.promql.syntax.ast import Call, walk
from ledgerscope.promql.syntax.dialect import PROMETHEUS_3, Dialect
from ledgerscope.promql.syntax.matching import matches
from ledgerscope.promql.syntax.parser import parse
from ledgerscope.promql.syntax.printer import to_string
from ledgerscope.promql.template.alert import is_template

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledgerscope.promql.rules.model import Rule, RuleGroup
    from ledgerscope.promql.syntax.ast import Expr, Matcher
    from ledgerscope.promql.yaml.nodes import Where

ALERTS = "ALERTS"
ALERTS_FOR_STATE = "ALERTS_FOR_STATE"
ALERT_NAME = "alertname"
ALERT_STATE = "alertstate"


@dataclass(frozen=True, eq=False)
class Placed:
    """A rule at its place: `order` counts through all groups; `labels` are the rule's over the group's."""

    order: int
    group: RuleGroup
    rule: Rule
    labels: dict[str, str]
    tree: Expr

    @property
    def alert(self) -> AlertingRule | None:
        """The rule, if it is an alert."""
        return self.rule if isinstance(self.rule, AlertingRule) else None

    @property
    def where(self) -> Where:
        """The place of the rule's expression; the group's for a rule made in Python."""
        return self.rule.places.get("expr", self.group.where)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The metrics the rule writes."""
        return (ALERTS, ALERTS_FOR_STATE) if self.alert else (self.rule.name,)

    def may_satisfy(self, selected: Sequence[Matcher]) -> bool:
        """Whether a series the rule writes can meet the conditions; False is a proof that none does."""
        return any(self._may_satisfy(name, selected) for name in self.outputs)

    def _may_satisfy(self, name: str, selected: Sequence[Matcher]) -> bool:
        known = {METRIC_NAME: name}
        if self.alert:
            known |= {label: text for label, text in self.labels.items() if text and not is_template(text)}
            known[ALERT_NAME] = self.rule.name
        else:
            known |= self.labels
        return all(matches(each, known[each.name]) for each in selected if each.name in known)


def place(
    groups: Sequence[RuleGroup], order: Sequence[str] = (), dialect: Dialect = PROMETHEUS_3
) -> tuple[Placed, ...]:
    """The rules of groups one after another; groups named in `order` as listed there, the others first."""
    rank = {name: index for index, name in enumerate(order)}
    # A group that is not mentioned ranks with the first of the list; the sort keeps the order of the files.
    ordered = sorted(groups, key=lambda group: rank.get(group.name, 0))
    placed: list[Placed] = []
    for group in ordered:
        for rule in group.rules:
            tree = parse(rule.expr, dialect) if rule.tree is None else rule.tree
            labels = group.labels_of(rule)
            placed.append(Placed(len(placed), group, rule, labels, as_evaluated(tree, dialect)))
    return tuple(placed)


def as_evaluated(tree: Expr, dialect: Dialect) -> Expr:
    """The tree that Prometheus evaluates: it prints the expression of a rule and reads that again.

    Printing sorts the matchers of a selector, and `absent` labels its result by their order.
    """
    if any(isinstance(node, Call) and node.func in _BY_ORDER for node in walk(tree)):
        return parse(to_string(tree), dialect)
    return tree


#: Functions whose result depends on the order in which matchers are written.
_BY_ORDER = frozenset({"absent", "absent_over_time"})
