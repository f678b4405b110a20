"""Contacts and communications: their counters, joined over exporters; no alert is needed."""

from __future__ import annotations

from ledgerscope.catalogue import communication
from rules.joined import joined_counters
from rules.model import RuleArea
from rules.timing import BUSINESS_INTERVAL, KEEP_FIRING

__all__ = ["AREA"]

AREA = RuleArea(
    name="communication",
    interval=BUSINESS_INTERVAL,
    keeps_firing=KEEP_FIRING,
    recordings=joined_counters(communication.METRICS),
    alerts=(),
)
