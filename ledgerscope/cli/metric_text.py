"""One metric as text for a terminal: what the catalogue says of it, then its section of the definitions."""

from __future__ import annotations

import re
from textwrap import fill, indent
from typing import TYPE_CHECKING, Final

import yaml

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
_EMPHASIS: Final = re.compile(r"(\*{1,2})(\S(?:[^*]*\S)?)\1")
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
    """The text of the section, wrapped and without markup; the rows of a table become items of a list."""
    return "\n\n".join(_block(block) for block in _plain(section.text).split("\n\n"))


def _plain(text: str) -> str:
    """The words of links and of what is emphasised."""
    return _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", text)).replace("`", "")


def _block(block: str) -> str:
    if block.startswith("| "):  # |x| is a formula
        _, _, *rows = (line.strip("| ").split(" | ") for line in block.splitlines())
        return "\n".join(_item(": ".join((", ".join(row[:-1]), row[-1]))) for row in rows)
    if block.startswith("- "):
        items = re.split(r"^- ", block, flags=re.MULTILINE)[1:]
        return "\n".join(_item(" ".join(item.split())) for item in items)
    return fill(" ".join(block.split()), WIDTH, break_on_hyphens=False)


def _item(text: str) -> str:
    return fill(text, WIDTH, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)


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
