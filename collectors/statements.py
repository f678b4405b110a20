"""Statements of account: everything that is known of them comes from their events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collectors.area import AreaCollector
from collectors.counters import Counters, EventCounter, Measure
from ledgerscope.catalogue import statements as catalogue
from ledgerscope.domain.events import EventType

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from collectors.companies import Companies
    from collectors.samples import SampleBuilder

__all__ = ["StatementsCollector"]


class StatementsCollector(AreaCollector):
    """Counts statements; reads no table but that of events."""

    name = "statements"
    metrics = catalogue.METRICS
    reads = ()
    counters = Counters(
        (
            EventCounter(
                metric=catalogue.GENERATED,
                event_type=EventType.STATEMENT_GENERATED,
                fixed=(("outcome", "success"),),
            ),
            EventCounter(
                metric=catalogue.GENERATED,
                event_type=EventType.STATEMENT_FAILED,
                fixed=(("outcome", "failure"),),
            ),
            EventCounter(metric=catalogue.FAILED, event_type=EventType.STATEMENT_FAILED),
            EventCounter(
                metric=catalogue.DURATION,
                event_type=EventType.STATEMENT_GENERATED,
                measure=Measure.DURATION,
            ),
        )
    )

    def read(
        self, connection: Connection, as_of: datetime, companies: Companies, samples: SampleBuilder
    ) -> None:
        """Nothing beside the events."""
