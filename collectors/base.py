"""What a collector is: a named reader of one business area that turns rows into catalogue readings.

A collector knows SQL and the catalogue. It knows no clock, no client library, no HTTP and no schedule: the
instant it describes is handed in, and what it returns is data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from ledgerscope.catalogue import Metric
    from ledgerscope.store.contract import Relation

__all__ = ["Collector", "Distribution", "Reading"]


@dataclass(frozen=True, slots=True)
class Distribution:
    """The value of a histogram: cumulative counts per bound of the metric, then of +Inf, and the sum."""

    cumulative: tuple[int, ...]
    sum: float

    @property
    def count(self) -> int:
        return self.cumulative[-1]


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of one series family: label values stand in the order of `metric.labels`."""

    metric: Metric
    labels: tuple[str, ...]
    value: float | Distribution


class Collector(Protocol):
    """Reads one area.

    `collect` runs inside a REPEATABLE READ, READ ONLY transaction that the caller opens and ends; it neither
    commits nor retries. It returns every series of its metrics that exists at `as_of`, so that a series that
    has vanished from the database vanishes from the exporter. It may raise any StoreError; whatever state it
    keeps between runs (event tallies) must still be valid after a failed one. At most one run is in flight.
    Where the data of one company cannot be used, it leaves that company's values out, names it in `isolated`,
    and returns the values of all others.
    """

    @property
    def name(self) -> str:
        """Name of the area."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics it may emit, and no others."""

    @property
    def relations(self) -> tuple[Relation, ...]:
        """What it reads; where one is missing the collector is disabled, visibly and with the reason."""

    @property
    def rebases(self) -> int:
        """How often its counters were recounted because the database was another one than before."""

    @property
    def misplaced(self) -> int:
        """How many events, as of the last run, have label values unknown to the catalogue; not counted."""

    @property
    def isolated(self) -> Mapping[str, str]:
        """The companies whose values the last run left out, by their id, each with a short reason."""

    def collect(self, connection: Connection, as_of: datetime) -> Sequence[Reading]:
        """All series of the area as they are at `as_of`."""
