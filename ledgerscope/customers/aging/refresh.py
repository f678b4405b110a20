"""Keeps the aging of a day: one statement over all customers, by the rules of the collectors."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Date, Text, bindparam, case, cast, delete, func, insert, literal, select, union_all

from ledgerscope.domain.aging import BUCKETS, UNALLOCATED
from ledgerscope.store import tables as t
from ledgerscope.store.engine import READING
from ledgerscope.store.open_items import open_instalments, unallocated
from ledgerscope.store.tables.values import AGING_COLUMNS

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import ColumnElement, Connection, Insert, Subquery

    from ledgerscope.customers.decision import Moment

__all__ = ["COLUMN_OF", "keep_snapshot"]

COLUMN_OF: Final = dict(zip((*(name for name, _ in BUCKETS), UNALLOCATED), AGING_COLUMNS, strict=True))
"""Where each bucket of the domain is kept."""

_PLANNING: Final = select(*(func.set_config(name, READING[name], True) for name in ("jit", "work_mem")))
"""Sums by customer stay in memory, whatever the server's defaults are; until the transaction ends."""


def keep_snapshot(connection: Connection, moment: Moment, day: date, trigger: str) -> int:
    """Replace the snapshot of a day; how many accounts it has, which its row does not say yet.

    Refreshes of one company take turns: a second one waits before it sums anything.
    """
    company, kept, tenant_id = t.tenant.c, t.aging_snapshot.c, moment.tenant_id
    turn = select(company.tenant_id).where(company.tenant_id == tenant_id).with_for_update(key_share=True)
    connection.execute(turn)
    connection.execute(delete(t.aging_snapshot).where(kept.tenant_id == tenant_id, kept.as_of == day))
    connection.execute(_PLANNING)
    row = {"tenant_id": tenant_id, "as_of": day, "trigger": trigger, "refreshed_at": moment.at, "accounts": 0}
    connection.execute(insert(t.aging_snapshot).values(row))
    written = connection.execute(
        _insert(),
        {"snapshot_tenant": tenant_id, "snapshot_day": day, "earliest_day": day},
        execution_options={"preserve_rowcount": True},
    )
    return written.rowcount


@cache
def _insert() -> Insert:
    """A row for each customer and currency with anything open or unallocated, the buckets side by side."""
    clock = select(
        cast(bindparam("snapshot_tenant"), Text).label("tenant_id"),
        cast(bindparam("snapshot_day"), Date).label("day"),
    ).subquery("clock")
    owed, left = open_instalments(clock), unallocated(clock)
    items = union_all(
        select(owed.c.customer_id, owed.c.currency, _bucket(owed).label("bucket"), owed.c.open_minor),
        select(left.c.customer_id, left.c.currency, literal(UNALLOCATED), -left.c.minor),
    ).subquery("item")
    sums = [
        func.coalesce(func.sum(items.c.open_minor).filter(items.c.bucket == bucket), 0).label(column)
        for bucket, column in COLUMN_OF.items()
    ]
    keys = items.c.customer_id, items.c.currency
    rows = select(bindparam("snapshot_tenant"), bindparam("snapshot_day"), *keys, *sums).group_by(*keys)
    in_order = rows.order_by(*keys)  # the indexes grow at their ends
    names = ("tenant_id", "as_of", "customer_id", "currency", *COLUMN_OF.values())
    return insert(t.aging_snapshot_account).from_select(names, in_order)


def _bucket(owed: Subquery) -> ColumnElement[Any]:
    """The name of the instalment's bucket, as `bucket_of` gives it."""
    overdue = owed.c.day - owed.c.due_on
    ends = [(overdue <= last, name) for name, last in BUCKETS if last is not None]
    return case(*ends, else_=BUCKETS[-1][0])
