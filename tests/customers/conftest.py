"""Two companies in a fresh database, and the operations of each with the application's rights."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, text

from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Operations
from ledgerscope.store.changes import Changes
from ledgerscope.store.changes_writer import write_changes
from ledgerscope.store.records import Tenant

if TYPE_CHECKING:
    from collections.abc import Callable

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
COMPANIES = {"acme": ("Europe/Vienna", "EUR"), "bolt": ("Asia/Tokyo", "JPY")}


@dataclass
class Clock:
    """Time that moves when it is told to."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Ledger:
    """What is in the database, read with the owner's rights."""

    owner: Engine
    tables: tuple[str, ...] = field(default=("customer", "event", "audit_log", "operation_request"))

    def add_companies(self, suffix: str = "") -> None:
        with self.owner.begin() as connection:
            for name, (zone, currency) in COMPANIES.items():
                row = Tenant(f"{name}{suffix}", name.title(), zone, currency, "{}", NOON)
                write_changes(connection, [Changes((row,))])

    def count(self, table: str, tenant_id: str = "acme") -> int:
        with self.owner.connect() as connection:
            query = text(f"select count(*) from {table} where tenant_id = :tenant")  # noqa: S608 - of this file
            return int(connection.execute(query, {"tenant": tenant_id}).scalar_one())

    def counts(self) -> dict[str, int]:
        return {table: self.count(table) for table in self.tables}

    def details(self, action: str) -> list[dict[str, Any]]:
        """What the audit log of all companies says of an action, with reason and comment."""
        query = """
            select log.details - 'remark' || jsonb_strip_nulls(
                jsonb_build_object('reason', said.reason, 'comment', said.comment)) as details
            from audit_log as log left join audit_remark as said
                on said.tenant_id = log.tenant_id and said.digest = log.details ->> 'remark'
            where log.action = :action order by log.tenant_id, log.seq
        """
        return [row.details for row in self.rows(query, action=action)]

    def rows(self, query: str, **parameters: object) -> list[Any]:
        with self.owner.connect() as connection:
            return list(connection.execute(text(query), parameters))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(owner: Engine) -> Ledger:
    made = Ledger(owner)
    made.add_companies()
    return made


@pytest.fixture
def operations_of(app: Engine, ledger: Ledger, clock: Clock) -> Callable[[str], Operations]:
    """Operations of a company, for the actor `anna`."""

    def make(tenant_id: str) -> Operations:
        return Operations(app, Caller(tenant_id=tenant_id, actor="anna", correlation_id="c-1"), clock=clock)

    return make


@pytest.fixture
def operations(operations_of: Callable[[str], Operations]) -> Operations:
    """Operations of the company acme."""
    return operations_of("acme")


@pytest.fixture
def northwind(operations: Operations) -> str:
    """The identifier of a customer of the company acme."""
    made = Customers(operations).create(NewCustomer(name="Northwind"))
    assert isinstance(made, CreatedCustomer), made
    return made.customer_id
