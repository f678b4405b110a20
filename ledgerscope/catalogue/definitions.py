"""The page of definitions as data: its sections, the metrics that each defines, and its worked examples.

A section names its metrics in a line that begins with `Metrics:`; that line is the only link between a metric
and its definition. The page is a file of the distribution, so that an installed program can print it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

import ledgerscope

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PAGE", "Example", "Section", "anchor", "page_text", "parse", "section_of", "sections"]

PAGE: Final = "docs/definitions.md"
"""Where the page is in the repository, and what links to it say."""

_EXAMPLE: Final = re.compile(r"^```yaml example\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING: Final = re.compile(r"^(#{1,6}) +(.+?) *$", re.MULTILINE)
_METRICS: Final = re.compile(r"^Metrics:.*?(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)
_NAME: Final = re.compile(r"`([a-z][a-z0-9_]*)`")


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: YAML of rows and expected series; `line` is where it begins on the page."""

    line: int
    source: str


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading, without the sections below it and without its examples."""

    title: str
    level: int
    line: int
    text: str
    metrics: tuple[str, ...]
    examples: tuple[Example, ...]

    @property
    def anchor(self) -> str:
        return anchor(self.title)

    @property
    def link(self) -> str:
        """The address of the section, from the root of the repository."""
        return f"{PAGE}#{self.anchor}"


def anchor(title: str) -> str:
    """The fragment that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


@cache
def page_text() -> str:
    """The page: of the installed package, or of the checkout that the program runs from."""
    packaged = resources.files(ledgerscope) / Path(PAGE).name
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(ledgerscope.__file__).parents[1] / PAGE).read_text(encoding="utf-8")


@cache
def sections() -> tuple[Section, ...]:
    """The sections of the page, in its order."""
    return tuple(parse(page_text()))


def section_of(metric: str) -> Section | None:
    """The section that defines the metric; None for metrics that the page does not define."""
    return next((section for section in sections() if metric in section.metrics), None)


def parse(page: str) -> Iterator[Section]:
    """The sections of a page in this form."""
    examples = [Example(_line(page, block.start()), block[1]) for block in _EXAMPLE.finditer(page)]
    prose = _EXAMPLE.sub(lambda block: "\n" * block[0].count("\n"), page)
    headings = [*_HEADING.finditer(prose)]
    ends = [*(heading.start() for heading in headings[1:]), len(prose)]
    for heading, end in zip(headings, ends, strict=True):
        begun, ended = _line(prose, heading.start()), _line(prose, end)
        body = prose[heading.end() : end]
        yield Section(
            title=heading[2],
            level=len(heading[1]),
            line=begun,
            text=re.sub(r"\n{3,}", "\n\n", _METRICS.sub("", body)).strip(),
            metrics=tuple(name for block in _METRICS.finditer(body) for name in _NAME.findall(block[0])),
            examples=tuple(one for one in examples if begun < one.line <= ended),
        )


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
