"""Aging snapshots as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledgerscope.customers.aging.refresh import COLUMN_OF
from ledgerscope.customers.operations.cursors import write_cursor
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sqlalchemy import Connection, Row

    from ledgerscope.store.records import Id

__all__ = [
    "AccountAging",
    "AgingPage",
    "Snapshot",
    "SnapshotPage",
    "account_history",
    "account_page",
    "find_snapshot",
    "snapshot_page",
]

_KEPT: Final = t.aging_snapshot_account.c
_SNAPSHOT: Final = t.aging_snapshot.c
_SHOWN: Final = (_SNAPSHOT.as_of, _SNAPSHOT.trigger, _SNAPSHOT.refreshed_at, _SNAPSHOT.accounts)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The aging of all customers as it stood at the end of a day, known at `refreshed_at`.

    `accounts` counts customers and currencies with anything open or unallocated.
    """

    as_of: date
    trigger: str
    refreshed_at: datetime
    accounts: int


@dataclass(frozen=True, slots=True)
class AccountAging:
    """What a customer owed in a currency on a day: minor units by bucket, unallocated credits negative."""

    as_of: date
    customer_id: Id
    currency: str
    buckets: Mapping[str, int]

    @property
    def balance_minor(self) -> int:
        """The receivable of the customer on that day."""
        return sum(self.buckets.values())


@dataclass(frozen=True, slots=True)
class SnapshotPage:
    """Snapshots, and the day that the next page comes before; None on the last."""

    snapshots: tuple[Snapshot, ...]
    next_before: date | None


@dataclass(frozen=True, slots=True)
class AgingPage:
    """Accounts of one snapshot, all of a customer on the same page; the cursor is None on the last."""

    snapshot: Snapshot
    accounts: tuple[AccountAging, ...]
    next_cursor: str | None


def find_snapshot(connection: Connection, tenant_id: str, day: date | None) -> Snapshot | None:
    """The snapshot of a day, else the one of the latest day; None where there is none."""
    query = select(*_SHOWN).where(_SNAPSHOT.tenant_id == tenant_id)
    if day is not None:
        query = query.where(_SNAPSHOT.as_of == day)
    row = connection.execute(query.order_by(_SNAPSHOT.as_of.desc()).limit(1)).one_or_none()
    return None if row is None else Snapshot(*row)


def snapshot_page(connection: Connection, tenant_id: str, before: date | None, limit: int) -> SnapshotPage:
    """So many snapshots, the latest day first, those of days before one of them."""
    query = select(*_SHOWN).where(_SNAPSHOT.tenant_id == tenant_id)
    if before is not None:
        query = query.where(_SNAPSHOT.as_of < before)
    rows = connection.execute(query.order_by(_SNAPSHOT.as_of.desc()).limit(limit + 1)).all()
    shown = tuple(Snapshot(*row) for row in rows[:limit])
    return SnapshotPage(shown, shown[-1].as_of if len(rows) > limit else None)


def account_page(
    connection: Connection, tenant_id: str, snapshot: Snapshot, after: Id | None, customers: int
) -> AgingPage:
    """The accounts of so many customers, those after one of them, in the order of their identifiers."""
    of_day = _KEPT.tenant_id == tenant_id, _KEPT.as_of == snapshot.as_of
    found = select(_KEPT.customer_id).where(*of_day).distinct().order_by(_KEPT.customer_id)
    if after is not None:
        found = found.where(_KEPT.customer_id > after)
    here = connection.execute(found.limit(customers + 1)).scalars().all()
    shown = here[:customers]
    rows = (
        select(*_columns())
        .where(*of_day, _KEPT.customer_id.between(shown[0], shown[-1]))
        .order_by(_KEPT.customer_id, _KEPT.currency)
        if shown
        else None
    )
    accounts = () if rows is None else tuple(map(_account, connection.execute(rows)))
    more = write_cursor((snapshot.refreshed_at, shown[-1].hex)) if len(here) > customers else None
    return AgingPage(snapshot, accounts, more)


def account_history(
    connection: Connection, tenant_id: str, customer_id: Id, since: date, until: date
) -> tuple[AccountAging, ...]:
    """The accounts of a customer in the snapshots of these days, both included, oldest first."""
    query = (
        select(*_columns())
        .where(_KEPT.tenant_id == tenant_id, _KEPT.customer_id == customer_id)
        .where(_KEPT.as_of >= since, _KEPT.as_of <= until)
        .order_by(_KEPT.as_of, _KEPT.currency)
    )
    return tuple(map(_account, connection.execute(query)))


def _columns() -> list[Any]:
    names = ("as_of", "customer_id", "currency", *COLUMN_OF.values())
    return [_KEPT[name] for name in names]


def _account(row: Row[Any]) -> AccountAging:
    buckets = {bucket: getattr(row, column) for bucket, column in COLUMN_OF.items()}
    return AccountAging(row.as_of, row.customer_id.hex, row.currency, buckets)
