"""A tree as a program of few instructions, each pointing to the next by its distance.

So a part's code can be put anywhere, as often as its counts say. The first of two ways is the preferred one.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ledgerscope.promql.regex.tree import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledgerscope.promql.regex.tree import Char, Group, Look, Parsed, Repeat


class Op(Enum):
    """What an instruction does; all but `JUMP` and `SPLIT` go on with the one after it."""

    CHAR = "take a character of the ranges in `what`"
    LOOK = "go on where the condition in `what` holds"
    SAVE = "remember the place in the slot `what`"
    JUMP = "go on at the distance `what`"
    SPLIT = "go on at either of the distances in `what`"
    MATCH = "end"


class Instruction(NamedTuple):
    """An operation and what it is done with, by `Op`."""

    op: Op
    what: Any


Code: TypeAlias = "tuple[Instruction, ...]"


def program(parsed: Parsed) -> Code:
    """The code of a whole pattern, the end included. Group n has the slots 2n and 2n + 1."""
    code, _ = fold(parsed.nodes, _Compiling())
    return (*code, Instruction(Op.MATCH, None))


_Part: TypeAlias = "tuple[Code, bool]"  # code, and whether it can match the empty text


class _Compiling:
    """The algebra of code."""

    def char(self, node: Char) -> _Part:
        return (Instruction(Op.CHAR, node.ranges),), False

    def look(self, node: Look) -> _Part:
        return (Instruction(Op.LOOK, node),), True

    def concat(self, parts: Sequence[_Part]) -> _Part:
        return tuple(each for code, _ in parts for each in code), all(nullable for _, nullable in parts)

    def alternate(self, parts: Sequence[_Part]) -> _Part:
        rest = sum(len(code) + 2 for code, _ in parts[:-1]) + len(parts[-1][0])
        joined: list[Instruction] = []
        for code, _ in parts[:-1]:
            rest -= len(code) + 2
            joined += (_split(1, len(code) + 2), *code, Instruction(Op.JUMP, rest + 1))
        return (*joined, *parts[-1][0]), any(nullable for _, nullable in parts)

    def repeat(self, node: Repeat, part: _Part) -> _Part:
        code, nullable = part
        nullable = nullable or node.low == 0
        if node.high is not None:
            return (*code * node.low, *_up_to(node.high - node.low, code, greedy=node.greedy)), nullable
        if node.low:
            return (*code * (node.low - 1), *_at_least_once(code, greedy=node.greedy)), nullable
        if part[1]:
            # As (x+)?, for else a first round that matches nothing would be left out.
            return _up_to(1, _at_least_once(code, greedy=node.greedy), greedy=node.greedy), True
        size = len(code)
        begin = _split(1, size + 2, greedy=node.greedy)
        return (begin, *code, Instruction(Op.JUMP, -size - 1)), True

    def group(self, node: Group, part: _Part) -> _Part:
        code, nullable = part
        begin, end = (Instruction(Op.SAVE, 2 * node.number + side) for side in (0, 1))
        return (begin, *code, end), nullable


def _split(first: int, second: int, *, greedy: bool = True) -> Instruction:
    return Instruction(Op.SPLIT, (first, second) if greedy else (second, first))


def _at_least_once(code: Code, *, greedy: bool) -> Code:
    return (*code, _split(-len(code), 1, greedy=greedy))


def _up_to(count: int, code: Code, *, greedy: bool) -> Code:
    """(x(x(x)?)?)?: every round may be the last."""
    size = len(code) + 1
    rounds = ((_split(1, left * size, greedy=greedy), *code) for left in range(count, 0, -1))
    return tuple(each for code in rounds for each in code)
