"""The catalogue: every metric as a frozen object, the single source of names, labels, units and owners.

Standard library only; every other room may import it. Areas are modules (`catalogue.aging.OPEN_AMOUNT`).
"""

from __future__ import annotations

from ledgerscope.catalogue.areas import AREAS, Area, all_metrics, find
from ledgerscope.catalogue.errors import CatalogueError, UnknownLabel, UnknownLabelValue, UnknownMetric
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import OWNERS, Owner
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
    "Owner",
    "Selector",
    "Unit",
    "UnknownLabel",
    "UnknownLabelValue",
    "UnknownMetric",
    "all_metrics",
    "excluding",
    "find",
    "matching",
    "unlike",
]
