"""The conditions of an expression as points of coverage: each comparison, each operand of a set operator.

A threshold that no test ever crosses is not tested. What data cannot change (`absent(...)` is 1 or nothing,
`vector(0)` is always there) is no point.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.syntax import ast
from ledgerscope.promql.syntax.operators import AggregateOp
from ledgerscope.promql.syntax.printer import to_string
from ledgerscope.promql.syntax.valuetypes import ValueType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ledgerscope.promql.engine.engine import Engine
    from ledgerscope.promql.rules.placed import Placed
    from ledgerscope.promql.rules.run import Evaluation
    from ledgerscope.promql.samples.values import Vector
    from ledgerscope.promql.syntax.ast import Expr

_GIVE_ONE = frozenset({"absent", "absent_over_time", "present_over_time"})


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that holds or does not: `sides` names the point of either, as far as there can be one.

    `seen` gives which sides the values of `tree` show.
    """

    tree: Expr
    seen: Callable[[Vector], Iterator[bool]]
    sides: Mapping[bool, str]


@lru_cache(maxsize=4096)
def conditions(placed: Placed) -> tuple[Condition, ...]:
    """The conditions between series in a rule's expression."""
    return tuple(
        condition
        for node in ast.walk(placed.tree)
        if isinstance(node, ast.Binary) and ast.value_type(node) is ValueType.VECTOR
        for condition in _conditions_of(node)
    )


def _conditions_of(node: ast.Binary) -> Iterator[Condition]:
    if node.op.is_comparison:
        # With `bool` a comparison answers 1 or 0 wherever it is made.
        answer = ast.Binary(node.op, node.lhs, node.rhs, True, node.matching, node.span)
        sides = {True: f"{_text(node)} is true", False: f"{_text(node)} is false"}
        if _has_one_value(node.lhs) and _has_one_value(node.rhs):
            del sides[False]  # it is true by nature, or a mistake that is worth a report
        yield Condition(answer, _answers, sides)
    elif node.op.is_set:
        for operand in (node.lhs, node.rhs):
            owner = f"`{node.op.value}`"
            sides = {
                True: f"{_text(operand)} is there in {owner}",
                False: f"{_text(operand)} is missing in {owner}",
            }
            if _is_always_there(operand):
                del sides[False]
            yield Condition(operand, _presence, sides)


def _text(node: Expr) -> str:
    return f"`{' '.join(_shortened(node).split())}`"


_MOST_OPERATIONS = 20
"""Chains of more are named by their ends: to name all parts of a chain in full takes its length squared."""


def _shortened(node: Expr) -> str:
    if not isinstance(node, ast.Binary):
        return to_string(node)
    operations = ast.spine(node)
    if len(operations) <= _MOST_OPERATIONS:
        return to_string(node)
    first, last = operations[0].lhs, operations[-1]
    left_out = f"… {len(operations) - 1} operands …"
    nothing = ast.StringLiteral("")
    end = to_string(replace(last, lhs=nothing)).removeprefix(to_string(nothing))
    return f"{to_string(first)} {operations[0].op.value} {left_out}{end}"


def _answers(vector: Vector) -> Iterator[bool]:
    truths = vector.values[vector.present]
    yield from (answer for answer in (True, False) if (truths == answer).any())


def _presence(vector: Vector) -> Iterator[bool]:
    there = vector.present.any(axis=0)
    if there.any():
        yield True
    if not there.all():
        yield False


def condition_points(placed: Placed) -> Iterator[str]:
    """The names of all sides."""
    return (name for condition in conditions(placed) for name in condition.sides.values())


def conditions_shown(
    placed: Placed, points: Mapping[str, bool], evaluation: Evaluation, engine: Engine
) -> Iterator[str]:
    """The sides that an evaluation shows; conditions that have shown everything are not looked at again."""
    part = engine.parts(evaluation.storage, placed.tree, evaluation.axis, evaluation.cache)
    # The parts of a chain from the innermost on: each is then one operation more than the one before.
    for condition in reversed(conditions(placed)):
        if all(points[name] for name in condition.sides.values()):
            continue
        try:
            seen = set(condition.seen(part(condition.tree)))
        except PromQLError:
            continue  # a part that fails by itself shows nothing
        yield from (name for side, name in condition.sides.items() if side in seen)


def _has_one_value(node: Expr) -> bool:
    """Whether the value, wherever there is one, is always the same."""
    match node:
        case ast.NumberLiteral():
            return True
        case ast.Paren(expr=inner) | ast.Unary(expr=inner) | ast.Call(func="vector", args=(inner,)):
            return _has_one_value(inner)
        case ast.Call(func=func):
            return func in _GIVE_ONE
        case ast.Aggregate(op=op):
            return op is AggregateOp.GROUP
        case _:
            return False


def _is_always_there(node: Expr) -> bool:
    """Whether there is a sample at every instant, whatever the data."""
    match node:
        case ast.Paren(expr=inner) | ast.Unary(expr=inner):
            return _is_always_there(inner)
        case ast.Call(func=func):
            return func == "vector"
        case _:
            return False
