"""What all collectors have in common: how their event counters are kept and what they say they read.

A collector is a table of event counters (perhaps empty), a list of tables it reads, and a method that fills a
sample builder; the rest of the contract of `collectors.base` is here, once.
"""

from __future__ import annotations

from collections import ChainMap, Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from collectors.companies import read_companies
from collectors.counters import Counters
from collectors.isolation import by_company, protected, reason_of
from collectors.samples import SampleBuilder, merge
from collectors.tally import Tally
from collectors.unread import read_columns
from ledgerscope.store.tables import currencies, event, event_rollup, tenant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Table

    from collectors.base import Reading
    from collectors.companies import Companies
    from collectors.counters import Group, Misplaced, Sums
    from ledgerscope.catalogue import Metric
    from ledgerscope.store.contract import Relation

__all__ = ["AreaCollector"]


@dataclass(frozen=True, slots=True)
class _Part:
    """What was read of some of the companies."""

    samples: SampleBuilder
    misplaced: Counter[Misplaced]


class AreaCollector:
    """A `Collector` of one area; subclasses name what they read and say in `read` what it means.

    `misplaced_events` says which label values of which counters the last run could not place, `isolated`
    which companies it could not read and why.
    """

    name: ClassVar[str]
    metrics: ClassVar[tuple[Metric, ...]]
    counters: ClassVar[Counters] = Counters(())
    reads: ClassVar[tuple[Table, ...]]

    def __init__(self) -> None:
        self._tally = Tally(self.counters) if self.counters.listed else None
        self.misplaced_events: Mapping[Misplaced, int] = {}
        self.isolated: Mapping[str, str] = {}
        self._apart: frozenset[str] = frozenset()

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
        totals, uncounted = self._totals(connection, as_of, companies)
        parts, unread = by_company(
            connection,
            companies.without(uncounted),
            lambda part: self._part(connection, as_of, part, totals),
            self._apart,
        )
        readings = merge(part.samples for part in parts)
        refused = [part.samples.refused for part in parts]
        self._apart = frozenset({*uncounted, *unread})
        self.misplaced_events = sum((part.misplaced for part in parts), Counter())
        self.isolated = {**companies.unusable, **uncounted, **unread, **dict(ChainMap(*map(dict, refused)))}
        return readings

    def read(
        self, connection: Connection, as_of: datetime, companies: Companies, samples: SampleBuilder, /
    ) -> None:
        """Add every sample of the companies but those of the event counters.

        Called once for all companies, and where that fails because of data, again for parts of them. So
        queries are restricted to `companies`: they join `clock()`, and get the companies as its `parameters`.
        """
        raise NotImplementedError

    def _totals(
        self, connection: Connection, as_of: datetime, companies: Companies
    ) -> tuple[Mapping[Group, Sums], Mapping[str, str]]:
        """The sums of the events, and the companies whose events cannot be added up."""
        tally = self._tally
        if tally is None:
            return {}, {}
        try:
            return protected(connection, lambda: tally.advance(connection, as_of)), {}
        except Exception as error:
            if reason_of(error) is None:
                raise
        counted, failed = by_company(
            connection,
            companies,
            lambda part: tally.recount(connection, as_of, part.tenants),
            self._apart,
        )
        return dict(ChainMap(*map(dict, counted))), failed

    def _part(
        self, connection: Connection, as_of: datetime, companies: Companies, totals: Mapping[Group, Sums]
    ) -> _Part:
        samples = SampleBuilder(companies.tenants)
        for counter in self.counters.listed:
            samples.expect_closed(counter.metric, companies.tenants)
        counted = self.counters.read(totals, companies)
        for (metric, labels), value in counted.values.items():
            samples.put(metric, labels, value)
            samples.expect_siblings(metric, labels)
        self.read(connection, as_of, companies, samples)
        return _Part(samples, counted.misplaced)
