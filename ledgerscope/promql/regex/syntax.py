"""RE2 syntax to a tree; what RE2 refuses is refused in its words.

No recursion, so nesting is bounded by a check and never by the interpreter.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from ledgerscope.promql.errors import RegexError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.regex.classes import Ranges, complement, normalised
from ledgerscope.promql.regex.escapes import class_at, escaped
from ledgerscope.promql.regex.folding import folded
from ledgerscope.promql.regex.tree import Alternate, Char, Concat, Group, Look, Node, Parsed, Repeat

_MAX_REPEAT = 1000
_LONG = 5
_MAX_NESTING = 1000
_REPEAT = re.compile(r"\{(0|[1-9][0-9]*)(,(0|[1-9][0-9]*)?)?\}", re.ASCII)
_NAME = re.compile(r"\(\?P?<([A-Za-z0-9_]+)>")
_FLAGS = re.compile(r"\(\?([imsU]*)(-([imsU]+))?([:)])")
_ANY = ((0, 0x10FFFF),)
_NO_LINE_FEED = complement(((10, 10),))


def parse(pattern: str, *, dot_all: bool, angle_names: bool = True) -> Parsed:
    """The tree of an RE2 pattern. Raises RegexError where RE2 would not compile it.

    dot_all: whether `.` matches line feeds where no flag says so.
    angle_names: whether a group may be named `(?<name>)`, as since Go 1.22, and not only `(?P<name>)`.
    """
    return _Parser(pattern, dot_all=dot_all, angle_names=angle_names).run()


@dataclass(frozen=True, slots=True)
class _Flags:
    ignore_case: bool = False
    multi_line: bool = False
    dot_all: bool = False
    ungreedy: bool = False


_FLAG_FIELDS = {"i": "ignore_case", "m": "multi_line", "s": "dot_all", "U": "ungreedy"}


@dataclass(frozen=True, slots=True)
class _Outside:
    """What was being read where a group opens, to go on with after it; the group's number if it has one."""

    flags: _Flags
    terms: int
    branches: int
    weight: int
    number: int | None


@cache
def _literal(code: int) -> Char:
    return Char(((code, code),))


