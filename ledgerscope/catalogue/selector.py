"""Selecting series of a metric in a PromQL expression, checked against the catalogue while it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ledgerscope.catalogue.errors import UnknownLabelValue

if TYPE_CHECKING:
    from ledgerscope.catalogue.metric import Label, Metric

__all__ = ["Matcher", "Selector", "excluding", "matching", "unlike"]

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
_REGEX_ESCAPES = str.maketrans({char: f"\\{char}" for char in r"\.+*?()|[]{}^$"})


@dataclass(frozen=True, slots=True)
class Matcher:
    """A label matcher's operator and value."""

    op: str
    value: str

    def __str__(self) -> str:
        return f'{self.op}"{self.value.translate(_ESCAPES)}"'


def excluding(value: str) -> Matcher:
    """`label != value`."""
    return Matcher("!=", value)


def matching(*values: str) -> Matcher:
    """`label =~ "a|b"` for the given literal values."""
    return Matcher("=~", "|".join(value.translate(_REGEX_ESCAPES) for value in values))


def unlike(*values: str) -> Matcher:
    """`label !~ "a|b"` for the given literal values."""
    return Matcher("!~", "|".join(value.translate(_REGEX_ESCAPES) for value in values))


@dataclass(frozen=True, slots=True)
class Selector:
    """Some series of a metric; its text is PromQL."""

    metric: Metric
    suffix: str = ""
    matchers: tuple[tuple[str, Matcher], ...] = ()

    def where(self, **matchers: str | Matcher) -> Selector:
        """Narrow the selection; raises UnknownLabel and UnknownLabelValue."""
        added = []
        for name, given in matchers.items():
            matcher = Matcher("=", given) if isinstance(given, str) else given
            if name != "le" or self.suffix != "_bucket":
                _check(self.metric.name, self.metric.label(name), matcher)
            added.append((name, matcher))
        return replace(self, matchers=(*self.matchers, *added))

    def __str__(self) -> str:
        inner = ", ".join(f"{name}{matcher}" for name, matcher in self.matchers)
        return f"{self.metric.name}{self.suffix}" + (f"{{{inner}}}" if inner else "")


def _check(metric: str, label: Label, matcher: Matcher) -> None:
    if not label.values:
        return
    wanted = re.split(r"(?<!\\)\|", matcher.value) if matcher.op in ("=~", "!~") else [matcher.value]
    for value in wanted:
        if not _occurs(value, label.values, is_regex=matcher.op in ("=~", "!~")):
            raise UnknownLabelValue(metric, label.name, value.replace("\\", ""), label.values)


def _occurs(value: str, known: tuple[str, ...], *, is_regex: bool) -> bool:
    return any(re.fullmatch(value, one) for one in known) if is_regex else value in known
