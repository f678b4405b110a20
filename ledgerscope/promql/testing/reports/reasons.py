"""What may have made a case fail: a selector finds no series, windows are too short, the clock is at 1970.

Looked at only for a case that failed, so it may take its time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.syntax import ast
from ledgerscope.promql.syntax.analysis import metric_name, selectors
from ledgerscope.promql.syntax.printer import to_string
from ledgerscope.promql.testing.reports.plot import series_text
from ledgerscope.promql.text.close_match import closest
from ledgerscope.promql.text.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.rules.run import Evaluation
    from ledgerscope.promql.syntax.ast import Expr, VectorSelector
    from ledgerscope.promql.testing.runner import GroupRun

#: Functions that need two samples in their window.
_OF_TWO = frozenset({"rate", "increase", "delta", "irate", "idelta", "deriv", "predict_linear"})

#: Functions that without arguments give the time of the evaluation.
_CLOCKS = frozenset({"time", "minute", "hour", "day_of_week", "day_of_month", "day_of_year"}) | frozenset(
    {"days_in_month", "month", "year"}
)


def why_nothing(run: GroupRun, evaluation: Evaluation, tree: Expr) -> Iterator[str]:
    """What may be the reasons, the likeliest first; nothing where none is found."""
    yield from _Search(run, evaluation).missing(tree)
    yield from _short_windows(run, evaluation, tree)


@dataclass(slots=True)
class _Search:
    run: GroupRun
    evaluation: Evaluation
    seen: set[VectorSelector] = field(default_factory=set)

    def missing(self, tree: Expr) -> Iterator[str]:
        """The selectors that find no series, and those of the rules that should have written some."""
        for selector in selectors(tree):
            if selector in self.seen or next(self.evaluation.storage.matching(selector.matchers), None):
                continue
            self.seen.add(selector)
            yield f"no series matches {to_string(selector)}{self._instead(selector)}"
            for placed in self.run.plan.rules:
                if placed.alert is None and placed.rule.name == metric_name(selector):
                    yield from self.missing(placed.tree)

    def _instead(self, selector: VectorSelector) -> str:
        """What there is that looks like it."""
        name = metric_name(selector)
        labels = [samples.labels for samples in self.evaluation.storage]
        alike = [each for each in labels if each.name == name]
        if alike:
            return f"; there is {series_text(alike[0])}"
        names = {each.name for each in labels}
        near = closest(name or "", names)
        return f"; did you mean {near}?" if near else ""


def _short_windows(run: GroupRun, evaluation: Evaluation, tree: Expr) -> Iterator[str]:
    """Windows in which samples that far apart never meet."""
    left_open = run.engine.settings.compat.left_open
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or node.func not in _OF_TWO:
            continue
        window = node.args[0]
        if not isinstance(window, ast.MatrixSelector) or window.range_expr is not None:
            continue
        apart = _distance(evaluation, window.vector)
        if window.range_ms < apart or (left_open and window.range_ms == apart):
            shown = f"{to_string(window)} never holds the two samples {node.func} needs"
            yield f"{shown}: they are {format_duration(apart)} apart"


def _distance(evaluation: Evaluation, selector: VectorSelector) -> int:
    """How near samples of one series come to each other, in milliseconds; 0 where there are no two."""
    gaps = (np.diff(samples.times) for samples in evaluation.storage.select(selector.matchers))
    return min((int(each.min()) for each in gaps if len(each)), default=0)


def clock_note(run: GroupRun, *trees: Expr) -> Iterator[str]:
    """That the clock begins in 1970, if one of the expressions looks at it."""
    if run.group.start_ms:
        return
    for node in (each for tree in trees for each in ast.walk(tree)):
        if isinstance(node, ast.Call) and node.func in _CLOCKS and not node.args:
            yield f"{node.func}() begins at 1970-01-01T00:00:00Z; 'start_timestamp' in the test group sets it"
            return
