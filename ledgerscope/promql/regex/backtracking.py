r"""A pattern for Python's `re`, and for texts of which lengths `re` may run it.

`re` backtracks: it tries one way to match after the other. How many there can be follows from the tree:

- a character, a condition and whatever is put together of those alone has one way;
- parts in sequence multiply, alternatives add up, unless no two of them begin with the same character;
- `x{2,5}` has a way for each number of rounds, times the ways of its rounds;
- `x*` of a part with one way has as many ways as the text has characters: it adds one to the *degree*;
- `x*` of a part with more ways, or of one that can be empty, has exponentially many.

So `paths * length ** degree` bounds them, and a search tries every start, which is one degree more. Where
that is too much the machine takes over, which is linear. What `[a-z]+-[0-9]+` may match is not compared: it
counts as quadratic, and is left to `re` for texts of up to 2,000 characters all the same.
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from ledgerscope.promql.regex.classes import complement, normalised, printed
from ledgerscope.promql.regex.tree import Look, fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledgerscope.promql.regex.classes import Ranges
    from ledgerscope.promql.regex.tree import Char, Group, Parsed, Repeat

UNLIMITED = 1_000_000
"""A length from which on a limit is none: `re` is linear then, or the text is out of the question."""

_MOST_WAYS = 4_000_000  # some hundredths of a second
_HIGHEST = 120  # `re` compiles by recursion
_ANY = ((0, 0x10FFFF),)
_LOOKS = {
    Look.BEGIN_TEXT: r"(?:\A)",
    Look.END_TEXT: r"(?:\Z)",
    Look.BEGIN_LINE: "(?m:^)",
    Look.END_LINE: "(?m:$)",
    Look.WORD_BOUNDARY: r"(?a:\b)",
    Look.NO_WORD_BOUNDARY: r"(?a:(?!\b))",  # Python's own never holds in an empty text
}


class Ways(NamedTuple):
    """How often `re` may have to try a part.

    nullable: it can match the empty text. first: the characters it can begin with. anchored: it begins at
    the text's start. height: how deep its parts nest. groups: it has groups. loose: groups in it are
    repeated, and then `re` does not always remember the same rounds as RE2.
    """

    paths: int
    degree: int
    nullable: bool
    first: Ranges
    anchored: bool = False
    height: int = 0
    groups: bool = False
    loose: bool = False

    def longest(self, *, search: bool) -> int:
        """The length of the longest text that `re` may run over; less than 0 for none."""
        degree = self.degree + (search and not self.anchored)
        if self.paths > _MOST_WAYS or self.height > _HIGHEST:
            return -1
        return UNLIMITED if degree == 0 else int((_MOST_WAYS / self.paths) ** (1 / degree))


def ways(parsed: Parsed) -> Ways:
    """How often `re` may have to try the pattern."""
    return fold(parsed.nodes, _Counting())


_EMPTY = Ways(1, 0, nullable=True, first=())


class _Counting:
    """The algebra of ways."""

    def char(self, node: Char) -> Ways:
        return Ways(1, 0, False, node.ranges)

    def look(self, node: Look) -> Ways:
        return Ways(1, 0, nullable=True, first=(), anchored=node is Look.BEGIN_TEXT)

    def concat(self, parts: Sequence[Ways]) -> Ways:
        if not parts:
            return _EMPTY
        return _joined(
            parts,
            _bounded(prod(part.paths for part in parts)),
            sum(part.degree for part in parts),
            nullable=all(part.nullable for part in parts),
            first=_first_of_sequence(parts),
            anchored=parts[0].anchored,
        )

    def alternate(self, parts: Sequence[Ways]) -> Ways:
        paths = [part.paths for part in parts]
        return _joined(
            parts,
            max(paths) if _told_apart(parts) else _bounded(sum(paths)),
            max(part.degree for part in parts),
            nullable=any(part.nullable for part in parts),
            first=tuple(pair for part in parts for pair in part.first),
            anchored=all(part.anchored for part in parts),
        )

    def repeat(self, node: Repeat, part: Ways) -> Ways:
        paths, degree = _rounds(node, part)
        return Ways(
            paths,
            degree,
            nullable=part.nullable or node.low == 0,
            first=part.first,
            anchored=part.anchored and node.low > 0,
            height=part.height + 1,
            groups=part.groups,
            loose=part.loose or (part.groups and node.high != 1),
        )

    def group(self, node: Group, part: Ways) -> Ways:  # noqa: ARG002 - all groups count alike
        return part._replace(groups=True, height=part.height + 1)


def _bounded(paths: int) -> int:
    return min(paths, _MOST_WAYS + 1)


def _joined(
    parts: Sequence[Ways], paths: int, degree: int, *, nullable: bool, first: Ranges, anchored: bool
) -> Ways:
    height = max(part.height for part in parts) + 1
    groups = any(part.groups for part in parts)
    loose = groups and any(part.loose for part in parts)
    return Ways(paths, degree, nullable, first, anchored, height, groups, loose)


def _first_of_sequence(parts: Sequence[Ways]) -> Ranges:
    ranges: list[tuple[int, int]] = []
    for part in parts:
        ranges += part.first
        if not part.nullable:
            break
    return tuple(ranges)


def _told_apart(parts: Sequence[Ways]) -> bool:
    """Whether the next character says which of the parts it is, if any."""
    if any(part.nullable for part in parts):
        return False
    ranges = sorted(pair for part in parts for pair in normalised(part.first))
    return all(high < low for (_, high), (low, _) in pairwise(ranges))


def _rounds(node: Repeat, part: Ways) -> tuple[int, int]:
    """The paths and the degree of a repeated part."""
    most = node.high
    if most is None:
        one_way = part.paths == 1 and part.degree == 0 and not part.nullable
        return (1 if one_way else _MOST_WAYS + 1), 1
    if part.nullable and most > 1:
        return _MOST_WAYS + 1, 0
    return _bounded(_bounded(part.paths**most) * (most - node.low + 1)), part.degree * most


def compiled(parsed: Parsed) -> re.Pattern[str] | None:
    """The pattern as `re` runs it; None where it cannot."""
    text, _ = fold(parsed.nodes, _Printing())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(text)
    except (re.error, OverflowError, RecursionError):
        return None


class _Printing:
    """The algebra of patterns as `re` reads them, with whether a quantifier can follow as they are."""

    def char(self, node: Char) -> tuple[str, bool]:
        return _char_text(node.ranges), True

    def look(self, node: Look) -> tuple[str, bool]:
        return _LOOKS[node], True

    def concat(self, parts: Sequence[tuple[str, bool]]) -> tuple[str, bool]:
        return "".join(text for text, _ in parts), False

    def alternate(self, parts: Sequence[tuple[str, bool]]) -> tuple[str, bool]:
        return f"(?:{'|'.join(text for text, _ in parts)})", True

    def repeat(self, node: Repeat, part: tuple[str, bool]) -> tuple[str, bool]:
        text, atom = part
        high = "" if node.high is None else node.high
        count = _COUNTS.get((node.low, node.high), f"{{{node.low},{high}}}")
        return f"{text if atom else f'(?:{text})'}{count}{'' if node.greedy else '?'}", False

    def group(self, node: Group, part: tuple[str, bool]) -> tuple[str, bool]:  # noqa: ARG002 - they are counted
        return f"({part[0]})", True


_COUNTS = {(0, None): "*", (1, None): "+", (0, 1): "?"}


@lru_cache(maxsize=1024)
def _char_text(ranges: Ranges) -> str:
    if ranges == _ANY:
        return "(?s:.)"
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return re.escape(chr(ranges[0][0]))
    if ranges and ranges[-1][1] == _ANY[0][1]:
        return printed(complement(ranges), negated=True)
    return printed(ranges, negated=False)
