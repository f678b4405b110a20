"""Each fault in rows is found by its check, and nothing is found where nothing is wrong."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import Range

from collectors.aging import AgingCollector
from ledgerscope.store import tables as t
from ledgerscope.store.data_check import CHECKS, find

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
RUNBOOK = (
    Path(__file__).parents[2] / "rules" / "runbooks" / "aging" / "CustomerAgingDoesNotReconcile.md"
).read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?);\n```", RUNBOOK, re.DOTALL)
WITHOUT_KEYS = """
    ALTER TABLE allocation DISABLE TRIGGER settle;
    ALTER TABLE allocation DROP CONSTRAINT allocation_tenant_id_invoice_id_due_seq_fkey;
"""
ALLOCATED = """
    insert into allocation (tenant_id, allocation_id, from_kind, from_id, invoice_id, due_seq, amount_minor,
                            effective_on, recorded_at)
    select tenant_id, gen_random_uuid(), 'payment', payment_id, invoice_id, {seq}, {minor}, '2026-02-01',
           now()
    from invoice join payment using (tenant_id) where tenant_id = 'acme';
"""
FAULTS = {
    "unknown zone": "DROP TRIGGER check_zone ON tenant; update tenant set timezone = 'Mars/Olympus' "
    "where tenant_id = 'acme'",
    "not finite: invoice_due": "ALTER TABLE invoice_due DROP CONSTRAINT invoice_due_finite_check; "
    "update invoice_due set due_on = 'infinity' where tenant_id = 'acme'",
    "not finite: subscription_version": "ALTER TABLE subscription_version DROP CONSTRAINT "
    "subscription_version_finite_check; update subscription_version set valid = '[2026-03-01,infinity)'",
    "price": "update subscription_version set mrr = 1001",
    "open version": "update subscription set status = 'paused'",
    "instalments": "update invoice_due set amount_minor = 900 where tenant_id = 'acme'",
    "instalment over-allocated": "ALTER TABLE allocation DISABLE TRIGGER settle;"
    + ALLOCATED.format(seq=1, minor=1500),
    "source over-allocated": "ALTER TABLE allocation DISABLE TRIGGER settle;"
    + ALLOCATED.format(seq=1, minor=1500),
}
IRRECONCILABLE = {
    "kept total": "delete from invoice_due where tenant_id = 'acme'; update invoice set missing_minor = 0",
    "copies of invoices": "ALTER TABLE invoice_due DISABLE TRIGGER of_invoice_anew; "
    "update invoice_due set owed_from = '2030-01-01' where tenant_id = 'acme'",
    "kept sums of instalments": "update invoice_due set allocated_minor = 7 where tenant_id = 'acme'",
    "kept sums of sources": "update payment set allocated_minor = 7 where tenant_id = 'acme'",
    "lost side": WITHOUT_KEYS  # noqa: S608  # our own constants
    + ALLOCATED.format(seq=9, minor=100)
    + "update payment set allocated_minor = 100, changed_on = '2026-02-01'",
}
"""States that break the identity of buckets and receivable, in the order of the runbook's queries."""


@pytest.fixture
def subscribed(business: Engine, add: Callable[..., None]) -> Engine:
    with business.begin() as c:
        add(c, t.plan, plan_id="pl1")
        add(c, t.subscription, subscription_id="s1", customer_id="c1", plan_id="pl1")
        keys = {"version_id": "v1", "subscription_id": "s1", "customer_id": "c1", "plan_id": "pl1"}
        add(c, t.subscription_version, **keys, currency="EUR", mrr=1000, valid=Range(MARCH, None))
    return business


def found(connection: Connection) -> set[str]:
    return {finding.check.name for finding in find(connection) if finding.tenant_id == "acme"}


def test_nothing_is_found_where_nothing_is_wrong(
    subscribed: Engine, exporter: Engine, add: Callable[..., None]
) -> None:
    with subscribed.begin() as c:
        add(c, t.allocation, allocation_id="a1", from_id="p1", invoice_id="i1", amount_minor=400)
        row = {"allocation_id": "r1", "from_id": "p1", "invoice_id": "i1", "amount_minor": -100}
        add(c, t.allocation, **row, reverses_id="a1", effective_on=date(2026, 2, 9))
        row = {"payment_reversal_id": "b1", "payment_id": "p1", "kind": "bounced", "amount_minor": 100}
        add(c, t.payment_reversal, **row, reversed_on=date(2026, 2, 9), recorded_at=MARCH)
    with exporter.connect() as c:
        assert list(find(c)) == []


def test_a_company_that_bills_without_instalments_is_sound(subscribed: Engine) -> None:
    with subscribed.begin() as c:
        c.exec_driver_sql("delete from invoice_due where tenant_id = 'acme'")
        assert found(c) == set()


@pytest.mark.parametrize("name", FAULTS | IRRECONCILABLE)
def test_each_fault_is_found_with_its_company_and_an_example(subscribed: Engine, name: str) -> None:
    with subscribed.begin() as c:
        c.exec_driver_sql((FAULTS | IRRECONCILABLE)[name])
        assert name in found(c)
        (finding,) = (one for one in find(c) if (one.check.name, one.tenant_id) == (name, "acme"))
    assert finding.rows == 1
    assert finding.message.startswith(f"company acme: {finding.check.what} (1 row, such as ")


def test_a_check_of_a_relation_that_is_not_there_is_left_out(owner: Engine) -> None:
    with owner.begin() as c:
        c.exec_driver_sql("DROP TABLE refund")
        assert list(find(c)) == []
    assert len({check.name for check in CHECKS}) == len(CHECKS)


@pytest.mark.parametrize("name", IRRECONCILABLE)
def test_each_query_of_the_runbook_finds_what_breaks_the_identity(business: Engine, name: str) -> None:
    query = text(QUERIES[list(IRRECONCILABLE).index(name)].replace(":'company'", ":company"))
    with business.execution_options(isolation_level="REPEATABLE READ").begin() as c:
        assert (gap(c), c.execute(query, {"company": "acme"}).all()) == (0, [])
        c.exec_driver_sql(IRRECONCILABLE[name])
        assert gap(c) != 0
        assert len(c.execute(query, {"company": "acme"}).all()) == 1


def test_the_runbook_has_a_query_for_each_of_these_states() -> None:
    assert len(QUERIES) == len(IRRECONCILABLE)


def gap(connection: Connection) -> float:
    """By how much the buckets of acme differ from its receivable."""
    values = {"customer_aging_open_amount": 0.0, "customer_receivable_amount": 0.0}
    for one in AgingCollector().collect(connection, NOON):
        if one.metric.name in values and one.labels[0] == "acme" and isinstance(one.value, float):
            values[one.metric.name] += one.value
    return round(values["customer_aging_open_amount"] - values["customer_receivable_amount"], 6)
