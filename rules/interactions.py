"""Interactions: their counter as one series. Nothing alerts on it: no number of interactions is wrong."""

from __future__ import annotations

from ledgerscope.catalogue import interactions
from rules.joined import joined_counters
from rules.model import RuleArea
from rules.timing import BUSINESS_INTERVAL

__all__ = ["AREA"]

AREA = RuleArea(
    name="interactions",
    interval=BUSINESS_INTERVAL,
    recordings=joined_counters(interactions.METRICS),
)
