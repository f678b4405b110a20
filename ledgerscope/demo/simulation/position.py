"""How far each part of the live business has come: one row per company and part, kept in the database.

Guards that the business goes on exactly once: a step is done in the transaction that moves its position, and
all keys that it writes follow from the position. So a step that was killed did not happen, and one that was
done is never done again, whoever does the next. The table is no part of the canonical schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from ledgerscope.store import roles

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

__all__ = ["BUSINESS", "WORK", "Position", "advance", "begin", "lock", "prepare", "read_all"]

BUSINESS: Final = "business"
"""What customers and people do, operation by operation."""
WORK: Final = "work"
"""What the background workers do."""
_CREATE: Final = """
    create table if not exists demo_position (
        tenant_id text not null,
        part text not null,
        step bigint not null,
        at timestamptz not null,
        primary key (tenant_id, part)
    )
"""
_GRANT: Final = f"grant select, insert, update on demo_position to {roles.APP}"
_IS_THERE: Final = text("select to_regclass('demo_position') is not null")
_ROLE: Final = text("select exists (select from pg_roles where rolname = :role)")
_BEGIN: Final = text("insert into demo_position values (:tenant_id, :part, 0, :at) on conflict do nothing")
_READ_ALL: Final = text("select tenant_id, part, step, at from demo_position")
_LOCK: Final = text(
    "select tenant_id, part, step, at from demo_position "
    "where tenant_id = :tenant_id and part = :part for update skip locked"
)
_ADVANCE: Final = text(
    "update demo_position set step = step + 1, at = :at where tenant_id = :tenant_id and part = :part"
)


@dataclass(frozen=True, slots=True)
class Position:
    """The number of steps that a part of a company has done, and the instant of the last one."""

    tenant_id: str
    part: str
    step: int
    at: datetime


def prepare(connection: Connection, tenants: Iterable[str], part: str, at: datetime) -> None:
    """Create the table, with the owner's rights, and let a part begin where it has not begun yet."""
    if not connection.execute(_IS_THERE).scalar_one():
        connection.exec_driver_sql(_CREATE)
        if connection.execute(_ROLE, {"role": roles.APP}).scalar_one():
            connection.exec_driver_sql(_GRANT)
    for tenant_id in tenants:
        begin(connection, tenant_id, part, at)


def begin(connection: Connection, tenant_id: str, part: str, at: datetime) -> None:
    """Let a part of a company begin at an instant; does nothing where it has begun."""
    connection.execute(_BEGIN, {"tenant_id": tenant_id, "part": part, "at": at})


def read_all(connection: Connection) -> tuple[Position, ...]:
    """Every position; none where no demo was ever loaded."""
    if not connection.execute(_IS_THERE).scalar_one():
        return ()
    return tuple(Position(*row) for row in connection.execute(_READ_ALL))


def lock(connection: Connection, tenant_id: str, part: str) -> Position | None:
    """The position, locked until the transaction ends; None while another transaction holds it."""
    row = connection.execute(_LOCK, {"tenant_id": tenant_id, "part": part}).one_or_none()
    return None if row is None else Position(*row)


def advance(connection: Connection, position: Position, at: datetime) -> None:
    """One more step is done, at an instant."""
    connection.execute(_ADVANCE, {"tenant_id": position.tenant_id, "part": position.part, "at": at})
