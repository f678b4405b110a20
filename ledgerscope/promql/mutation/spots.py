"""Every node of a tree with a way to put another node in its place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from ledgerscope.promql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.promql.syntax.ast import Expr


@dataclass(frozen=True, slots=True)
class Spot:
    """A node, and the whole tree with another one instead of it."""

    node: Expr
    put: Callable[[Expr], Expr]


def spots(tree: Expr) -> Iterator[Spot]:
    """The tree itself and everything below it, parents before children, in the order written."""
    pending = [(tree, _Place(None, None))]
    while pending:
        node, place = pending.pop()
        yield Spot(node, place.put)
        below = [(child, _Place(put, place)) for child, put in _SLOTS.get(type(node), _none)(node)]
        pending.extend(reversed(below))


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Where a node hangs: how its parent takes another one instead, and where the parent hangs."""

    slot: Callable[[Expr], Expr] | None
    parent: _Place | None

    def put(self, new: Expr) -> Expr:
        place: _Place | None = self
        while place is not None:
            new = new if place.slot is None else place.slot(new)
            place = place.parent
        return new


Slots: TypeAlias = "Iterator[tuple[Expr, Callable[[Expr], Expr]]]"


def _none(_: Expr) -> Slots:
    return iter(())


def _field(name: str) -> Callable[[Expr], Slots]:
    def slots(node: Expr) -> Slots:
        child = getattr(node, name)
        if child is not None:
            yield child, lambda new: replace(node, **{name: new})  # type: ignore[arg-type]  # it has the field

    return slots


def _fields(*names: str) -> Callable[[Expr], Slots]:
    return lambda node: (slot for name in names for slot in _field(name)(node))


def _arguments(node: ast.Call) -> Slots:
    for index, argument in enumerate(node.args):
        yield argument, _argument(node, index)


def _argument(node: ast.Call, index: int) -> Callable[[Expr], Expr]:
    return lambda new: replace(node, args=(*node.args[:index], new, *node.args[index + 1 :]))


_SLOTS: dict[type, Callable[..., Slots]] = {
    ast.MatrixSelector: _fields("vector"),
    ast.Subquery: _fields("expr"),
    ast.Call: _arguments,
    ast.Aggregate: _fields("param", "expr"),
    ast.Binary: _fields("lhs", "rhs"),
    ast.Unary: _fields("expr"),
    ast.Paren: _fields("expr"),
}
