"""Units: what Grafana calls those of the catalogue, and which one a query yields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.catalogue import Unit
from ledgerscope.promql.syntax.ast import (
    Aggregate,
    Binary,
    VectorSelector,
    children,
)
from ledgerscope.promql.syntax.operators import AggregateOp, BinaryOp

if TYPE_CHECKING:
    from ledgerscope.promql.syntax.ast import Expr
    from rules.vocabulary import Vocabulary

__all__ = ["CURRENCIES", "GRAFANA_UNITS", "unit_of"]

GRAFANA_UNITS: dict[Unit, str] = {
    Unit.COUNT: "short",
    Unit.SECONDS: "s",
    Unit.TIMESTAMP: "dateTimeAsIso",
    Unit.BYTES: "bytes",
    Unit.RATIO: "percentunit",
    Unit.PERCENT: "percent",
    Unit.POINTS: "none",
    Unit.CURRENCY: "short",
}

CURRENCIES: dict[str, str] = {
    "CHF": "currencyCHF",
    "EUR": "currencyEUR",
    "GBP": "currencyGBP",
    "INR": "currencyINR",
    "JPY": "currencyJPY",
    "USD": "currencyUSD",
}
"""Units of amounts, chosen by the currency in the legend of a series; other currencies show a number."""

_SAME_THING = frozenset({BinaryOp.ADD, BinaryOp.SUB})
_COUNTS = frozenset({AggregateOp.COUNT, AggregateOp.GROUP})


def unit_of(node: Expr, known: Vocabulary) -> Unit | None:
    """The unit of the result, as far as it is known; None for numbers and for what has no name."""
    match node:
        case VectorSelector():
            return known.find(node.name).metric.unit
        case Aggregate() if node.op in _COUNTS:
            return Unit.COUNT
        case Binary():
            return _of_binary(node, known)
        case _:
            return next((unit for part in children(node) if (unit := unit_of(part, known))), None)


def _of_binary(node: Binary, known: Vocabulary) -> Unit | None:
    left, right = unit_of(node.lhs, known), unit_of(node.rhs, known)
    if node.op is BinaryOp.DIV and left is right and left is not None:
        return Unit.RATIO
    if node.op in _SAME_THING and left is not right and None not in (left, right):
        return None
    return left or right
