"""Reads `.test` scripts: load, clear and eval commands with what is expected of them.

The language is that of Prometheus's own engine tests. Reading checks the form only, nothing is evaluated.
"""

from __future__ import annotations

import re
from dataclasses import field, replace
from enum import Enum
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.regex.translate import compile_regex
from ledgerscope.promql.samples.labels import Labels
from ledgerscope.promql.scripts.starts import StartTimes, is_start_line, read_start_line
from ledgerscope.promql.series.notation import parse_series
from ledgerscope.promql.text.durations import DurationError, parse_duration
from ledgerscope.promql.text.numbers import NumberError, parse_number
from ledgerscope.promql.text.quoting import EscapeError, unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.series.notation import Points


class ScriptError(PromQLError):
    """A line of a script that is not in the language. Reads `file:line: what`."""

    def __init__(self, where: str, line: int, message: str) -> None:
        super().__init__(f"{where}:{line}: {message}")
        self.line = line


class Expectation(Enum):
    """What an `expect` line is about."""

    FAIL = "fail"
    ORDERED = "ordered"
    WARN = "warn"
    NO_WARN = "no_warn"
    INFO = "info"
    NO_INFO = "no_info"


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a message must read: exactly `text`, or somewhere matching it as a regular expression."""

    text: str
    is_regex: bool = True

    def matches(self, message: str) -> bool:
        """Whether the message is as expected."""
        if not self.is_regex:
            return message == self.text
        return compile_regex(self.text).search(message) is not None


ANYTHING = Pattern("^.*$")


@dataclass(frozen=True, slots=True)
class SeriesLine:
    """A series with its values, as loaded or as expected."""

    labels: Labels
    points: Points
    starts: StartTimes | None = None

    def __len__(self) -> int:
        return len(self.points.values)


@dataclass(frozen=True, slots=True)
class Load:
    """`load <interval>`: series whose values are an interval (milliseconds) apart."""

    line: int
    interval_ms: int
    series: tuple[SeriesLine, ...]
    with_custom_buckets: bool


@dataclass(frozen=True, slots=True)
class Clear:
    """`clear`: forget everything that was loaded."""

    line: int


@dataclass(frozen=True, slots=True)
class Eval:
    """`eval instant|range`: an expression, when to evaluate it, and what must come out.

    An instant has `start_ms == end_ms` and `is_range` False; `samples` then gives the times of an expected
    range vector (start, end, step in milliseconds).
    """

    line: int
    expression: str
    start_ms: int
    end_ms: int
    step_ms: int
    is_range: bool
    series: tuple[SeriesLine, ...] = ()
    scalar: float | None = None
    text: str | None = None
    samples: tuple[int, int, int] | None = None
    expectations: dict[Expectation, tuple[Pattern, ...]] = field(default_factory=dict)

    def expects(self, what: Expectation) -> bool:
        """Whether there is a line about this."""
        return what in self.expectations


Command = Load | Clear | Eval

_LOAD = re.compile(r"load(?:_(with_nhcb))?\s+(.+?)")
_INSTANT = re.compile(r"eval(?:_(fail|warn|ordered|info))?\s+instant\s+(?:at\s+(.+?))?\s+(.+)")
_RANGE = re.compile(r"eval(?:_(fail|warn|info))?\s+range\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+?)\s+(.+)")
_EXPECT = re.compile(r"expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):(.+))?")
_EXPECT_SAMPLES = re.compile(r"expect range vector\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+)")
_EXPECT_TEXT = re.compile(r"expect string\s+(.+)")
_QUOTES = frozenset("\"`'")
_OLD_FAILURE = re.compile(r"expected_fail_(message|regexp)\s*(.*)")


def read_script(text: str, where: str = "script") -> Iterator[Command]:
    """The commands of a script, in order. Raises ScriptError."""
    return _Reader(text, where).commands()


class _Reader:
    """Walks the lines; comments and blank lines end the block of a command."""

    def __init__(self, text: str, where: str) -> None:
        stripped = [line.strip() for line in text.split("\n")]
        self._lines = ["" if line.startswith("#") else line for line in stripped]
        self._where = where
        self._at = 0

    def commands(self) -> Iterator[Command]:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line:
                yield self._command(line)
            self._at += 1

    def _command(self, line: str) -> Command:
        word = line.split(maxsplit=1)[0].lower()
        if word == "clear":
            return Clear(self._at + 1)
        if word.startswith("load"):
            return self._load(line)
        if word.startswith("eval"):
            return self._eval(line)
        raise self.error(f"invalid command {line!r}, expected load, clear or eval")

    def error(self, message: str) -> ScriptError:
        return ScriptError(self._where, self._at + 1, message)

    def _block(self) -> Iterator[str]:
        """The lines that belong to the command at hand."""
        while self._at + 1 < len(self._lines) and self._lines[self._at + 1]:
            self._at += 1
            yield self._lines[self._at]

    def _load(self, line: str) -> Load:
        match = _LOAD.fullmatch(line)
        if match is None:
            raise self.error("invalid load command, expected load[_with_nhcb] <interval>")
        number, interval = self._at + 1, self.duration(match[2])
        series: list[SeriesLine] = []
        default: StartTimes | None = None
        pending: tuple[Labels, StartTimes] | None = None
        for each in self._block():
            if is_start_line(each):
                labels, starts = self._starts(each)
                default, pending = (starts, pending) if labels is None else (default, (labels, starts))
                continue
            series.append(self._with_starts(self.series(each), pending, default))
            pending = None
        return Load(number, interval, tuple(series), match[1] is not None)

    def _starts(self, line: str) -> tuple[Labels | None, StartTimes]:
        try:
            return read_start_line(line)
        except PromQLError as error:
            raise self.error(str(error)) from None

    def _with_starts(
        self, line: SeriesLine, pending: tuple[Labels, StartTimes] | None, default: StartTimes | None
    ) -> SeriesLine:
        if pending is None:
            return replace(line, starts=default.cycled(len(line)) if default else None)
        labels, starts = pending
        if labels is not line.labels or len(starts) != len(line):
            raise self.error("the @st line above does not fit this series")
        return replace(line, starts=starts)

    def series(self, line: str) -> SeriesLine:
        try:
            series = parse_series(line)
            return SeriesLine(Labels(series.labels), series.expand())
        except PromQLError as error:
            raise self.error(str(error)) from None

    def duration(self, text: str) -> int:
        try:
            return parse_duration(text)
        except DurationError as error:
            raise self.error(str(error)) from None

    def _eval(self, line: str) -> Eval:
        number = self._at + 1
        if match := _INSTANT.fullmatch(line):
            at = self.duration(match[2] or "0s")
            head = (match[3], at, at, 0, False)
        elif match := _RANGE.fullmatch(line):
            start, end, step = (self.duration(match[group]) for group in (2, 3, 4))
            head = (match[5], start, end, step, True)
        else:
            raise self.error(
                "invalid eval command, expected eval instant at <time> or eval range from ... to ... step ..."
            )
        expected = _Expected(self)
        if match[1]:
            expected.add(Expectation(match[1]), ANYTHING)
        for each in self._block():
            if not expected.read(each):
                break
        return expected.finish(number, *head)


class _Expected:
    """What the lines under an eval add up to."""

    def __init__(self, reader: _Reader) -> None:
        self._reader = reader
        self._series: list[SeriesLine] = []
        self._scalar: float | None = None
        self._text: str | None = None
        self._samples: tuple[int, int, int] | None = None
        self._expectations: dict[Expectation, list[Pattern]] = {}

    def add(self, what: Expectation, pattern: Pattern) -> None:
        self._expectations.setdefault(what, []).append(pattern)

    def read(self, line: str) -> bool:
        """Take in a line; False when the block ends with it."""
        if match := _OLD_FAILURE.fullmatch(line):
            self._expectations[Expectation.FAIL] = [Pattern(match[2], match[1] == "regexp")]
            return False
        if match := _EXPECT_SAMPLES.fullmatch(line):
            start, end, step = (self._reader.duration(match[group]) for group in (1, 2, 3))
            self._samples = (start, end, step)
            return True
        if match := _EXPECT_TEXT.fullmatch(line):
            self._text = self._unquoted(match[1])
            return True
        if line.split(maxsplit=1)[0] == "expect":
            self._expect(line)
            return True
        number = _number(line)
        if number is not None:
            self._scalar = number
            return False
        self._series.append(self._reader.series(line))
        return True

    def _unquoted(self, literal: str) -> str:
        if len(literal) < 2 or literal[0] not in _QUOTES or literal[-1] != literal[0]:  # noqa: PLR2004 - a pair
            raise self._reader.error("expected a string in quotes after expect string")
        try:
            return unquote(literal)
        except EscapeError as error:
            raise self._reader.error(str(error)) from None

    def _expect(self, line: str) -> None:
        match = _EXPECT.fullmatch(line)
        if match is None:
            raise self._reader.error("invalid expect line, expected expect <type> [msg|regex: <text>]")
        pattern = ANYTHING if match[2] is None else Pattern(match[3].strip(), match[2] == "regex")
        self.add(Expectation(match[1]), pattern)

    def finish(
        self, line: int, expression: str, start_ms: int, end_ms: int, step_ms: int, is_range: bool
    ) -> Eval:
        return Eval(
            line,
            expression,
            start_ms,
            end_ms,
            step_ms,
            is_range,
            tuple(self._series),
            self._scalar,
            self._text,
            self._samples,
            {what: tuple(patterns) for what, patterns in self._expectations.items()},
        )


def _number(text: str) -> float | None:
    try:
        sign = -1.0 if text.startswith("-") else 1.0
        return sign * parse_number(text.removeprefix("-").removeprefix("+"))
    except NumberError:
        return None
