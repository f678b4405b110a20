"""What can go wrong when somebody refers to the catalogue.

CatalogueError
├── MissingPart         an area of the list has no module for one of its parts
├── WrongPart           the module of a part does not define what it has to
├── UnknownLabel        a matcher or a reading names a label that the metric does not have
├── UnknownLabelValue   a matcher or a reading names a value outside a closed list
└── UnknownMetric       a name is asked for that no area defines

These are mistakes of ours, made where rules, panels and collectors are written, so they are exceptions and
stop the build.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "CatalogueError",
    "MissingPart",
    "UnknownLabel",
    "UnknownLabelValue",
    "UnknownMetric",
    "WrongPart",
]


class CatalogueError(Exception):
    """Base of all errors of this package."""


class MissingPart(CatalogueError):
    """An area has no module for one of its parts."""

    def __init__(self, path: str, defines: str) -> None:
        super().__init__(f"{path}: missing; create it and define {defines}")
        self.path = path


class WrongPart(CatalogueError):
    """The module of a part does not define what the part consists of."""

    def __init__(self, path: str, defines: str) -> None:
        super().__init__(f"{path}: has to define {defines}")
        self.path = path


class UnknownLabel(CatalogueError):
    """A metric is used with a label it does not have."""

    def __init__(self, metric: str, label: str, known: Iterable[str]) -> None:
        names = tuple(known)
        super().__init__(
            f"{metric} has no label {label!r}{_hint(label, names)}; it has {', '.join(names) or 'none'}"
        )
        self.metric, self.label, self.known = metric, label, names


class UnknownLabelValue(CatalogueError):
    """A closed label is used with a value outside its list."""

    def __init__(self, metric: str, label: str, value: str, known: Iterable[str]) -> None:
        values = tuple(known)
        super().__init__(
            f"{metric}: label {label} never has the value {value!r}{_hint(value, values)}; "
            f"it is one of {', '.join(values)}"
        )
        self.metric, self.label, self.value, self.known = metric, label, value, values


class UnknownMetric(CatalogueError):
    """A metric is asked for by a name that no area defines."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"the catalogue has no metric {name!r}{_hint(name, tuple(known))}")
        self.name = name


def _hint(wrong: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(wrong, known, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
