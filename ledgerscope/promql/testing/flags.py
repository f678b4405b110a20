"""Whether a verdict depends on when metric names are dropped: the one feature flag that changes results.

The other flags decide what can be parsed; a text that needs one is refused with the name of the flag.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from ledgerscope.promql.samples.labels import METRIC_NAME
from ledgerscope.promql.syntax import ast
from ledgerscope.promql.syntax.analysis import metric_name
from ledgerscope.promql.syntax.dialect import DELAYED_NAME_REMOVAL
from ledgerscope.promql.testing.model import ExprCase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledgerscope.promql.syntax.ast import Expr
    from ledgerscope.promql.testing.model import Case
    from ledgerscope.promql.testing.outcome import Outcome
    from ledgerscope.promql.testing.runner import GroupRun


def toggled(run: GroupRun) -> GroupRun | None:
    """The same test with the flag turned over; None where no expression can see the difference."""
    trees = [placed.tree for placed in run.plan.rules]
    trees += [run.engine.parse(case.expr) for case in run.group.cases if isinstance(case, ExprCase)]
    if not _can_see_names(trees) or run.options.compat == "2":
        return None
    features = frozenset(run.options.features) ^ {DELAYED_NAME_REMOVAL}
    return replace(run, options=replace(run.options, features=tuple(sorted(features))), on_branch=None)


def _can_see_names(trees: Iterable[Expr]) -> bool:
    """Whether an expression names `__name__`, or selects series of several names."""
    return any(_sees_names(node) for node in chain.from_iterable(map(ast.walk, trees)))


def _sees_names(node: Expr) -> bool:
    match node:
        case ast.VectorSelector():
            return metric_name(node) is None
        case ast.StringLiteral(value=value):
            return value == METRIC_NAME
        case ast.Aggregate(grouping=labels, without=without):
            return METRIC_NAME in labels and not without
        case ast.Binary(matching=matching) if matching is not None:
            return METRIC_NAME in matching.labels or METRIC_NAME in matching.include
        case _:
            return False


def depends_on_name_removal(run: GroupRun, case: Case | None, outcome: Outcome) -> str:
    """That the flag turns the verdict over, in words; nothing where it does not."""
    other = run.toggled
    if other is None:
        return ""
    verdict = other.rules_outcome() if case is None else other.outcome(case)
    if verdict.passed == outcome.passed:
        return ""
    how = "without" if DELAYED_NAME_REMOVAL in run.options.dialect.features else "with"
    return f"{how} the feature {DELAYED_NAME_REMOVAL} this {'passes' if verdict.passed else 'fails'}"
