"""The operations on aging snapshots: refreshed, and read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.aging.decision import RefreshAging, check_refresh, record_refresh
from ledgerscope.customers.aging.refresh import keep_snapshot
from ledgerscope.customers.aging.snapshots import (
    AccountAging,
    AgingPage,
    Snapshot,
    SnapshotPage,
    account_history,
    account_page,
    find_snapshot,
    snapshot_page,
)
from ledgerscope.customers.decision import Call, Fault, Refused
from ledgerscope.customers.operations import Note, Operations, Verdict
from ledgerscope.customers.operations.cursors import read_cursor
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.lookups import as_id
from ledgerscope.customers.operations.types import typed
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from ledgerscope.store.records import Id

__all__ = ["Agings", "RefreshedAging"]

LARGEST_PAGE: Final = 500
_NO_NOTE: Final = Note()


@dataclass(frozen=True, slots=True)
class RefreshedAging:
    """The day that was kept (ISO 8601), and how many accounts had anything open or unallocated."""

    as_of: str
    accounts: int


@typed
class Agings:
    """What customers owed on the days that were kept, by days past due.

    A snapshot describes the end of its day as it was known when it was refreshed: by the dates of documents,
    as the served figures do. A second refresh of a day replaces the first.
    """

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id

    def refresh(
        self,
        request: RefreshAging = RefreshAging(),  # noqa: B008 - frozen
        note: Note = _NO_NOTE,
    ) -> RefreshedAging | Refused:
        """Keep the aging of all customers for a day. Writes AgingSnapshotRefreshed."""

        def decide(connection: Connection, call: Call) -> Verdict[RefreshedAging] | Refused:
            refused = check_refresh(request, call.moment.day)
            if refused is not None:
                return refused
            day = request.day or call.moment.day
            accounts = keep_snapshot(connection, call.moment, day, request.trigger)
            changes = record_refresh(day, request.trigger, accounts, call)
            return Verdict(changes, RefreshedAging(day.isoformat(), accounts))

        return self._operations.write("aging.refreshed", request, decide, returns=RefreshedAging, note=note)

    @takes(Permission.CUSTOMERS_LIST)
    def snapshot(self, day: date | None = None) -> Snapshot | Refused:
        """The snapshot of a day, else the one of the latest day that was kept."""
        with self._operations.read() as connection:
            return find_snapshot(connection, self._tenant_id, day) or _no_snapshot(day)

    @takes(Permission.CUSTOMERS_LIST)
    def snapshots(self, *, before: date | None = None, limit: int = 50) -> SnapshotPage | Refused:
        """A page of the snapshots that are kept, the latest day first, those of days before one."""
        if not 1 <= limit <= LARGEST_PAGE:
            return Refused(f"limit: 1 to {LARGEST_PAGE}, not {limit}", Fault.INVALID, "limit")
        with self._operations.read() as connection:
            return snapshot_page(connection, self._tenant_id, before, limit)

    @takes(Permission.CUSTOMERS_LIST)
    def accounts(
        self, day: date | None = None, *, limit: int = 50, cursor: str | None = None
    ) -> AgingPage | Refused:
        """A page of `limit` customers with what each owed on a day, else on the latest that was kept."""
        if not 1 <= limit <= LARGEST_PAGE:
            return Refused(f"limit: 1 to {LARGEST_PAGE}, not {limit}", Fault.INVALID, "limit")
        place = None if cursor is None else read_cursor(cursor)
        if isinstance(place, Refused):
            return place
        with self._operations.read() as connection:
            snapshot = find_snapshot(connection, self._tenant_id, day)
            if snapshot is None:
                return _no_snapshot(day)
            if place is not None and place[0] != snapshot.refreshed_at:
                return Refused("cursor: the snapshot was refreshed since; begin again", field="cursor")
            after = None if place is None else place[1]
            return account_page(connection, self._tenant_id, snapshot, after, limit)

    @takes(Permission.CUSTOMERS_VIEW)
    def history(self, customer_id: Id, since: date, until: date) -> tuple[AccountAging, ...] | Refused:
        """What a customer owed in the snapshots from one day to another, both included, oldest first."""
        with self._operations.read() as connection:
            if not self._is_there(connection, customer_id):
                said = f"there is no customer {customer_id!r} in this company"
                return Refused(said, Fault.NOT_FOUND, "customer_id")
            return account_history(connection, self._tenant_id, customer_id, since, until)

    def _is_there(self, connection: Connection, customer_id: Id) -> bool:
        c = t.customer.c
        query = select(c.customer_id).where(c.tenant_id == self._tenant_id, c.customer_id == customer_id)
        return as_id(customer_id) is not None and connection.execute(query).one_or_none() is not None


def _no_snapshot(day: date | None) -> Refused:
    which = "" if day is None else f" of {day}"
    return Refused(f"there is no aging snapshot{which}; refresh it first", Fault.NOT_FOUND, "day")
