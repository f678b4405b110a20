"""The rules of every area, found by the names in the catalogue's list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.catalogue import Part, areas_with
from ledgerscope.catalogue.parts import part_of
from rules.model import RuleArea

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.model import Alert, Recording

__all__ = ["AREAS", "all_alerts", "all_recordings"]

AREAS: tuple[RuleArea, ...] = tuple(
    part_of(area, Part.RULES, "AREA", RuleArea) for area in areas_with(Part.RULES)
)


def all_recordings() -> Iterator[Recording]:
    """Every recording, in the order of the areas."""
    for area in AREAS:
        yield from area.recordings


def all_alerts() -> Iterator[Alert]:
    """Every alert, in the order of the areas."""
    for area in AREAS:
        yield from area.alerts
