"""Communication: its counters as one series each. Nothing alerts on them: no number of contacts is wrong."""

from __future__ import annotations

from ledgerscope.catalogue import communication
from rules.joined import joined_counters
from rules.model import RuleArea
from rules.timing import BUSINESS_INTERVAL

__all__ = ["AREA"]

AREA = RuleArea(
    name="communication",
    interval=BUSINESS_INTERVAL,
    recordings=joined_counters(communication.METRICS),
)
