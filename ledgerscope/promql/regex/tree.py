"""A parsed pattern: its nodes in postfix order, each after the parts that it joins.

Whatever is made of a pattern is made bottom-up by `fold`, so no nesting is too deep for the interpreter.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from ledgerscope.promql.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ledgerscope.promql.regex.classes import Ranges

_Part = TypeVar("_Part")


class Look(Enum):
    """A condition on the place between two characters; takes no character."""

    BEGIN_TEXT = "\\A"
    END_TEXT = "\\z"
    BEGIN_LINE = "(?m:^)"
    END_LINE = "(?m:$)"
    WORD_BOUNDARY = "\\b"
    NO_WORD_BOUNDARY = "\\B"


@dataclass(frozen=True, slots=True)
class Char:
    """One character of a set, whose ranges are normalised; of an empty set there is none."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Concat:
    """So many parts one after the other; none at all for the empty text."""

    count: int


@dataclass(frozen=True, slots=True)
class Alternate:
    """One of so many parts, the earlier preferred."""

    count: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part at least `low` and at most `high` times (None: any number), as often as can be if greedy."""

    low: int
    high: int | None
    greedy: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A part whose text is remembered under a number from 1."""

    number: int


Node: TypeAlias = "Char | Look | Concat | Alternate | Repeat | Group"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A pattern, the number of its groups and the numbers of the named ones; several may share a name."""

    nodes: tuple[Node, ...]
    groups: int
    names: dict[str, tuple[int, ...]]

    def whole(self) -> Parsed:
        """The same pattern for whole texts only."""
        nodes = (Look.BEGIN_TEXT, *self.nodes, Look.END_TEXT, Concat(3))
        return Parsed(nodes, self.groups, self.names)


class Algebra(Protocol[_Part]):
    """What to make of each kind of node, given what was made of its parts."""

    def char(self, node: Char) -> _Part: ...
    def look(self, node: Look) -> _Part: ...
    def concat(self, parts: Sequence[_Part]) -> _Part: ...
    def alternate(self, parts: Sequence[_Part]) -> _Part: ...
    def repeat(self, node: Repeat, part: _Part) -> _Part: ...
    def group(self, node: Group, part: _Part) -> _Part: ...


def fold(nodes: Iterable[Node], algebra: Algebra[_Part]) -> _Part:
    """What the algebra makes of the whole pattern."""
    parts: list[_Part] = []
    for node in nodes:
        if isinstance(node, Char):
            parts.append(algebra.char(node))
        elif isinstance(node, Look):
            parts.append(algebra.look(node))
        elif isinstance(node, Repeat):
            parts.append(algebra.repeat(node, parts.pop()))
        elif isinstance(node, Group):
            parts.append(algebra.group(node, parts.pop()))
        else:
            start = len(parts) - node.count
            join = algebra.concat if isinstance(node, Concat) else algebra.alternate
            parts[start:] = [join(parts[start:])]
    (whole,) = parts
    return whole
