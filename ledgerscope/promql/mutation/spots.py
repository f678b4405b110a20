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
    yield Spot(tree, lambda new: new)
    for child, put in _SLOTS.get(type(tree), _none)(tree):
        for spot in spots(child):
            yield Spot(spot.node, _within(put, spot.put))


def _within(outer: Callable[[Expr], Expr], inner: Callable[[Expr], Expr]) -> Callable[[Expr], Expr]:
    return lambda new: outer(inner(new))


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
