"""Whether an expression can have a result at all over a storage, without evaluating it.

A False is a proof: no series the expression selects exists, and nothing in it makes series out of nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledgerscope.promql.syntax import ast
from ledgerscope.promql.syntax.operators import BinaryOp

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.promql.samples.storage import Storage

#: Functions that have a result even where their argument has none.
FROM_NOTHING = frozenset({"absent", "absent_over_time", "scalar", "vector"})


def can_see(node: ast.Expr, storage: Storage) -> bool:
    """Whether the node may have a result at some instant."""
    return _SEES[type(node)](node, storage)


def _selector(node: ast.VectorSelector, storage: Storage) -> bool:
    return next(storage.matching(node.matchers), None) is not None


def _call(node: ast.Call, storage: Storage) -> bool:
    if node.func in FROM_NOTHING:
        return True
    return all(can_see(argument, storage) for argument in node.args[: 1 if node.func == "info" else None])


def _binary(node: ast.Binary, storage: Storage) -> bool:
    operations = ast.spine(node)
    seen = can_see(operations[0].lhs, storage)
    for each in operations:
        if each.op is BinaryOp.OR or _filled(each):
            seen = seen or can_see(each.rhs, storage)
        elif each.op is not BinaryOp.UNLESS:
            seen = seen and can_see(each.rhs, storage)
    return seen


def _filled(node: ast.Binary) -> bool:
    matching = node.matching
    return matching is not None and (matching.fill_lhs is not None or matching.fill_rhs is not None)


_SEES: dict[type, Callable[[Any, Storage], bool]] = {
    ast.NumberLiteral: lambda node, storage: True,  # noqa: ARG005 - the table's shape
    ast.StringLiteral: lambda node, storage: True,  # noqa: ARG005 - the table's shape
    ast.VectorSelector: _selector,
    ast.MatrixSelector: lambda node, storage: _selector(node.vector, storage),
    ast.Subquery: lambda node, storage: can_see(node.expr, storage),
    ast.Call: _call,
    ast.Aggregate: lambda node, storage: can_see(node.expr, storage),
    ast.Binary: _binary,
    ast.Unary: lambda node, storage: can_see(node.expr, storage),
    ast.Paren: lambda node, storage: can_see(node.expr, storage),
}
