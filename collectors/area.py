"""What all collectors have in common: how their event counters are kept and what they say they read.

A collector is a table of event counters (perhaps empty), a list of tables it reads, and a method that fills a
sample builder; the rest of the contract of `collectors.base` is here, once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from collectors.companies import read_companies
from collectors.counters import Counters
from collectors.samples import SampleBuilder
from collectors.tally import Tally
from collectors.unread import read_columns
from ledgerscope.store.tables import currencies, event, event_rollup, tenant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Table

    from collectors.base import Reading
    from collectors.companies import Companies
    from collectors.counters import Misplaced
    from ledgerscope.catalogue import Metric
    from ledgerscope.store.contract import Relation

__all__ = ["AreaCollector"]


class AreaCollector:
    """A `Collector` of one area; subclasses name what they read and say in `read` what it means.

    `misplaced_events` tells which label values of which counters the last run could not place.
    """

    name: ClassVar[str]
    metrics: ClassVar[tuple[Metric, ...]]
    counters: ClassVar[Counters] = Counters(())
    reads: ClassVar[tuple[Table, ...]]

    def __init__(self) -> None:
        self._tally = Tally(self.counters) if self.counters.listed else None
        self.misplaced_events: Mapping[Misplaced, int] = {}
        self.isolated: Mapping[str, str] = {}

    @property
    def relations(self) -> tuple[Relation, ...]:
        counted = (event, event_rollup) if self._tally else ()
        return tuple(map(read_columns, (tenant, currencies, *self.reads, *counted)))

    @property
    def rebases(self) -> int:
        return self._tally.rebases if self._tally else 0

    @property
    def misplaced(self) -> int:
        return sum(self.misplaced_events.values())

    def collect(self, connection: Connection, as_of: datetime) -> Sequence[Reading]:
        companies = read_companies(connection, as_of)
        samples = SampleBuilder()
        self._count(connection, companies, samples)
        self.read(connection, as_of, companies, samples)
        return samples.readings()

    def read(
        self, connection: Connection, as_of: datetime, companies: Companies, samples: SampleBuilder, /
    ) -> None:
        """Add every sample but those of the event counters."""
        raise NotImplementedError

    def _count(self, connection: Connection, companies: Companies, samples: SampleBuilder) -> None:
        if self._tally is None:
            return
        for counter in self.counters.listed:
            samples.expect_closed(counter.metric, companies.tenants)
        counted = self.counters.read(self._tally.advance(connection), companies)
        for (metric, labels), value in counted.values.items():
            samples.put(metric, labels, value)
            samples.expect_siblings(metric, labels)
        self.misplaced_events = counted.misplaced
