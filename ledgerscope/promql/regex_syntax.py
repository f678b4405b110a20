"""RE2 syntax to Python's `re`: what RE2 refuses is refused in its words, what it accepts means the same.

No recursion, so nesting is bounded by a check and never by the interpreter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ledgerscope.promql.errors import RegexError
from ledgerscope.promql.regex_class import PERL, POSIX, Ranges, complement, printed, unicode_class

_MAX_REPEAT = 1000
_LONG = 5
_MAX_NESTING = 60
_REPEAT = re.compile(r"\{(0|[1-9][0-9]*)(,(0|[1-9][0-9]*)?)?\}", re.ASCII)
_NAME = re.compile(r"\(\?P?<([A-Za-z0-9_]+)>")
_FLAGS = re.compile(r"\(\?([imsU]*)(-([imsU]+))?([:)])")
_HEX = re.compile(r"\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,8})\})")
_OCTAL = re.compile(r"\\(0[0-7]{0,2}|[1-7][0-7]{1,2})")
_POSIX = re.compile(r"\[:(\^?)([a-z]+):\]")
_PROPERTY = re.compile(r"\\([pP])(?:\{(\^?)([^}]*)\}|([A-Z]))")
_CONTROLS = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_LAST = 0x10FFFF


@dataclass(frozen=True, slots=True)
class Translation:
    """A pattern for Python's `re`, and the numbers of its named groups."""

    pattern: str
    names: dict[str, int]


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
        self._names: dict[str, int] = {}

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
        text = re.escape(chr(code))
        self._write(f"(?i:{text})" if self._flags.ignore_case and chr(code).isalpha() else text, length)

    def _class(self, ranges: Ranges, length: int, *, negated: bool = False) -> None:
        text = printed(ranges, negated=negated)
        self._write(f"(?i:{text})" if self._flags.ignore_case else text, length)

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
        if match is None or (match[4] == ")" and not (match[1] or match[3])):
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
        if match is None or match[1] in self._names:
            raise RegexError("invalid named capture", shown if match is None else match[1])
        self._groups += 1
        self._names[match[1]] = self._groups
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
            ranges, code, length = _escaped(pattern, position)
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
        ranges, negated, end = _class_at(self._pattern, self._position)
        self._class(ranges, end - self._position, negated=negated)


_ASSERTIONS = {
    "A": r"(?:\A)",
    "z": r"(?:\Z)",
    "b": r"(?a:\b)",
    "B": r"(?a:\B)",
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


def _escaped(pattern: str, position: int) -> tuple[Ranges | None, int, int]:
    """What a backslash stands for: a class or else a code point, and the characters it took."""
    letter = pattern[position + 1 : position + 2]
    if not letter:
        raise RegexError("trailing backslash at end of expression", "")
    if letter in PERL:
        return PERL[letter], 0, 2
    if letter in "pP":
        return _property(pattern, position)
    code, length = _escaped_char(pattern, position, letter)
    return None, code, length


def _property(pattern: str, position: int) -> tuple[Ranges, int, int]:
    match = _PROPERTY.match(pattern, position)
    if match is None:
        end = pattern.find("}", position)
        shown = pattern[position : position + 3] if end < 0 else pattern[position : end + 1]
        raise RegexError("invalid character class range", shown)
    ranges = unicode_class(match[3] if match[4] is None else match[4])
    if ranges is None:
        raise RegexError("invalid character class range", match[0])
    outside = (match[1] == "P") is not (match[2] == "^")
    return (complement(ranges) if outside else ranges), 0, len(match[0])


def _escaped_char(pattern: str, position: int, letter: str) -> tuple[int, int]:
    if letter in _CONTROLS:
        return _CONTROLS[letter], 2
    if letter == "x":
        return _hexadecimal(pattern, position)
    octal = _OCTAL.match(pattern, position)
    if octal is not None:
        return int(octal[1], 8), len(octal[0])
    if letter.isascii() and not letter.isalnum():
        return ord(letter), 2
    raise RegexError("invalid escape sequence", "\\" + letter)


def _hexadecimal(pattern: str, position: int) -> tuple[int, int]:
    match = _HEX.match(pattern, position)
    code = -1 if match is None else int(match[1] or match[2], 16)
    if match is None or code > _LAST:
        raise RegexError("invalid escape sequence", pattern[position : position + 3])
    return code, len(match[0])


def _class_at(pattern: str, start: int) -> tuple[Ranges, bool, int]:
    """The class in brackets at `start`: its ranges, whether it is negated, where it ends."""
    position = start + 1
    negated = pattern.startswith("^", position)
    position += negated
    first = position
    ranges: list[tuple[int, int]] = []
    while position < len(pattern):
        if pattern[position] == "]" and position > first:
            return tuple(ranges), negated, position + 1
        found, position = _class_item(pattern, position, start)
        ranges.extend(found)
    raise RegexError("missing closing ]", pattern[start:])


def _class_item(pattern: str, position: int, start: int) -> tuple[Ranges, int]:
    posix = _POSIX.match(pattern, position)
    if posix is not None:
        return _posix(posix), posix.end()
    if pattern[position] == "\\" and pattern[position + 1 : position + 2] in (*PERL, "p", "P"):
        ranges, _, length = _escaped(pattern, position)
        return ranges or (), position + length
    low, after = _class_char(pattern, position, start)
    if not (pattern.startswith("-", after) and pattern[after + 1 : after + 2] not in ("]", "")):
        return ((low, low),), after
    high, end = _class_char(pattern, after + 1, start)
    if high < low:
        raise RegexError("invalid character class range", pattern[position:end])
    return ((low, high),), end


def _posix(match: re.Match[str]) -> Ranges:
    ranges = POSIX.get(match[2])
    if ranges is None:
        raise RegexError("invalid character class range", match[0])
    return complement(ranges) if match[1] else ranges


def _class_char(pattern: str, position: int, start: int) -> tuple[int, int]:
    if position >= len(pattern):
        raise RegexError("missing closing ]", pattern[start:])
    char = pattern[position]
    if char != "\\":
        return ord(char), position + 1
    letter = pattern[position + 1 : position + 2]
    if not letter:
        raise RegexError("trailing backslash at end of expression", "")
    code, length = _escaped_char(pattern, position, letter)
    return code, position + length
