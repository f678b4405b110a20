"""Finding metrics by what somebody types: a name, an area, or any text that stands in the catalogue."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from ledgerscope.catalogue.areas import AREAS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.catalogue.areas import Area
    from ledgerscope.catalogue.metric import Metric

__all__ = ["named", "nearest", "search"]


def named(word: str) -> tuple[Area, Metric] | None:
    """The metric of that name, or with a series of that name, and its area."""
    return next(
        ((area, metric) for area, metric in _all() if word in (metric.name, *metric.series_names)), None
    )


def search(word: str) -> list[tuple[Area, Metric]]:
    """The metric of that name; else those of the area of that name, then those whose texts have the word."""
    if found := named(word):
        return [found]
    text = word.lower()
    of_area = [(area, metric) for area, metric in _all() if text in (area.name, area.title.lower())]
    rest = [pair for pair in _all() if pair not in of_area and text in _text(*pair)]
    return of_area + rest


def nearest(word: str) -> list[str]:
    """The names of areas and metrics most like the word, or with a part like it; empty where none is."""
    names = [area.name for area in AREAS] + [metric.name for _, metric in _all()]
    if found := get_close_matches(word.lower(), names):
        return found
    parts = {part: name for name in reversed(names) for part in name.split("_")}
    wrong = [part for part in word.lower().replace("_", " ").split() if part not in parts]
    return [parts[part] for one in wrong for part in get_close_matches(one, parts, n=1)]


def _all() -> Iterator[tuple[Area, Metric]]:
    for area in AREAS:
        for metric in area.metrics:
            yield area, metric


def _text(area: Area, metric: Metric) -> str:
    """All that the catalogue says of this metric in particular, in lower case."""
    areas = {area.name for area in AREAS}
    labels = [label for label in metric.labels if label.closed and not areas.issuperset(label.values)]
    words = [metric.name, metric.help, area.name, area.title, metric.owner.title]
    words += [label.name for label in labels]
    words += [value for label in labels for value in label.values]
    return "\n".join(words).lower()
