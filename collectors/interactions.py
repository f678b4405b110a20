"""Interactions: what was logged, and who is in which segment at an instant."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select

from collectors.area import AreaCollector
from collectors.clock import instant, parameters
from collectors.counters import Counters, EventCounter
from collectors.lifecycle import existing
from ledgerscope.catalogue import interactions as catalogue
from ledgerscope.domain.events import EventType
from ledgerscope.store.tables import customer, segment_assignment

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from collectors.companies import Companies
    from collectors.samples import SampleBuilder

__all__ = ["InteractionsCollector"]


class InteractionsCollector(AreaCollector):
    """Reads the stays in segments."""

    name = "interactions"
    metrics = catalogue.METRICS
    reads = (segment_assignment, customer)
    counters = Counters((EventCounter(metric=catalogue.LOGGED, event_type=EventType.INTERACTION_LOGGED),))

    def read(
        self, connection: Connection, as_of: datetime, companies: Companies, samples: SampleBuilder
    ) -> None:
        samples.expect_closed(catalogue.MEMBERS, companies.tenants)
        for tenant_id, segment, n in connection.execute(members(), parameters(companies, as_of)):
            samples.put(catalogue.MEMBERS, (tenant_id, segment), n)


@cache
def members() -> Select[Any]:
    """Per company and segment: existing customers with a stay that contains the instant."""
    there, stay = existing(), segment_assignment
    of_customer = and_(*(stay.c[name] == there.c[name] for name in ("tenant_id", "customer_id")))
    return (
        select(stay.c.tenant_id, stay.c.segment, func.count())
        .join_from(there, stay, of_customer)
        .where(stay.c.valid.op("@>")(instant()))
        .group_by(stay.c.tenant_id, stay.c.segment)
    )
