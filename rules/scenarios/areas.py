"""Which cases belong to which rule area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules import areas
from rules.scenarios import aging, churn, credit, exporter, jobs, lifecycle, revenue, satisfaction

if TYPE_CHECKING:
    from rules.model import RuleArea
    from rules.scenarios.model import AlertCase, RecordingCase

__all__ = ["CASES", "AreaCases"]


@dataclass(frozen=True, slots=True)
class AreaCases:
    """The cases of the rules of one area."""

    area: RuleArea
    alerts: tuple[AlertCase, ...]
    recordings: tuple[RecordingCase, ...]


_MODULES = (lifecycle, credit, aging, revenue, churn, satisfaction, jobs, exporter)
_BY_NAME = {area.name: area for area in areas.AREAS}

CASES: tuple[AreaCases, ...] = tuple(
    AreaCases(_BY_NAME[module.__name__.rpartition(".")[2]], module.ALERTS, module.RECORDINGS)
    for module in _MODULES
)
