"""The table of mutation operators: what of a rule is changed, one row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.promql.mutation.comparisons import comparisons, thresholds
from ledgerscope.promql.mutation.functions import aggregations, functions, parameters
from ledgerscope.promql.mutation.groupings import labels
from ledgerscope.promql.mutation.operands import operands
from ledgerscope.promql.mutation.selections import matchers, offsets, windows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.promql.mutation.model import Edit
    from ledgerscope.promql.syntax.ast import Expr


@dataclass(frozen=True, slots=True)
class Operator:
    """A kind of change. `edits(node, text)` gives those of one node; `text` is what was parsed."""

    name: str
    edits: Callable[[Expr, str], Iterator[Edit]]


#: Where two operators make the same of a rule, the first one is named.
OPERATORS = (
    Operator("threshold", thresholds),
    Operator("comparison", comparisons),
    Operator("operand", operands),
    Operator("matcher", matchers),
    Operator("label", labels),
    Operator("window", windows),
    Operator("offset", offsets),
    Operator("aggregation", aggregations),
    Operator("function", functions),
    Operator("parameter", parameters),
)
#: Those of the fields of an alert; see `rule_fields`.
FIELD_OPERATORS = ("for", "keep_firing_for", "severity")
