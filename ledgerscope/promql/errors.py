"""Every error that PromQL text or PromQL data can cause; nothing else may leave this package.

A text error knows the text it was found in and where, so that a caller can point at it.
"""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of character offsets into the text that was parsed."""

    start: int
    end: int


NOWHERE = Span(0, 0)


class Position(NamedTuple):
    """Where a person finds an offset: line and column, both counted from one."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


def position(text: str, offset: int) -> Position:
    """Line and column of the character at `offset`."""
    return Position(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


class PromQLError(Exception):
    """Root of what this package raises for bad input; a bug of ours is never one of these."""


class ParseError(PromQLError):
    """The text is not PromQL (or not series notation). Reads `line:col: parse error: what`."""

    def __init__(self, message: str, span: Span, text: str) -> None:
        super().__init__(message, span, text)
        self.message = message
        self.span = span
        self.text = text

    @property
    def position(self) -> Position:
        return position(self.text, self.span.start)

    def __str__(self) -> str:
        where = str(self.position) if self.text else "unknown position"
        return f"{where}: parse error: {self.message}"


class RegexError(PromQLError):
    """A pattern that RE2 would not compile. Reads `error parsing regexp: what: `fragment``."""

    def __init__(self, reason: str, fragment: str) -> None:
        super().__init__(reason, fragment)
        self.reason = reason
        self.fragment = fragment

    def __str__(self) -> str:
        return f"error parsing regexp: {self.reason}: `{self.fragment}`"


class HistogramError(PromQLError):
    """Two native histograms that cannot be combined, or one that cannot be computed with."""


class EvaluationError(PromQLError):
    """The expression parses but cannot be evaluated over the data at hand."""
