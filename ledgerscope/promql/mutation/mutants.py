"""The mutants of a rule: everything the operators make of it that is a rule, and not provably the same."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.mutation.canonical import canonical, presence
from ledgerscope.promql.mutation.model import Mutant, RuleId
from ledgerscope.promql.mutation.operators import OPERATORS
from ledgerscope.promql.mutation.places import Places
from ledgerscope.promql.mutation.rule_fields import field_edits
from ledgerscope.promql.mutation.spots import spots
from ledgerscope.promql.syntax.parser import parse
from ledgerscope.promql.syntax.printer import to_string

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.mutation.model import Edit
    from ledgerscope.promql.rules.placed import Placed
    from ledgerscope.promql.syntax.ast import Expr
    from ledgerscope.promql.syntax.dialect import Dialect

_LONGEST_PART = 80


#: Inside of a template: the value by its name, or all the data at once (a dot before no field).
_VALUE = re.compile(r"\{\{[^{}]*?(?:[vV]alue|\.(?![A-Za-z_])|query)")


def shows_value(placed: Placed) -> bool:
    """Whether the labels or annotations of an alert may show its value."""
    annotations = placed.alert.annotations if placed.alert else {}
    return any(_VALUE.search(text) for text in (*placed.labels.values(), *annotations.values()))


def rule_id(placed: Placed) -> RuleId:
    """The identity of a placed rule."""
    where = placed.rule.places.get("", placed.group.where)
    return RuleId(where, placed.group.name, "alert" if placed.alert else "record", placed.rule.name)


@dataclass(frozen=True, slots=True)
class Mutants:
    """Makes the mutants of rules. `same` counts what was left out because it is provably the same."""

    dialect: Dialect
    places: Places = field(default_factory=Places)
    same: dict[RuleId, int] = field(default_factory=dict)

    def of(self, placed: Placed, interval_ms: int) -> list[Mutant]:
        """The mutants of a rule; `interval_ms` is how often it is evaluated where its group does not say."""
        return [*self._of_expression(placed), *self._of_fields(placed, interval_ms)]

    def _of_expression(self, placed: Placed) -> Iterator[Mutant]:
        rule, owner = placed.rule, rule_id(placed)
        written = rule.tree if rule.tree is not None else parse(rule.expr, self.dialect)
        form_of = canonical if placed.alert is None or shows_value(placed) else presence
        original = form_of(written)
        known = {original}
        for name, edit, tree in _edited(written, rule.expr):
            text = to_string(tree)
            reread = self._reread(text)
            if reread is None:
                continue
            form = form_of(reread)
            if form in known:
                self.same[owner] = self.same.get(owner, 0) + (form == original)
                continue
            known.add(form)
            where = self.places.of(placed.where, edit.span.start)
            yield Mutant(
                owner,
                name,
                "expr",
                where,
                short(edit.before),
                short(edit.after),
                edit.shows,
                to_string(written),
                text,
                replace(rule, expr=text, tree=reread),
            )

    def _reread(self, text: str) -> Expr | None:
        """The tree of the text, as a rule file has it; None where Prometheus would refuse it."""
        try:
            return parse(text, self.dialect)
        except PromQLError:
            return None

    def _of_fields(self, placed: Placed, interval_ms: int) -> Iterator[Mutant]:
        alert = placed.alert
        if alert is None:
            return
        owner = rule_id(placed)
        for edit in field_edits(alert, placed.group.interval_ms or interval_ms):
            where = alert.places.get(edit.place, owner.where)
            yield Mutant(
                owner,
                edit.operator,
                edit.place,
                where,
                edit.before,
                edit.after,
                edit.shows,
                edit.before,
                edit.after,
                edit.rule,
            )


def _edited(tree: Expr, text: str) -> Iterator[tuple[str, Edit, Expr]]:
    """Every edit of every node with the whole tree that it makes, operator by operator."""
    found = list(spots(tree))
    for operator in OPERATORS:
        for spot in found:
            for edit in operator.edits(spot.node, text):
                yield operator.name, edit, spot.put(edit.node)


def short(text: str) -> str:
    """A text that fits into a line."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_PART else f"{text[: _LONGEST_PART - 1]}…"
