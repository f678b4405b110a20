"""The questions a tally asks: under what am I reading, what is there in all, what is new, what has come due.

Aggregation happens in the database, grouped by company, type, currency and the label keys that the counters
read, so that the answer is as small as the number of series.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    ARRAY,
    DateTime,
    Numeric,
    Text,
    and_,
    any_,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import array

from collectors.counters import Counters, Group, Sums
from collectors.errors import MovingView
from collectors.visibility import Visibility
from ledgerscope.store.tables import NO_CURRENCY, event, event_rollup
from ledgerscope.store.tables.base import TransactionId, TransactionSnapshot

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement, CompoundSelect, Connection, Select

__all__ = ["Found", "Probe", "added", "come_due", "epoch", "everything", "probe"]


@dataclass(frozen=True, slots=True)
class Found:
    """Events of a group that occurred by the instant, and when the next of it occurs, in Unix seconds."""

    group: Group
    sums: Sums
    next_at: Decimal | None


@dataclass(frozen=True, slots=True)
class Probe:
    """The transaction's view, and which database it is a view of.

    `identity` is cluster, timeline, database and table. `pruned` is how many events the rollup stands for.
    `has_foreign_ids`: there are events that claim transactions this cluster has not begun yet.
    """

    visible: Visibility
    identity: tuple[int, int, int, int]
    pruned: int
    is_standby: bool
    has_foreign_ids: bool


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
FROZEN = ("repeatable read", "serializable")
_PROBE = text("""
    SELECT pg_current_snapshot()::text AS visible, current_setting('transaction_isolation') AS isolation,
        (SELECT system_identifier FROM pg_control_system()) AS cluster,
        CASE WHEN pg_is_in_recovery() THEN (SELECT timeline_id FROM pg_control_checkpoint())
            ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int END AS timeline,
        (SELECT oid::bigint FROM pg_database WHERE datname = current_database()) AS database,
        'event'::regclass::oid::bigint AS events,
        (SELECT coalesce(sum(n), 0)::bigint FROM event_rollup
            WHERE event_type = ANY (:event_types)) AS pruned,
        pg_is_in_recovery() AS is_standby,
        coalesce((SELECT xid FROM event ORDER BY xid DESC LIMIT 1)
            >= pg_snapshot_xmax(pg_current_snapshot()), false) AS has_foreign_ids
""")
# The checkpoint's timeline lags behind a promotion; the name of the file being written does not.


def probe(connection: Connection, counters: Counters) -> Probe:
    """Look at the transaction's snapshot and at the database it is of; raises MovingView."""
    row = connection.execute(_PROBE, {"event_types": list(counters.event_types)}).one()
    if row.isolation not in FROZEN:
        raise MovingView(row.isolation)
    return Probe(
        visible=Visibility.parse(row.visible),
        identity=(row.cluster, row.timeline, row.database, row.events),
        pruned=row.pruned,
        is_standby=row.is_standby,
        has_foreign_ids=row.has_foreign_ids,
    )


def everything(
    connection: Connection, counters: Counters, as_of: datetime, tenants: Collection[str] | None = None
) -> Iterator[Found]:
    """All events that the transaction sees, those that were pruned included; of some tenants or of all."""
    events, rollup = _of_events(counters, as_of), _of_rollup(counters)
    if tenants is not None:
        events = events.where(event.c.tenant_id.in_(tenants))
        rollup = rollup.where(event_rollup.c.tenant_id.in_(tenants))
    return _found(connection, counters, union_all(events, rollup))


def added(
    connection: Connection, counters: Counters, before: Visibility, now: Visibility, as_of: datetime
) -> Iterator[Found]:
    """The events that `now` sees and `before` did not.

    Those have either ids that were not given out then, a range of the index, or ids that were in progress, a
    short list: nothing older is read, however long a transaction stays open.
    """
    late = event.c.xid >= cast(literal(str(before.xmax)), TransactionId())
    slow = event.c.xid == any_(_xids(before.in_progress))
    query = _of_events(counters, as_of).where(or_(late, slow), _seen_by(now))
    return _found(connection, counters, query)