class _Parser:
    __slots__ = (
        "_angle_names",
        "_branches",
        "_flags",
        "_groups",
        "_heaviest",
        "_names",
        "_nodes",
        "_pattern",
        "_position",
        "_repeat",
        "_stack",
        "_terms",
        "_weight",
    )

    def __init__(self, pattern: str, *, dot_all: bool, angle_names: bool) -> None:
        self._pattern = pattern
        self._position = 0
        self._angle_names = angle_names
        self._flags = _Flags(dot_all=dot_all)
        self._stack: list[_Outside] = []
        self._nodes: list[Node] = []
        self._terms = 0  # of the branch being read
        self._branches = 0  # of the group being read, without that one
        self._repeat = -1  # where the quantifier just read began, -1 if none was
        self._weight = 0  # how often the last term repeats its innermost part
        self._heaviest = 0  # the largest weight of the terms before, in the group being read
        self._groups = 0
        self._names: dict[str, tuple[int, ...]] = {}

    def run(self) -> Parsed:
        pattern = self._pattern
        while self._position < len(pattern):
            char = pattern[self._position]
            step = _STEPS.get(char)
            if step is None:
                self._char(ord(char), 1)
            else:
                step(self, char)
        if self._stack:
            raise RegexError("missing closing )", pattern)
        self._end_group()
        return Parsed(tuple(self._nodes), self._groups, self._names)

    def _term(self, node: Node, length: int) -> None:
        """A part of the branch being read that took `length` characters of the pattern."""
        self._nodes.append(node)
        self._position += length
        self._begin_term(1)

    def _begin_term(self, weight: int) -> None:
        self._terms += 1
        self._repeat = -1
        self._heaviest = max(self._heaviest, self._weight)
        self._weight = weight

    def _char(self, code: int, length: int) -> None:
        if self._flags.ignore_case:
            self._term(Char(normalised(folded(((code, code),)))), length)
        else:
            self._term(_literal(code), length)

    def _class(self, ranges: Ranges, length: int, *, negated: bool = False) -> None:
        self._term(Char(complement(ranges) if negated else normalised(ranges)), length)

    def dot(self, _: str) -> None:
        self._term(Char(_ANY if self._flags.dot_all else _NO_LINE_FEED), 1)

    def begin(self, _: str) -> None:
        self._term(Look.BEGIN_LINE if self._flags.multi_line else Look.BEGIN_TEXT, 1)

    def end(self, _: str) -> None:
        self._term(Look.END_LINE if self._flags.multi_line else Look.END_TEXT, 1)

    def bar(self, _: str) -> None:
        self._end_branch()
        self._position += 1
        self._repeat = -1

    def _end_branch(self) -> None:
        if self._terms != 1:
            self._nodes.append(Concat(self._terms))
        self._branches += 1
        self._terms = 0

    def _end_group(self) -> None:
        self._end_branch()
        if self._branches > 1:
            self._nodes.append(Alternate(self._branches))

    def star(self, _: str) -> None:
        self._quantify(1, 0, None)

    def plus(self, _: str) -> None:
        self._quantify(1, 1, None)

    def question(self, _: str) -> None:
        self._quantify(1, 0, 1)

    def brace(self, _: str) -> None:
        match = _REPEAT.match(self._pattern, self._position)
        if match is None:
            self._char(ord("{"), 1)
            return
        # A count cut short is too large all the same.
        low = int(match[1][:_LONG])
        high = low if match[2] is None else int(match[3][:_LONG]) if match[3] else None
        if max(low, high or 0) > _MAX_REPEAT or (high is not None and high < low):
            raise RegexError("invalid repeat count", match[0])
        start = self._position
        self._quantify(len(match[0]), low, high)
        # What is in a part repeated no times does not count, nor does a repeat of at most one.
        self._weight *= low if high is None else high
        if self._weight > _MAX_REPEAT and max(low, high or 0) > 1:
            raise RegexError("invalid repeat count", self._pattern[start : self._position])

    def _quantify(self, length: int, low: int, high: int | None) -> None:
        start = self._position
        end = start + length
        lazy = self._pattern[end : end + 1] == "?"
        end += lazy
        if self._repeat >= 0:
            raise RegexError("invalid nested repetition operator", self._pattern[self._repeat : end])
        if not self._terms:
            raise RegexError("missing argument to repetition operator", self._pattern[start:end])
        self._nodes.append(Repeat(low, high, lazy is self._flags.ungreedy))
        self._position = end
        self._repeat = start

    def open(self, _: str) -> None:
        if len(self._stack) >= _MAX_NESTING - 1:
            raise RegexError("expression nests too deeply", self._pattern)
        if self._pattern.startswith("(?", self._position):
            self._perl_group()
        else:
            self._enter(1, self._flags, self._new_group())

    def _new_group(self) -> int:
        self._groups += 1
        return self._groups

    def _enter(self, length: int, flags: _Flags, number: int | None) -> None:
        weight = max(self._heaviest, self._weight)
        self._stack.append(_Outside(self._flags, self._terms, self._branches, weight, number))
        self._flags = flags
        self._terms = self._branches = self._weight = self._heaviest = 0
        self._position += length
        self._repeat = -1

    def _perl_group(self) -> None:
        pattern, position = self._pattern, self._position
        if pattern.startswith("(?P<", position) or (
            self._angle_names and pattern.startswith("(?<", position)
        ):
            self._named_group()
            return
        match = _FLAGS.match(pattern, position)
        if match is None:
            raise RegexError("invalid or unsupported Perl syntax", _flags_prefix(pattern, position))
        flags = self._flags
        for letters, value in ((match[1], True), (match[3] or "", False)):
            flags = replace(flags, **{_FLAG_FIELDS[letter]: value for letter in letters})
        if match[4] == ":":
            self._enter(len(match[0]), flags, None)
        else:
            self._flags = flags
            self._position += len(match[0])
            self._repeat = -1

    def _named_group(self) -> None:
        pattern, position = self._pattern, self._position
        match = _NAME.match(pattern, position)
        end = pattern.find(">", position)
        shown = pattern[position:] if end < 0 else pattern[position : end + 1]
        if match is None:
            raise RegexError("invalid named capture", shown)
        number = self._new_group()
        self._names[match[1]] = (*self._names.get(match[1], ()), number)
        self._enter(len(match[0]), self._flags, number)

    def close(self, _: str) -> None:
        if not self._stack:
            raise RegexError("unexpected )", self._pattern)
        self._end_group()
        inside = max(self._heaviest, self._weight)
        outside = self._stack.pop()
        if outside.number is not None:
            self._nodes.append(Group(outside.number))
        self._flags, self._terms, self._branches = outside.flags, outside.terms, outside.branches
        self._weight, self._heaviest = outside.weight, 0
        self._position += 1
        self._begin_term(max(inside, 1))

    def escape(self, _: str) -> None:
        pattern, position = self._pattern, self._position
        letter = pattern[position + 1 : position + 2]
        look = _LOOKS.get(letter)
        if look is not None:
            self._term(look, 2)
        elif letter == "Q":
            self._quoted()
        else:
            ranges, code, length = escaped(pattern, position, fold=self._flags.ignore_case)
            if ranges is not None:
                self._class(ranges, length)
            else:
                self._char(code, length)

    def _quoted(self) -> None:
        r"""Up to `\E`, or to the pattern's end where there is none."""
        start = self._position + 2
        end = self._pattern.find(r"\E", start)
        body = self._pattern[start:] if end < 0 else self._pattern[start:end]
        self._repeat = -1
        for char in body:
            self._char(ord(char), 0)
        self._position = start + len(body) + (0 if end < 0 else 2)

    def bracket(self, _: str) -> None:
        ranges, negated, end = class_at(self._pattern, self._position, fold=self._flags.ignore_case)
        self._class(ranges, end - self._position, negated=negated)


_LOOKS = {
    "A": Look.BEGIN_TEXT,
    "z": Look.END_TEXT,
    "b": Look.WORD_BOUNDARY,
    "B": Look.NO_WORD_BOUNDARY,
}
_STEPS = {
    ".": _Parser.dot,
    "^": _Parser.begin,
    "$": _Parser.end,
    "|": _Parser.bar,
    "*": _Parser.star,
    "+": _Parser.plus,
    "?": _Parser.question,
    "{": _Parser.brace,
    "(": _Parser.open,
    ")": _Parser.close,
    "[": _Parser.bracket,
    "\\": _Parser.escape,
}


def _flags_prefix(pattern: str, position: int) -> str:
    """As much of a bad group opening as RE2 quotes: up to the letter it did not know."""
    end = position + 2
    while end < len(pattern) and pattern[end] in "imsU-":
        end += 1
    if end >= len(pattern):
        raise RegexError("missing closing )", pattern)
    return pattern[position : end + 1]
