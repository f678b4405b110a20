"""Snapshots of what is owed, kept once a business is loaded: of its last day and of the last months' ends."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ledgerscope.customers import Call, Moment
from ledgerscope.customers.aging.decision import record_refresh
from ledgerscope.customers.aging.refresh import keep_snapshot
from ledgerscope.store import tables as t
from ledgerscope.store.changes_batch import Batch
from ledgerscope.store.changes_writer import write_batch
from ledgerscope.store.records import derive_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from sqlalchemy import Connection

__all__ = ["keep_aging"]

_MONTHS: Final = 3
_DESK: Final = "nightly routine"


def keep_aging(connection: Connection, tenant_id: str, until: datetime) -> None:
    """The snapshots that a company has at the end of its history, all of them made then."""
    timezone = connection.execute(
        select(t.tenant.c.timezone).where(t.tenant.c.tenant_id == tenant_id)
    ).scalar_one()
    today = until.astimezone(ZoneInfo(timezone)).date()
    moment, batch = Moment(tenant_id, until, today), Batch()
    for day, trigger in (*((each, "on_demand") for each in _months_ends(today)), (today, "scheduled")):
        accounts = keep_snapshot(connection, moment, day, trigger)
        call = Call(moment=moment, actor=_DESK, request_id=derive_id("aging", tenant_id, day))
        batch.apply(record_refresh(day, trigger, accounts, call))
    write_batch(connection, batch)


def _months_ends(today: date) -> Iterator[date]:
    """The last days of the months before, the latest first."""
    for _ in range(_MONTHS):
        today = today.replace(day=1) - timedelta(days=1)
        yield today
