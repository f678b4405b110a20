"""sort, sort_desc, sort_by_label, sort_by_label_desc: the order of an instant vector's series."""

from __future__ import annotations

import math
import re
from functools import cmp_to_key
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from ledgerscope.promql.engine.annotations import SORT_IN_RANGE_QUERY
from ledgerscope.promql.engine.functions.relabel import text_argument

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.promql.engine.evaluator import Evaluator
    from ledgerscope.promql.samples.labels import Labels
    from ledgerscope.promql.samples.values import Value, Vector
    from ledgerscope.promql.syntax.ast import Call

_CHUNK = re.compile(r"\d+|\D+", re.ASCII)


def _ordered(
    evaluator: Evaluator, call: Call, order: Callable[[Vector], list[int]], *, floats: bool
) -> Value:
    vector = evaluator.vector(call.args[0])
    if floats:
        vector = vector.floats_only().seen()
    if evaluator.query.is_range and evaluator.query.axis.count > 1:
        evaluator.note(SORT_IN_RANGE_QUERY, call.span)
    if evaluator.axis.count != 1:
        return vector
    return vector.take(order(vector))


def by_value(*, descending: bool) -> Callable[[Evaluator, Call], Value]:
    """By value, NaN last either way."""

    def order(vector: Vector) -> list[int]:
        def key(row: int) -> tuple[bool, float]:
            value = float(vector.values[row, 0])
            return (True, 0.0) if math.isnan(value) else (False, -value if descending else value)

        return sorted(range(len(vector)), key=key)

    return lambda evaluator, call: _ordered(evaluator, call, order, floats=True)


def by_label(*, descending: bool) -> Callable[[Evaluator, Call], Value]:
    """By the given labels in their natural order, then by all labels."""
    sign = -1 if descending else 1

    def sort(evaluator: Evaluator, call: Call) -> Value:
        names = [text_argument(arg) for arg in call.args[1:]]

        def compare(left: Labels, right: Labels) -> int:
            for name in names:
                if outcome := natural_order(left.get(name), right.get(name)):
                    return sign * outcome
            return sign * _three_way(left.pairs, right.pairs)

        def order(vector: Vector) -> list[int]:
            key = cmp_to_key(compare)
            return sorted(range(len(vector)), key=lambda row: key(vector.labels[row]))

        return _ordered(evaluator, call, order, floats=False)

    return sort


def natural_order(left: str, right: str) -> int:
    """-1, 0 or 1 as left comes before, with or after right; runs of digits compare as numbers."""
    for mine, theirs in zip_longest(_CHUNK.findall(left), _CHUNK.findall(right), fillvalue=""):
        both_numbers = mine[:1].isdigit() and theirs[:1].isdigit()
        pair = (int(mine), int(theirs)) if both_numbers else (mine, theirs)
        if outcome := _three_way(*pair):
            return outcome
    return _three_way(left, right)


def _three_way(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)
