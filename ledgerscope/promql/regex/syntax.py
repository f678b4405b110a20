"""RE2 syntax to Python's `re`: what RE2 refuses is refused in its words, what it accepts means the same.

No recursion, so nesting is bounded by a check and never by the interpreter.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ledgerscope.promql.errors import RegexError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.regex.classes import Ranges, printed
from ledgerscope.promql.regex.escapes import class_at, escaped
from ledgerscope.promql.regex.folding import folded

_MAX_REPEAT = 1000
_LONG = 5
_MAX_NESTING = 60
_REPEAT = re.compile(r"\{(0|[1-9][0-9]*)(,(0|[1-9][0-9]*)?)?\}", re.ASCII)
_NAME = re.compile(r"\(\?P?<([A-Za-z0-9_]+)>")
_FLAGS = re.compile(r"\(\?([imsU]*)(-([imsU]+))?([:)])")


@dataclass(frozen=True, slots=True)
class Translation:
    """A pattern for Python's `re`, and the numbers of its named groups; several may share a name."""

    pattern: str
    names: dict[str, tuple[int, ...]]


def translate(pattern: str, *, dot_all: bool) -> Translation:
    """The Python form of an RE2 pattern. Raises RegexError where RE2 would not compile it."""
    return _Translator(pattern, dot_all=dot_all).run()


@dataclass(frozen=True, slots=True)
class _Flags:
    ignore_case: bool = False
    multi_line: bool = False
    dot_all: bool = False
    ungreedy: bool = False


_FLAG_FIELDS = {"i": "ignore_case", "m": "multi_line", "s": "dot_all", "U": "ungreedy"}


