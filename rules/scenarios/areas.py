"""The test cases of every area, found by the names in the catalogue's list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.catalogue import Part, areas_with
from ledgerscope.catalogue.parts import part_of
from rules.areas import AREAS

if TYPE_CHECKING:
    from ledgerscope.catalogue import Metric
    from rules.model import RuleArea
    from rules.scenarios.model import AlertCase, RecordingCase

__all__ = ["CASES", "AreaCases"]


@dataclass(frozen=True, slots=True)
class AreaCases:
    """The cases of the rules of one area."""

    area: RuleArea
    alerts: tuple[AlertCase, ...]
    recordings: tuple[RecordingCase, ...]
    metrics: tuple[Metric, ...]


_BY_NAME = {area.name: area for area in AREAS}

CASES: tuple[AreaCases, ...] = tuple(
    AreaCases(
        _BY_NAME[area],
        part_of(area, Part.SCENARIOS, "ALERTS", tuple),
        part_of(area, Part.SCENARIOS, "RECORDINGS", tuple),
        part_of(area, Part.METRICS, "METRICS", tuple),
    )
    for area in areas_with(Part.SCENARIOS)
)
