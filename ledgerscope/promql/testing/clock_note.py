"""A reminder where a failed case asks for the time and nobody said when the test begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.promql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.syntax.ast import Expr
    from ledgerscope.promql.testing.runner import GroupRun

#: Functions that without arguments tell the time of the evaluation.
_CLOCKS = frozenset({"time", "minute", "hour", "day_of_week", "day_of_month", "day_of_year"}) | frozenset(
    {"days_in_month", "month", "year"}
)


def clock_note(run: GroupRun, *trees: Expr) -> Iterator[str]:
    """That the clock begins in 1970, if one of the expressions looks at it."""
    if run.group.start_ms:
        return
    for node in (each for tree in trees for each in ast.walk(tree)):
        if isinstance(node, ast.Call) and node.func in _CLOCKS and not node.args:
            yield f"{node.func}() begins at 1970-01-01T00:00:00Z; 'start_timestamp' in the test group sets it"
            return
