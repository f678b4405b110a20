"""A smallest business to hang rows on: two tenants, a customer each, an invoice of one instalment."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import pytest
from sqlalchemy import Table, insert

from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMESPACE = UUID("5a0b9a0e-0f3f-4b52-9f3e-3a1f0a7d0001")
DEFAULTS: dict[Table, dict[str, Any]] = {
    t.customer: {
        "external_id": "C-1",
        "name": "Ada",
        "status": "active",
        "currency": "EUR",
        "source": "api",
        "created_at": NOW,
        "updated_at": NOW,
    },
    t.invoice: {
        "number": "I-1",
        "status": "open",
        "kind": "subscription",
        "issued_on": date(2026, 1, 1),
        "currency": "EUR",
        "total_minor": 1000,
        "tax_minor": 0,
    },
    t.invoice_due: {"seq": 1, "due_on": date(2026, 1, 31), "amount_minor": 1000},
    t.payment: {
        "amount_minor": 1000,
        "currency": "EUR",
        "method": "card",
        "gateway": "stripe",
        "received_on": date(2026, 2, 1),
        "received_at": NOW,
    },
    t.credit_note: {"number": "N-1", "amount_minor": 400, "currency": "EUR", "issued_on": date(2026, 2, 1)},
    t.allocation: {
        "from_kind": "payment",
        "due_seq": 1,
        "amount_minor": 1000,
        "effective_on": date(2026, 2, 1),
        "recorded_at": datetime(2026, 2, 1, 12, tzinfo=UTC),
    },
    t.plan: {
        "code": "P",
        "name": "Plan",
        "tier": "starter",
        "amount_minor": 1000,
        "currency": "EUR",
        "interval_unit": "month",
        "created_at": NOW,
    },
    t.subscription: {"status": "active", "started_at": NOW},
    t.event: {"event_type": "CustomerCreated", "occurred_at": NOW},
    t.audit_log: {"actor": "ada", "action": "customer.create", "subject": "c1", "at": NOW},
}


def uid(name: str) -> UUID:
    """A stable key for a name."""
    return uuid5(NAMESPACE, name)


@pytest.fixture
def add() -> Callable[..., None]:
    """`add(connection, table, **values)` inserts a row of the tenant `acme`, the rest filled in."""

    def add(connection: Connection, table: Table, **values: Any) -> None:
        given = {"tenant_id": "acme", **DEFAULTS.get(table, {}), **values}
        row = {name: uid(value) if _is_name(table, name, value) else value for name, value in given.items()}
        connection.execute(insert(table), row)

    return add


def _is_name(table: Table, column: str, value: object) -> bool:
    return isinstance(value, str) and table.c[column].type.python_type is UUID


@pytest.fixture
def business(owner: Engine, add: Callable[..., None]) -> Engine:
    """The owner's engine; `acme` and `globex` have a customer c1, an invoice i1 and a payment p1 each."""
    with owner.begin() as connection:
        for tenant in ("acme", "globex"):
            connection.execute(
                insert(t.tenant),
                {
                    "tenant_id": tenant,
                    "name": tenant,
                    "timezone": "Europe/Berlin",
                    "base_currency": "EUR",
                    "created_at": NOW,
                },
            )
            add(connection, t.customer, tenant_id=tenant, customer_id="c1")
            add(connection, t.invoice, tenant_id=tenant, invoice_id="i1", customer_id="c1")
            add(connection, t.invoice_due, tenant_id=tenant, invoice_id="i1")
            add(connection, t.payment, tenant_id=tenant, payment_id="p1", customer_id="c1")
            add(connection, t.event, tenant_id=tenant)
            add(connection, t.audit_log, tenant_id=tenant)
    return owner
