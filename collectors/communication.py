"""Communication: contacts created and communications logged, as events tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collectors.area import AreaCollector
from collectors.counters import Counters, EventCounter
from ledgerscope.catalogue import communication as catalogue
from ledgerscope.domain.events import EventType

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from collectors.companies import Companies
    from collectors.samples import SampleBuilder

__all__ = ["CommunicationCollector"]


class CommunicationCollector(AreaCollector):
    """Reads nothing but events."""

    name = "communication"
    metrics = catalogue.METRICS
    reads = ()
    counters = Counters(
        (
            EventCounter(metric=catalogue.CONTACT_CREATED, event_type=EventType.CONTACT_CREATED),
            EventCounter(metric=catalogue.LOGGED, event_type=EventType.COMMUNICATION_LOGGED),
        )
    )

    def read(
        self, connection: Connection, as_of: datetime, companies: Companies, samples: SampleBuilder
    ) -> None:
        """Nothing more: every metric of the area is a counter."""
