"""What can go wrong in this package.

RulesError
├── UnparsableExpression   an expression is no PromQL
└── UnknownSeries          an expression names a series that neither a metric nor a recording provides

Everything else that is wrong with a rule is a Finding: all of them are reported in one run.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Finding", "RulesError", "UnknownSeries", "UnparsableExpression"]


class RulesError(Exception):
    """Base of all errors of this package."""


class UnparsableExpression(RulesError):
    """An expression is no PromQL."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"{reason} in {text!r}")
        self.text = text


class UnknownSeries(RulesError):
    """An expression names a series that nobody provides."""

    def __init__(self, name: str, hint: str = "") -> None:
        super().__init__(f"neither the catalogue nor a recording provides {name!r}{hint}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: where, and what would be right."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"
