"""Native histogram literals of series notation: `{{schema:1 sum:3 count:2 buckets:[1 1] offset:-1}}`."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn

from ledgerscope.promql.errors import ParseError, Span
from ledgerscope.promql.histograms.bounds import is_custom, is_exponential
from ledgerscope.promql.histograms.histogram import Buckets, Histogram, ResetHint
from ledgerscope.promql.series.numbers import FLOAT, to_float
from ledgerscope.promql.text.quoting import quote, quote_rune

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SPACE = re.compile(r"[ \t\r\n]*")
_KEY = re.compile(r"([A-Za-z_]+)(:?)")
_INTEGER = re.compile(r"-?[0-9]+")
_WORD = re.compile(r"[A-Za-z_]+")
_MAX_BUCKETS = 100_000
_MAX_INDEX = 2**31


class HistogramLiteral:
    """A histogram read from `text` at `start`, where `{{` stands.

    `hinted`: whether the literal names its reset hint; tests compare the hint only then.
    """

    __slots__ = ("_fields", "_position", "_text", "end", "hinted", "histogram")

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._position = start + 2
        self._fields: dict[str, object] = {}
        self._skip()
        while not text.startswith("}}", self._position):
            self._field()
        self.end = self._position + 2
        self.hinted = "counter_reset_hint" in self._fields
        self.histogram = _build(self._fields)
        fault = _fault(self.histogram)
        if fault is not None:
            self._fail(fault, start)

    def _field(self) -> None:
        start = self._position
        match = _KEY.match(self._text, start)
        if match is None:
            self._fail_at(start)
        key = match[1].lower()
        reader = _READERS.get(key)
        if reader is None:
            self._fail(f"bad histogram descriptor found: {quote(match[1])}", start)
        if not match[2]:
            self._fail("missing `:` for histogram descriptor", start)
        if key in self._fields:
            self._fail(f'duplicate key "{key}" in histogram', start)
        self._position = match.end()
        self._fields[key] = reader(self)
        self._separate()

    def _separate(self) -> None:
        """A field ends at a space or at the end of the literal."""
        position = self._position
        self._skip()
        if self._position == position and not self._text.startswith("}}", position):
            self._fail_at(position)

    def _skip(self) -> None:
        match = _SPACE.match(self._text, self._position)
        self._position = self._position if match is None else match.end()

    def integer(self) -> int:
        start = self._position
        match = _INTEGER.match(self._text, start)
        if match is None:
            self._fail_at(start)
        self._position = match.end()
        number = int(match[0]) if len(match[0]) < len(str(_MAX_INDEX)) + 2 else _MAX_INDEX
        if abs(number) >= _MAX_INDEX:
            self._fail(f"{match[0]} is out of range", start)
        return number

    def number(self) -> float:
        start = self._position
        match = FLOAT.match(self._text, start)
        if match is None:
            self._fail_at(start)
        self._position = match.end()
        return to_float(match[0], Span(start, match.end()), self._text)

    def numbers(self) -> tuple[float, ...]:
        opening = self._position
        if not self._text.startswith("[", opening):
            self._fail_at(opening)
        self._position += 1
        self._skip()
        found: list[float] = []
        while not self._text.startswith("]", self._position):
            found.append(self.number())
            self._skip()
            if len(found) > _MAX_BUCKETS:
                self._fail(f"more than {_MAX_BUCKETS} buckets", opening)
        self._position += 1
        return tuple(found)

    def hint(self) -> ResetHint:
        start = self._position
        match = _WORD.match(self._text, start)
        word = "" if match is None else match[0].lower()
        if match is None or word not in _HINTS:
            self._fail(f"bad histogram descriptor found: {quote(match[0] if match else '')}", start)
        self._position = match.end()
        return _HINTS[word]

    def _fail_at(self, position: int) -> NoReturn:
        if position >= len(self._text):
            self._fail("unexpected end of input in histogram description, expected }}", position)
        char = quote_rune(self._text[position])
        self._fail(f"histogram description incomplete unexpected: {char}", position)

    def _fail(self, message: str, position: int) -> NoReturn:
        raise ParseError(message, Span(position, len(self._text)), self._text)


_HINTS = {hint.value: hint for hint in ResetHint}
_READERS: dict[str, Callable[[HistogramLiteral], object]] = {
    "schema": HistogramLiteral.integer,
    "sum": HistogramLiteral.number,
    "count": HistogramLiteral.number,
    "z_bucket": HistogramLiteral.number,
    "z_bucket_w": HistogramLiteral.number,
    "custom_values": HistogramLiteral.numbers,
    "buckets": HistogramLiteral.numbers,
    "offset": HistogramLiteral.integer,
    "n_buckets": HistogramLiteral.numbers,
    "n_offset": HistogramLiteral.integer,
    "counter_reset_hint": HistogramLiteral.hint,
}


def _build(fields: Mapping[str, object]) -> Histogram:
    # The readers of the table above gave each field its type.
    get = fields.get
    return Histogram(
        schema=get("schema", 0),  # type: ignore[arg-type]
        sum=get("sum", 0.0),  # type: ignore[arg-type]
        count=get("count", 0.0),  # type: ignore[arg-type]
        zero_count=get("z_bucket", 0.0),  # type: ignore[arg-type]
        zero_threshold=get("z_bucket_w", 0.0),  # type: ignore[arg-type]
        custom_values=get("custom_values", ()),  # type: ignore[arg-type]
        positive=_buckets(get("buckets", ()), get("offset", 0)),  # type: ignore[arg-type]
        negative=_buckets(get("n_buckets", ()), get("n_offset", 0)),  # type: ignore[arg-type]
        hint=get("counter_reset_hint", ResetHint.UNKNOWN),  # type: ignore[arg-type]
    )


def _buckets(counts: tuple[float, ...], offset: int) -> Buckets:
    return tuple(enumerate(counts, offset))


def _fault(histogram: Histogram) -> str | None:
    """What makes the layout impossible, None if nothing does."""
    bounds = histogram.custom_values
    if is_exponential(histogram.schema):
        return "custom_values need schema:-53" if bounds else None
    if not is_custom(histogram.schema):
        return f"schema {histogram.schema} is not between -4 and 8, nor -53 for custom buckets"
    if histogram.negative or histogram.zero_count or histogram.zero_threshold:
        return "custom buckets have no zero bucket and no negative side"
    if any(not low < high for low, high in pairwise(bounds)) or math.inf in bounds:
        return "custom_values must increase, and end before +Inf"
    if any(not 0 <= index <= len(bounds) for index, _ in histogram.positive):
        return f"{len(bounds)} custom_values make {len(bounds) + 1} buckets"
    return None
