"""The list of areas. A new area is added here; every package finds its part of it by the name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.catalogue.errors import UnknownMetric
from ledgerscope.catalogue.parts import EVERY_PART, Part, part_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.catalogue.metric import Metric

__all__ = ["AREAS", "Area", "all_metrics", "areas_with", "find"]


@dataclass(frozen=True, slots=True)
class Area:
    """A business area: one name for its catalogue file, collector, rules, rule tests, board and runbooks.

    `parts` are those that the area has: all of them unless stated otherwise.
    """

    name: str
    title: str
    parts: frozenset[Part] = EVERY_PART

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics of the area, in the order of the reference page."""
        return part_of(self.name, Part.METRICS, "METRICS", tuple) if Part.METRICS in self.parts else ()


AREAS: tuple[Area, ...] = (
    Area("lifecycle", "Customers"),
    Area("credit", "Credit"),
    Area("aging", "Aging"),
    Area("statements", "Statements"),
    Area("transfers", "Imports and exports"),
    Area("revenue", "Revenue"),
    Area("churn", "Churn"),
    Area("satisfaction", "Satisfaction"),
    Area("communication", "Communication"),
    Area("interactions", "Interactions"),
    Area("jobs", "Job queue"),
    Area("credentials", "Credentials"),
    Area("sync", "Synchronisation"),
    Area("audit", "Audit log"),
    Area("exporter", "The exporter itself", EVERY_PART - {Part.COLLECTOR}),
    Area("api", "API", frozenset({Part.METRICS, Part.BOARD})),
    Area("compat", "Former names", frozenset({Part.RULES})),
)


def areas_with(part: Part) -> tuple[str, ...]:
    """The names of the areas that have the part, in the order of the list."""
    return tuple(area.name for area in AREAS if part in area.parts)


def all_metrics() -> Iterator[Metric]:
    """Every metric of every area, in the order of the reference page."""
    for area in AREAS:
        yield from area.metrics


def find(name: str) -> Metric:
    """The metric of that name; raises UnknownMetric with the nearest name."""
    known = {metric.name: metric for metric in all_metrics()}
    try:
        return known[name]
    except KeyError:
        raise UnknownMetric(name, known) from None
