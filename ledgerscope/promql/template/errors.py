"""What can go wrong with a template; the texts are those Prometheus shows, positions included."""

from __future__ import annotations

from ledgerscope.promql.errors import PromQLError


class TemplateError(PromQLError):
    """Root of template faults; `str()` reads as Go's text/template says it."""


class TemplateSyntaxError(TemplateError):
    """The text is not a template. Reads `template: NAME:LINE: what`."""

    def __init__(self, name: str, line: int, message: str) -> None:
        super().__init__(name, line, message)
        self.name = name
        self.line = line
        self.message = message

    def __str__(self) -> str:
        return f"template: {self.name}:{self.line}: {self.message}"


class TemplateExecutionError(TemplateError):
    """The template parses but fails on this data."""


class FunctionError(PromQLError):
    """A function refused its arguments; the executor adds where it was called."""
