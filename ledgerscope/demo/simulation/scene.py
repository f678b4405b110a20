"""One transaction of the live business: who, when, with which luck, and the rows it is going to write.

Acts read and update through the connection and write new rows into the batch; the batch is inserted when the
act is over, so that every event goes into the transaction that made it happen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ledgerscope.demo.dates import Calendar
from ledgerscope.demo.errors import NotLoaded
from ledgerscope.store import tables as t
from ledgerscope.store.changes_batch import Batch
from ledgerscope.store.changes_writer import write_batch
from ledgerscope.store.records import make_event

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Connection, Row, Table

    from ledgerscope.demo.random_source import RandomSource
    from ledgerscope.domain.events import EventType
    from ledgerscope.store.records import Id, Record

__all__ = ["Scene"]


class Scene:
    """A company at an instant, inside an open transaction that sees this company only."""

    def __init__(self, connection: Connection, tenant_id: str, now: datetime, random: RandomSource) -> None:
        self.connection = connection
        self.tenant_id = tenant_id
        self.now = now
        self.random = random
        self.batch = Batch()
        company = connection.execute(
            select(t.tenant.c.timezone, t.tenant.c.base_currency).where(t.tenant.c.tenant_id == tenant_id)
        ).one_or_none()
        if company is None:
            raise NotLoaded(tenant_id)
        self.currency: str = company.base_currency
        self.calendar = Calendar(ZoneInfo(company.timezone))

    @property
    def today(self) -> date:
        """The date at the company."""
        return self.calendar.day(self.now)

    def write(self, record: Record) -> None:
        self.batch.add(record)

    def emit(
        self,
        event_type: EventType,
        *labels: str,
        customer_id: Id | None = None,
        amount: int | None = None,
        currency: str | None = None,
    ) -> None:
        """Write an event of this instant."""
        self.write(
            make_event(
                self.tenant_id,
                event_type,
                self.now,
                *labels,
                customer_id=customer_id,
                amount=amount,
                currency=currency,
            )
        )

    def pick(self, table: Table, key: str, *conditions: ColumnElement[bool]) -> Row[Any] | None:
        """Some row that meets the conditions, locked; None where there is none that nobody else holds.

        The first from a random place in the order of the key on, so that the index finds it at once.
        """
        column = table.c[key]
        wanted = (
            select(table)
            .where(table.c.tenant_id == self.tenant_id, *conditions)
            .order_by(column)
            .limit(1)
            .with_for_update(skip_locked=True, key_share=True)
        )
        start = UUID(self.random.id())
        found = self.connection.execute(wanted.where(column >= start)).first()
        return found or self.connection.execute(wanted).first()

    def change(self, table: Table, key: str, row: Row[Any], **values: Any) -> None:
        """Update one row that `pick` gave."""
        column = table.c[key]
        self.connection.execute(
            table.update()
            .where(table.c.tenant_id == self.tenant_id, column == getattr(row, key))
            .values(values)
        )

    def finish(self) -> None:
        """Insert what the act wrote."""
        write_batch(self.connection, self.batch)
