"""Series notation, the language of test data: `metric{a="b"} 1 2 _ _x3 stale 1+2x10 {{count:1}}x5`.

`axn` is a and n repetitions, `a+bxn` is a and n further values each greater by b: n + 1 points in all.
`_` is a missing sample, `stale` a stale marker. Reading makes a list of short runs; `expand` turns them into
arrays, so that a million points cost what the arrays cost.
"""

from __future__ import annotations

import re
from typing import NoReturn

from ledgerscope.promql.errors import HistogramError, ParseError, Span
from ledgerscope.promql.samples.stale import STALE
from ledgerscope.promql.series.histogram_literal import HistogramLiteral
from ledgerscope.promql.series.numbers import FLOAT, to_float
from ledgerscope.promql.series.runs import Histograms, Missing, Numbers, Points, Run, Series, first_point
from ledgerscope.promql.syntax.dialect import PROMETHEUS_3, Dialect
from ledgerscope.promql.syntax.parser import parse_metric
from ledgerscope.promql.text.quoting import quote, quote_rune

__all__ = [
    "MAX_POINTS",
    "Histograms",
    "Missing",
    "Numbers",
    "Points",
    "Run",
    "Series",
    "first_point",
    "parse_series",
    "parse_values",
]

MAX_POINTS = 20_000_000
"""The most points one line may stand for; more is a slip of the pen, not a test."""

_SPACE = re.compile(r"[ \t\r\n]+")
_COUNT = re.compile(r"x([0-9A-Za-z_.+-]*)")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_:]*")
_STEP = re.compile(r"[-+](?![-+{])")
_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_CONTEXT = "series values"


def parse_series(text: str) -> Series:
    """A whole line: the metric, then its values. Raises ParseError with the place in `text`."""
    metric_end = _metric_end(text)
    labels = _labels(text, metric_end)
    return Series(labels, _Values(text, metric_end).run())


def parse_values(text: str, dialect: Dialect = PROMETHEUS_3) -> tuple[Run, ...]:
    """The values alone, as `values:` of a test file has them. Raises ParseError."""
    return _Values(text, 0, dialect).run()


def _labels(text: str, end: int) -> dict[str, str]:
    try:
        return parse_metric(text[:end])
    except ParseError as error:
        raise ParseError(error.message, error.span, text) from None


def _metric_end(text: str) -> int:
    """Where the metric ends: behind its closing brace, or behind its name where it has no braces."""
    name = _NAME.match(text.lstrip())
    start = len(text) - len(text.lstrip())
    position = start + (name.end() if name else 0)
    if not text.startswith("{", position):
        return position
    closing = _closing_brace(text, position)
    return len(text) if closing < 0 else closing + 1


_UNTIL_BRACE = re.compile(r"""(?:[^"'`}]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)*\}""", re.DOTALL)


def _closing_brace(text: str, opening: int) -> int:
    match = _UNTIL_BRACE.match(text, opening + 1)
    return -1 if match is None else match.end() - 1


class _Values:
    """The reader of the value list; positions are offsets into the whole line."""

    __slots__ = ("_dialect", "_points", "_position", "_text")

    def __init__(self, text: str, position: int, dialect: Dialect = PROMETHEUS_3) -> None:
        self._dialect = dialect
        self._text = text
        self._position = position
        self._points = 0

    def run(self) -> tuple[Run, ...]:
        runs: list[Run] = []
        # The values of a line follow the metric after a space; a list on its own starts at once.
        separated = self._skip() or self._position == 0
        while self._position < len(self._text):
            if not separated:
                self._unexpected()
            runs.append(self._item())
            separated = self._skip()
        return tuple(runs)

    def _skip(self) -> bool:
        match = _SPACE.match(self._text, self._position)
        if match is None:
            return False
        self._position = match.end()
        return True

    def _item(self) -> Run:
        if self._text.startswith("{{", self._position):
            return self._histograms()
        if self._text.startswith("_", self._position):
            self._position += 1
            return Missing(self._count(0))
        start = self._number()
        if not _STEP.match(self._text, self._position):
            return Numbers(start, 0.0, self._count(1))
        step = self._number()
        if not self._text.startswith("x", self._position):
            self._unexpected()
        return Numbers(start, step, self._count(1))

    def _count(self, extra: int) -> int:
        """The points of an item: one, or what `xN` says and `extra`."""
        start = self._position
        match = _COUNT.match(self._text, start)
        if match is None:
            return self._counted(1, start)
        self._position = match.end()
        digits = match[1]
        if not (digits.isascii() and digits.isdigit()):
            self._fail(
                "invalid repetition in series values: strconv.ParseUint:"
                f" parsing {quote(digits)}: invalid syntax",
                start + 1,
            )
        return self._counted(int(digits[:_MAX_DIGITS]) + extra, start)

    def _counted(self, count: int, start: int) -> int:
        self._points += count
        if self._points > MAX_POINTS:
            self._fail(f"a series of more than {MAX_POINTS} points", start)
        return count

    def _number(self) -> float:
        text, start = self._text, self._position
        match = FLOAT.match(text, start)
        word = _WORD.match(text, start)
        if word is not None and (match is None or word.end() > match.end()):
            self._position = word.end()
            if word[0] == "stale":
                return STALE
            self._fail(
                f'unexpected identifier {quote(word[0])} in {_CONTEXT}, expected number or "stale"', start
            )
        if match is None:
            self._unexpected()
        self._position = match.end()
        if "_" in match[0] and self._dialect.generation == "2":
            self._fail("Prometheus 2.42 has no underscores in numbers; there are some since 3.0", start)
        return to_float(match[0], Span(start, match.end()), text)

    def _histograms(self) -> Histograms:
        text, start = self._text, self._position
        if self._dialect.generation == "2":
            self._fail("Prometheus 2.42 has no histograms in series", start)
        literal = HistogramLiteral(text, start)
        self._position = literal.end
        if not text.startswith(("+{{", "-{{"), self._position):
            return Histograms(literal.histogram, None, self._count(1), hinted=literal.hinted)
        decreasing = text[self._position] == "-"
        step = HistogramLiteral(text, self._position + 1)
        self._position = step.end
        if not text.startswith("x", self._position):
            self._unexpected()
        run = Histograms(literal.histogram, step.histogram, self._count(1), decreasing, literal.hinted)
        self._check(run, start)
        return run

    def _check(self, run: Histograms, start: int) -> None:
        """Whatever cannot be combined shows at the first step; later ones are combined when expanded."""
        first, step = run.start, run.step
        if step is not None and first.schema > step.schema:
            self._fail(
                f"error combining histograms: cannot merge from schema {step.schema} to {first.schema}",
                start,
            )
        try:
            list(Histograms(first, step, min(run.count, 2), run.decreasing).values())
        except HistogramError as error:
            self._fail(str(error), start)

    def _unexpected(self) -> NoReturn:
        if self._position >= len(self._text):
            self._fail(f"unexpected end of input in {_CONTEXT}", self._position)
        char = self._text[self._position]
        if char in "+-x" or char.isdigit():
            self._fail(f"unexpected {quote(char)} in {_CONTEXT}", self._position)
        self._fail(f"unexpected character in series sequence: {quote_rune(char)}", self._position)

    def _fail(self, message: str, start: int) -> NoReturn:
        raise ParseError(message, Span(start, len(self._text)), self._text)


_MAX_DIGITS = 18
