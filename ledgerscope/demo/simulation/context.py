"""One step of the live business: a company at an instant, inside an open transaction.

Operations read through the connection, decide, and collect what they decided; it is written by the store's
one writer when the step is over, so that every event commits with the rows that it describes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from ledgerscope.customers import Call, Moment, Refused
from ledgerscope.demo.dates import Calendar
from ledgerscope.demo.errors import NotLoaded
from ledgerscope.store import tables as t
from ledgerscope.store.changes_batch import Batch
from ledgerscope.store.changes_writer import write_batch
from ledgerscope.store.records import TABLE_OF, columns, make_event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Connection, Row, Select, Table

    from ledgerscope.customers import Decision
    from ledgerscope.demo.random_source import RandomSource
    from ledgerscope.domain.events import EventType
    from ledgerscope.store.changes import Changes
    from ledgerscope.store.records import Id, Record

__all__ = ["Context", "RecordQuery", "own"]

_Kind = TypeVar("_Kind", bound=tuple[Any, ...])


@dataclass(frozen=True, slots=True)
class RecordQuery(Generic[_Kind]):
    """A query for records of one company, made once: putting it together costs more than its answer."""

    kind: type[_Kind]
    select: Select[Any]

    @classmethod
    def of(
        cls, kind: type[_Kind], *conditions: ColumnElement[bool], order: Sequence[ColumnElement[Any]] = ()
    ) -> Self:
        """The rows that meet the conditions, in an order."""
        table = TABLE_OF[kind]
        query = select(*(table.c[name] for name in columns(kind))).where(own(table), *conditions)
        if order:
            query = query.order_by(*order, *table.primary_key.columns)
        return cls(kind, query)


def own(table: Table) -> ColumnElement[bool]:
    """Whether a row is one of the company, in a query that is made once."""
    return table.c.tenant_id == bindparam("tenant_id")


class Context:
    """What an operation works with; `since` is the instant of the step before."""

    def __init__(
        self,
        connection: Connection,
        tenant_id: str,
        now: datetime,
        random: RandomSource,
        since: datetime | None = None,
    ) -> None:
        self.connection = connection
        self.tenant_id = tenant_id
        self.now = now
        self.since = since or now
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
        return self.moment.day

    @cached_property
    def moment(self) -> Moment:
        """For requests of this step."""
        return Moment(self.tenant_id, self.now, self.calendar.day(self.now))

    def call(self, actor: str, source: str = "ui") -> Call:
        """A request of an actor at this instant."""
        return Call(moment=self.moment, actor=actor, request_id=self.random.id(), source=source)

    def commit(self, decision: Decision) -> Changes | None:
        """Collect the changes of a decision; None where it was refused, and nothing changes."""
        if isinstance(decision, Refused):
            return None
        self.batch.apply(decision)
        return decision

    def write(self, record: Record) -> None:
        """Collect a plain row."""
        self.batch.add(record)

    def emit(
        self,
        event_type: EventType,
        *labels: str,
        customer_id: Id | None = None,
        amount: int | None = None,
        currency: str | None = None,
    ) -> None:
        """Collect an event of this instant."""
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

    def records(self, query: RecordQuery[_Kind], **parameters: Any) -> list[_Kind]:
        """The rows that a query of this company gives, as records."""
        rows = self.connection.execute(query.select, {"tenant_id": self.tenant_id, **parameters})
        return [query.kind(*map(_as_written, row)) for row in rows]

    def change(self, table: Table, key: str, row: Row[Any], **values: Any) -> None:
        """Update one row that `pick` gave, for what no operation decides."""
        column = table.c[key]
        self.connection.execute(
            table.update()
            .where(table.c.tenant_id == self.tenant_id, column == getattr(row, key))
            .values(values)
        )

    def finish(self) -> None:
        """Write what was collected since the last time."""
        write_batch(self.connection, self.batch)
        self.batch = Batch()


def _as_written(value: Any) -> Any:
    """Identifiers as records hold them; everything else as it is."""
    return value.hex if isinstance(value, UUID) else value
