"""Event counters that never reset: totals kept by comparing transaction snapshots, exactly once.

Value = event_rollup + aggregation of the events that occurred at the instant asked for or before. The first
run counts everything. Each later run adds the events that its snapshot sees and the one before did not, which
is right whatever order transactions commit in, and those seen before whose time has come since. Because the
value is a function of the database and the instant, a restart and a second exporter show the same number.

A full recount happens instead where the difference would not be the whole truth:

- another database than before (cluster, timeline, database or table), a snapshot that runs backwards, or
  events with transaction ids that this cluster has not given out yet: counted in `rebases`;
- the instant asked for is earlier than the last one: what was counted may not have occurred by then;
- events were pruned into the rollup: some of them may never have been seen as events;
- the server is a standby: its snapshots do not list the transactions in progress.

Source: the canonical schema, "Counters that never reset" and "Out-of-order commits".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collectors import tally_sql

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import datetime
    from decimal import Decimal

    from sqlalchemy import Connection

    from collectors.counters import Counters, Group, Sums
    from collectors.tally_sql import Found, Probe

__all__ = ["Tally"]


@dataclass(frozen=True, slots=True)
class _Counted:
    """Totals, with what they were counted under, and when the next of the events that it sees occurs."""

    probe: Probe
    as_of: datetime
    totals: Mapping[Group, Sums]
    next_at: Decimal | None


class Tally:
    """The running totals of one collector's events; `advance` brings them to a snapshot and an instant."""

    __slots__ = ("_counted", "_counters", "rebases", "recounts")

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._counted: _Counted | None = None
        self.recounts = 0
        self.rebases = 0

    def advance(self, connection: Connection, as_of: datetime) -> Mapping[Group, Sums]:
        """The totals that the transaction sees, of events that occurred by the instant.

        The transaction must be REPEATABLE READ. What was counted before is replaced as the last step, so
        that a run which fails at any point leaves it as it was.
        """
        probe = tally_sql.probe(connection, self._counters)
        before = self._counted
        if before is not None and as_of >= before.as_of and _continues(before.probe, probe):
            added = list(self._missing(connection, before, probe, as_of))
            self._counted = _Counted(
                probe, as_of, _sum(before.totals, added), _next_at(added, before.next_at, as_of)
            )
        else:
            found = list(tally_sql.everything(connection, self._counters, as_of))
            self._counted = _Counted(probe, as_of, _sum({}, found), _next_at(found, None, as_of))
            self.recounts += 1
            self.rebases += before is not None and _rebased(before.probe, probe)
        return self._counted.totals

    def recount(
        self, connection: Connection, as_of: datetime, tenants: Collection[str]
    ) -> Mapping[Group, Sums]:
        """The totals of some companies, counted apart from the running ones."""
        return _sum({}, tally_sql.everything(connection, self._counters, as_of, tenants))

    def _missing(
        self, connection: Connection, before: _Counted, probe: Probe, as_of: datetime
    ) -> Iterator[Found]:
        """Events that are not in the totals: new ones, and known ones that have occurred since."""
        seen = before.probe.visible
        yield from tally_sql.added(connection, self._counters, seen, probe.visible, as_of)
        if before.next_at is not None and before.next_at <= tally_sql.epoch(as_of):
            yield from tally_sql.come_due(connection, self._counters, seen, before.as_of, as_of)


def _continues(before: Probe, now: Probe) -> bool:
    """Whether the events new since `before` are exactly what is missing from its totals."""
    return (
        now.identity == before.identity
        and now.visible.follows(before.visible)
        and now.pruned == before.pruned
        and not (now.is_standby or before.is_standby)
        # An id from the future was counted already; once the cluster reaches it, it would look new.
        and not (now.has_foreign_ids or before.has_foreign_ids)
    )


def _rebased(before: Probe, now: Probe) -> bool:
    """Whether the database is another one than it was."""
    return (
        now.identity != before.identity
        or not now.visible.follows(before.visible)
        or now.has_foreign_ids > before.has_foreign_ids
    )


def _sum(start: Mapping[Group, Sums], found: Iterable[Found]) -> dict[Group, Sums]:
    totals = dict(start)
    for one in found:
        if one.sums.n:
            before = totals.get(one.group)
            totals[one.group] = one.sums if before is None else before + one.sums
    return totals


def _next_at(found: Iterable[Found], known: Decimal | None, as_of: datetime) -> Decimal | None:
    """When the next event occurs, of those that are not in the totals."""
    instants = [one.next_at for one in found if one.next_at is not None]
    if known is not None and known > tally_sql.epoch(as_of):
        instants.append(known)
    return min(instants, default=None)
