"""One metric as text for a terminal: what the catalogue says of it, then its section of the definitions."""

from __future__ import annotations

import re
from textwrap import fill, indent
from typing import TYPE_CHECKING, Final

import yaml
from rich.console import Console
from rich.markdown import Markdown

from ledgerscope.catalogue.definitions import PAGE, section_of
from ledgerscope.catalogue.labels import WINDOW
from ledgerscope.catalogue.metric import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.catalogue import Area, Metric
    from ledgerscope.catalogue.definitions import Section
    from ledgerscope.catalogue.metric import Label

__all__ = ["describe"]

WIDTH: Final = 80
_INDENT: Final = 10
_LINK: Final = re.compile(r"\[([^\]]+)\]\(#([\w-]+)\)")
_WINDOWS: Final = "time-and-windows"


def describe(area: Area, metric: Metric) -> str:
    """Meaning, type, labels, definition and worked examples, at most 80 columns wide but for the examples."""
    lines = [metric.name, fill(metric.help, WIDTH), ""]
    lines += (_field(name, text) for name, text in _facts(area, metric))
    section = section_of(metric.name)
    if section is not None:
        lines += ["", f"{section.title} ({section.link})", "", _prose(section)]
        lines += _examples(section, metric)
        lines += _see_also(section, metric)
    return "\n".join(lines) + "\n"


def _facts(area: Area, metric: Metric) -> Iterator[tuple[str, str]]:
    yield "type", f"{metric.kind}, in {metric.unit.meaning}"
    if metric.kind is Kind.HISTOGRAM:
        yield "buckets", f"{', '.join(f'{bound:g}' for bound in metric.buckets)}, +Inf"
    yield "area", area.name
    yield "owner", f"{metric.owner.title}: {metric.owner.mission}"
    for number, label in enumerate(metric.labels):
        yield "" if number else "labels", _label(label)


def _label(label: Label) -> str:
    values = f"one of {', '.join(label.values)}" if label.closed else f"at most {label.bound} per company"
    return f"{label.name}: {label.help} ({values})"


def _field(name: str, text: str) -> str:
    return fill(
        text,
        WIDTH,
        initial_indent=name.ljust(_INDENT),
        subsequent_indent=" " * _INDENT,
        break_on_hyphens=False,
    )


def _prose(section: Section) -> str:
    """The text of the section, wrapped; links become their words."""
    console = Console(width=WIDTH, color_system=None, force_terminal=False, legacy_windows=False)
    with console.capture() as captured:
        console.print(Markdown(_LINK.sub(r"\1", section.text)))
    lines = "\n".join(line.rstrip() for line in captured.get().splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines)


def _examples(section: Section, metric: Metric) -> Iterator[str]:
    """The examples that expect a series of the metric."""
    of_metric = re.compile(rf"^ +(?:{'|'.join(map(re.escape, metric.series_names))})[{{:]", re.MULTILINE)
    for example in section.examples:
        if of_metric.search(example.source):
            heading, _, rest = example.source.partition("\n")
            yield f"\nExample: {yaml.safe_load(heading)['title']}\n"
            yield indent(rest.rstrip(), "  ")


def _see_also(section: Section, metric: Metric) -> Iterator[str]:
    windowed = [_WINDOWS] if WINDOW in metric.labels else []
    anchors = dict.fromkeys(windowed + [link[2] for link in _LINK.finditer(section.text)])
    if anchors:
        yield ""
        yield _field("see also:", " ".join(f"{PAGE}#{anchor}" for anchor in anchors))