class _Translator:
    __slots__ = (
        "_atom",
        "_flags",
        "_groups",
        "_heaviest",
        "_names",
        "_out",
        "_pattern",
        "_position",
        "_repeat",
        "_stack",
        "_weight",
    )

    def __init__(self, pattern: str, *, dot_all: bool) -> None:
        self._pattern = pattern
        self._position = 0
        self._flags = _Flags(dot_all=dot_all)
        self._stack: list[tuple[_Flags, int]] = []
        self._out: list[str] = []
        self._atom = False  # something a quantifier can repeat was just written
        self._repeat = -1  # where the quantifier just written began, -1 if none was
        self._weight = 1  # how often the atom just written repeats its innermost part
        self._heaviest = 1  # the largest weight in the group being read
        self._groups = 0
        self._names: dict[str, tuple[int, ...]] = {}

    def run(self) -> Translation:
        pattern = self._pattern
        while self._position < len(pattern):
            char = pattern[self._position]
            step = _STEPS.get(char)
            if step is None:
                self._literal(ord(char), 1)
            else:
                step(self, char)
        if self._stack:
            raise RegexError("missing closing )", pattern)
        return Translation("".join(self._out), self._names)

    def _write(self, text: str, length: int) -> None:
        """An atom that took `length` characters of the pattern."""
        self._out.append(text)
        self._position += length
        self._atom = True
        self._repeat = -1
        self._weight = 1

    def _literal(self, code: int, length: int) -> None:
        cases = folded(((code, code),)) if self._flags.ignore_case else ()
        self._write(printed(cases, negated=False) if len(cases) > 1 else re.escape(chr(code)), length)

    def _class(self, ranges: Ranges, length: int, *, negated: bool = False) -> None:
        self._write(printed(ranges, negated=negated), length)

    def dot(self, _: str) -> None:
        self._write("(?s:.)" if self._flags.dot_all else r"[^\n]", 1)

    def begin(self, _: str) -> None:
        self._write("(?m:^)" if self._flags.multi_line else r"(?:\A)", 1)

    def end(self, _: str) -> None:
        self._write("(?m:$)" if self._flags.multi_line else r"(?:\Z)", 1)

    def bar(self, _: str) -> None:
        self._write("|", 1)
        self._atom = False

    def star(self, char: str) -> None:
        self._quantify(char)

    def brace(self, _: str) -> None:
        match = _REPEAT.match(self._pattern, self._position)
        if match is None:
            self._literal(ord("{"), 1)
            return
        # A count cut short is too large all the same.
        counts = [int(digits[:_LONG]) for digits in (match[1], match[3]) if digits is not None]
        self._weight *= max(counts)
        if max(counts) > _MAX_REPEAT or counts != sorted(counts) or self._weight > _MAX_REPEAT:
            raise RegexError("invalid repeat count", match[0])
        self._heaviest = max(self._heaviest, self._weight)
        self._quantify(match[0])

    def _quantify(self, text: str) -> None:
        start = self._position
        end = start + len(text)
        lazy = self._pattern[end : end + 1] == "?"
        end += lazy
        if self._repeat >= 0:
            raise RegexError("invalid nested repetition operator", self._pattern[self._repeat : end])
        if not self._atom:
            raise RegexError("missing argument to repetition operator", self._pattern[start:end])
        self._out.append(text + ("?" if lazy is not self._flags.ungreedy else ""))
        self._position = end
        self._repeat = start

    def open(self, _: str) -> None:
        if len(self._stack) >= _MAX_NESTING:
            raise RegexError("expression nests too deeply", self._pattern)
        if self._pattern.startswith("(?", self._position):
            self._perl_group()
            return
        self._groups += 1
        self._enter("(", 1, self._flags)

    def _enter(self, text: str, length: int, flags: _Flags) -> None:
        self._stack.append((self._flags, self._heaviest))
        self._flags, self._heaviest = flags, 1
        self._write(text, length)
        self._atom = False

    def _perl_group(self) -> None:
        pattern, position = self._pattern, self._position
        if pattern.startswith(("(?P<", "(?<"), position):
            self._named_group()
            return
        match = _FLAGS.match(pattern, position)
        if match is None:
            raise RegexError("invalid or unsupported Perl syntax", _flags_prefix(pattern, position))
        flags = self._flags
        for letters, value in ((match[1], True), (match[3] or "", False)):
            flags = replace(flags, **{_FLAG_FIELDS[letter]: value for letter in letters})
        if match[4] == ":":
            self._enter("(?:", len(match[0]), flags)
        else:
            self._flags = flags
            self._position += len(match[0])
            self._atom, self._repeat = False, -1

    def _named_group(self) -> None:
        pattern, position = self._pattern, self._position
        match = _NAME.match(pattern, position)
        end = pattern.find(">", position)
        shown = pattern[position:] if end < 0 else pattern[position : end + 1]
        if match is None:
            raise RegexError("invalid named capture", shown)
        self._groups += 1
        self._names[match[1]] = (*self._names.get(match[1], ()), self._groups)
        self._enter("(", len(match[0]), self._flags)

    def close(self, _: str) -> None:
        if not self._stack:
            raise RegexError("unexpected )", self._pattern)
        inside = self._heaviest
        self._flags, outside = self._stack.pop()
        self._heaviest = max(inside, outside)
        self._write(")", 1)
        self._weight = inside

    def escape(self, _: str) -> None:
        pattern, position = self._pattern, self._position
        letter = pattern[position + 1 : position + 2]
        assertion = _ASSERTIONS.get(letter)
        if assertion is not None:
            self._write(assertion, 2)
        elif letter == "Q":
            self._quoted()
        else:
            ranges, code, length = escaped(pattern, position, fold=self._flags.ignore_case)
            if ranges is not None:
                self._class(ranges, length)
            else:
                self._literal(code, length)

    def _quoted(self) -> None:
        start = self._position + 2
        end = self._pattern.find(r"\E", start)
        body = self._pattern[start:] if end < 0 else self._pattern[start:end]
        self._position = start
        for char in body:
            self._literal(ord(char), 1)
        self._position = start + len(body) + (0 if end < 0 else 2)

    def bracket(self, _: str) -> None:
        ranges, negated, end = class_at(self._pattern, self._position, fold=self._flags.ignore_case)
        self._class(ranges, end - self._position, negated=negated)


_ASSERTIONS = {
    "A": r"(?:\A)",
    "z": r"(?:\Z)",
    "b": r"(?a:\b)",
    "B": r"(?a:(?!\b))",  # Python's own never holds in an empty text
}
_STEPS = {
    ".": _Translator.dot,
    "^": _Translator.begin,
    "$": _Translator.end,
    "|": _Translator.bar,
    "*": _Translator.star,
    "+": _Translator.star,
    "?": _Translator.star,
    "{": _Translator.brace,
    "(": _Translator.open,
    ")": _Translator.close,
    "[": _Translator.bracket,
    "\\": _Translator.escape,
}


def _flags_prefix(pattern: str, position: int) -> str:
    """As much of a bad group opening as RE2 quotes: up to the letter it did not know."""
    end = position + 2
    while end < len(pattern) and pattern[end] in "imsU-":
        end += 1
    if end >= len(pattern):
        raise RegexError("missing closing )", pattern)
    return pattern[position : end + 1]
