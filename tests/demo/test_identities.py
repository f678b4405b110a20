"""What must hold on the demo business, asked in SQL that shares nothing with the generator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from ledgerscope.customers.audit.verification import verify_log
from ledgerscope.demo.companies import COMPANIES
from tests.demo.conftest import UNTIL
from tests.demo.queries import IDENTITIES

if TYPE_CHECKING:
    from sqlalchemy import Connection


def broken(connection: Connection, query: str) -> list[object]:
    """The first rows that break an identity."""
    parameters = {"until": UNTIL} if ":until" in query else {}
    return [tuple(row) for row in connection.execute(text(query), parameters).fetchmany(5)]


@pytest.mark.parametrize("name", IDENTITIES)
def test_the_business_keeps_the_identity(demo: Connection, name: str) -> None:
    assert broken(demo, IDENTITIES[name]) == []


def test_the_audit_log_of_each_company_is_a_whole_chain(demo: Connection) -> None:
    for company in COMPANIES:
        verified = verify_log(demo, company.tenant_id, None)
        assert verified.sound
        assert verified.rows > 1000


@pytest.mark.parametrize(
    ("query", "damage"),
    [
        (
            "AGING_EQUALS_LEDGER",
            "update invoice set total_minor = total_minor + 1 where number = '00002-0001'",
        ),
        ("INSTALMENTS_MAKE_THE_INVOICE", "update invoice_due set amount_minor = amount_minor + 1"),
        (
            "INSTALMENTS_NEVER_OVERSETTLED",
            "update invoice_due set amount_minor = 1 where settled_on is not null",
        ),
        ("SOURCES_NEVER_OVERUSED", "update payment set amount_minor = 1 where used_up_on is not null"),
        ("KEPT_DAYS_ARE_TRUE", "update invoice_due set settled_on = null"),
        ("STATUS_OF_INVOICES_IS_TRUE", "update invoice set status = 'open' where status = 'paid'"),
        ("STATUS_IS_LAST_OF_HISTORY", "update customer set status = 'blocked' where status = 'inactive'"),
        (
            "HISTORY_IS_A_CHAIN",
            "update customer_status_history set to_status = 'blocked' where from_status is null",
        ),
        ("WON_AT_FIRST_PRICE", "delete from subscription_version"),
        (
            "LOST_WHEN_LAST_SUBSCRIPTION_ENDS",
            "update subscription set ended_at = ended_at + interval '1 second'",
        ),
        ("REGAINED_AT_FIRST_PRICE_AFTER_LOSS", "delete from subscription_version"),
        (
            "NO_PRICE_WITHOUT_A_RUNNING_SUBSCRIPTION",
            "update subscription set status = 'paused' where status = 'active'",
        ),
        ("RUNNING_SUBSCRIPTIONS_HAVE_A_PRICE", "delete from subscription_version where upper_inf(valid)"),
        ("EVENTS_WITHOUT_THEIR_ROWS", "delete from credit_breach"),
        ("AUDIT_AND_ROWS_DIFFER", "delete from communication"),
        (
            "AUDIT_AND_ROWS_DIFFER",
            "insert into audit_log (tenant_id, actor, action, subject, details, at) "
            "values ('aurora', 'x', 'contact.created', 'x', '{}', now())",
        ),
        (
            "NUMBERS_HAVE_GAPS",
            "update customer set customer_number = 'C-999999' where customer_number = 'C-000003'",
        ),
        ("AMOUNTS_OF_EVENTS_AND_ROWS_DIFFER", "update payment set amount_minor = amount_minor + 1"),
        ("CREDIT_REQUESTS_WITHOUT_THEIR_EVENTS", "delete from credit_limit where status = 'requested'"),
    ],
)
def test_the_query_sees_a_broken_identity(demo: Connection, query: str, damage: str) -> None:
    for table in ("invoice_due", "payment"):  # their triggers refuse this damage
        demo.execute(text(f"alter table {table} disable trigger user"))
    changed = demo.execute(text(damage)).rowcount
    assert changed > 0
    assert broken(demo, IDENTITIES[query])


def test_several_currencies_have_rates_for_every_day_in_both_directions(demo: Connection) -> None:
    query = """
        select tenant_id, count(distinct currency) as currencies, (
            select count(*) from fx_rate r where r.tenant_id = customer.tenant_id and r.to_currency <> 'GBP'
        ) as rates, (
            select count(*) from fx_rate r join fx_rate back using (tenant_id, day)
            where r.tenant_id = customer.tenant_id and (r.from_currency, r.to_currency)
                = (back.to_currency, back.from_currency) and abs(r.rate * back.rate - 1) < 0.0001
        ) as pairs
        from customer group by tenant_id order by tenant_id
    """
    currencies = {
        row.tenant_id: (row.currencies, row.rates == row.pairs) for row in demo.execute(text(query))
    }
    rates = {row.tenant_id: row.rates for row in demo.execute(text(query))}
    assert currencies == {"aurora": (1, True), "basalt": (1, True), "cinder": (2, True)}
    assert rates["cinder"] > 2 * 700
