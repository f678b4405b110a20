"""The catalogue: every metric as a frozen object, the single source of names, labels, units and owners.

Standard library only; every other package may import it. Areas are modules (`catalogue.aging.OPEN_AMOUNT`).
"""

from __future__ import annotations

from ledgerscope.catalogue.areas import AREAS, Area, all_metrics, areas_with, find
from ledgerscope.catalogue.errors import (
    CatalogueError,
    MissingPart,
    UnknownLabel,
    UnknownLabelValue,
    UnknownMetric,
    WrongPart,
)
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import OWNERS, Owner
from ledgerscope.catalogue.parts import Part
from ledgerscope.catalogue.selector import Matcher, Selector, excluding, matching, unlike

__all__ = [
    "AREAS",
    "OWNERS",
    "Area",
    "CatalogueError",
    "Kind",
    "Label",
    "Matcher",
    "Metric",
    "MissingPart",
    "Owner",
    "Part",
    "Selector",
    "Unit",
    "UnknownLabel",
    "UnknownLabelValue",
    "UnknownMetric",
    "WrongPart",
    "all_metrics",
    "areas_with",
    "excluding",
    "find",
    "matching",
    "unlike",
]
