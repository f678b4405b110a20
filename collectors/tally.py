"""Event counters that never reset: totals kept by comparing transaction snapshots, exactly once.

Value = event_rollup + aggregation of event. The first run counts everything; each later run adds the events
that its snapshot sees and the one before did not, which is right whatever order transactions commit in.
Because the value is a function of the database alone, a restart and a second exporter show the same number.

A full recount happens instead where the difference would not be the whole truth:

- another database than before (cluster, timeline, database or table), a snapshot that runs backwards, or
  events with transaction ids that this cluster has not given out yet: counted in `rebases`;
- events were pruned into the rollup: some of them may never have been seen as events;
- the server is a standby: its snapshots do not list the transactions in progress.

Source: the canonical schema, "Counters that never reset" and "Out-of-order commits".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collectors import tally_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from collectors.counters import Counters, Group, Sums
    from collectors.tally_sql import Probe

__all__ = ["Tally"]


@dataclass(frozen=True, slots=True)
class _Counted:
    """Totals, with what they were counted under."""

    probe: Probe
    totals: Mapping[Group, Sums]


class Tally:
    """The running totals of one collector's events; `advance` brings them to the connection's snapshot."""

    __slots__ = ("_counted", "_counters", "rebases", "recounts")

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._counted: _Counted | None = None
        self.recounts = 0
        self.rebases = 0

    def advance(self, connection: Connection) -> Mapping[Group, Sums]:
        """The totals that the transaction sees.

        The transaction must be REPEATABLE READ. What was counted before is replaced as the last step, so
        that a run which fails at any point leaves it as it was.
        """
        probe = tally_sql.probe(connection, self._counters)
        before = self._counted
        if before is not None and _continues(before.probe, probe):
            added = tally_sql.added(connection, self._counters, before.probe.visible, probe.visible)
            self._counted = _Counted(probe, _sum(before.totals.items(), added))
        else:
            self._counted = _Counted(probe, _sum((), tally_sql.everything(connection, self._counters)))
            self.recounts += 1
            self.rebases += before is not None and _rebased(before.probe, probe)
        return self._counted.totals


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


def _sum(start: Iterable[tuple[Group, Sums]], added: Iterable[tuple[Group, Sums]]) -> dict[Group, Sums]:
    totals = dict(start)
    for group, sums in added:
        before = totals.get(group)
        totals[group] = sums if before is None else before + sums
    return totals