def come_due(
    connection: Connection, counters: Counters, before: Visibility, after: datetime, as_of: datetime
) -> Iterator[Found]:
    """The events that `before` saw and that occur later than the instant `after`."""
    query = _of_events(counters, as_of).where(_seen_by(before), event.c.occurred_at > _at(after))
    return _found(connection, counters, query)


def epoch(at: datetime) -> Decimal:
    """An instant in Unix seconds, exact to the microsecond."""
    return Decimal((at - _EPOCH) // timedelta(microseconds=1)).scaleb(-6)


def _seen_by(visibility: Visibility) -> ColumnElement[bool]:
    snapshot = cast(literal(str(visibility)), TransactionSnapshot())
    return func.pg_visible_in_snapshot(event.c.xid, snapshot)


def _of_events(counters: Counters, as_of: datetime) -> Select[Any]:
    """Sums of the events that occurred by the instant; a group may have none yet."""
    keys = [event.c.tenant_id, event.c.event_type, func.coalesce(event.c.currency, NO_CURRENCY)]
    keys += [event.c.labels[key].astext for key in counters.keys]
    occurred = event.c.occurred_at <= _at(as_of)
    planned = and_(event.c.occurred_at > _at(as_of), func.isfinite(event.c.occurred_at))
    within = [func.count().filter(occurred, event.c.duration_ms <= bound) for bound in counters.bounds]
    return (
        select(
            *keys,
            func.count().filter(occurred),
            func.coalesce(func.sum(event.c.amount_minor).filter(occurred), 0),
            func.coalesce(func.sum(event.c.duration_ms).filter(occurred), 0),
            func.count(event.c.duration_ms).filter(occurred),
            array(within) if within else null(),
            null(),
            cast(func.extract("epoch", func.min(event.c.occurred_at).filter(planned)), Numeric),
        )
        .where(event.c.event_type.in_(counters.event_types))
        .group_by(*keys)
    )


def _of_rollup(counters: Counters) -> Select[Any]:
    """Pruned events have occurred: they count as a whole."""
    return select(
        event_rollup.c.tenant_id,
        event_rollup.c.event_type,
        event_rollup.c.currency,
        *(event_rollup.c.labels[key].astext for key in counters.keys),
        event_rollup.c.n,
        event_rollup.c.sum_minor,
        event_rollup.c.sum_duration_ms,
        null(),
        null(),
        event_rollup.c.buckets,
        null(),
    ).where(event_rollup.c.event_type.in_(counters.event_types))


def _found(
    connection: Connection, counters: Counters, query: Select[Any] | CompoundSelect[Any]
) -> Iterator[Found]:
    for row in connection.execute(query):
        tenant_id, event_type, currency, *values, n, minor, milliseconds, timed, within, buckets, next_at = (
            row
        )
        if timed is None:  # pruned
            timed = min(n, sum(buckets or ()))
        if within is None:
            within = _within(counters, event_type, buckets)
        yield Found(
            Group(tenant_id, event_type, currency, tuple(values)),
            Sums(n, int(minor), int(milliseconds), tuple(within), timed),
            next_at,
        )


def _within(counters: Counters, event_type: str, buckets: Sequence[int] | None) -> Iterator[int]:
    """Counts up to each bound of the counters, from the buckets in which pruned events are kept.

    Buckets of another layout than today's cannot be separated: their events count in +Inf only.
    """
    layout = counters.layout(event_type)
    fits = buckets is not None and len(buckets) == len(layout) + 1
    known = dict(zip(layout, accumulate(buckets), strict=False)) if buckets is not None and fits else {}
    reached = 0
    for bound in counters.bounds:
        reached = known.get(bound, reached)
        yield reached


def _at(instant: datetime) -> ColumnElement[Any]:
    return literal(instant, DateTime(timezone=True))


def _xids(values: Iterable[int]) -> ColumnElement[Any]:
    """Transaction ids as an array: the driver knows no `xid8`, so they travel as text."""
    return cast(literal([str(value) for value in values], ARRAY(Text)), ARRAY(TransactionId()))
