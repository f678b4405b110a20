"""Every state that the definitions name is in the demo at its default scale."""

# ruff: noqa: E501, S608 -- queries are put together from literals of this file and keep the shape of SQL

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from ledgerscope.demo.history.cases import CASES

if TYPE_CHECKING:
    from sqlalchemy import Connection

OF = "join customer c using (tenant_id, customer_id) where c.external_id = :case"
STATES = {
    "bounced": f"select from payment p {OF} and p.reversed_on is not null and p.reversal = 'bounced'",
    "partly-charged-back": f"select from payment_reversal r join payment p using (tenant_id, payment_id) {OF}"
    " and r.amount_minor < p.amount_minor and p.reversed_on is null and r.kind = 'charged_back'",
    "partly-refunded": "select from refund r join payment p using (tenant_id, payment_id) join customer c on "
    "(c.tenant_id, c.customer_id) = (p.tenant_id, p.customer_id) where c.external_id = :case"
    " and r.amount_minor < p.amount_minor - p.allocated_minor",
    "void-with-allocation": f"select from allocation a join invoice i using (tenant_id, invoice_id) {OF} "
    "and i.status = 'void' group by i.invoice_id having sum(a.amount_minor) > 0",
    "deposit": f"select from allocation a join invoice i using (tenant_id, invoice_id) {OF}"
    " and a.effective_on < i.issued_on",
    "post-dated-cheque": f"select from payment p {OF} and p.method = 'cheque' and p.received_on > "
    "(select max(effective_on) from allocation a where (a.tenant_id, a.payment_id) = (p.tenant_id, p.payment_id))",
    "recovered": f"select from write_off_reversal r join write_off w using (tenant_id, write_off_id) {OF}"
    " and r.reason = 'recovered' and r.amount_minor = w.amount_minor",
    "written-off-by-mistake": f"select from write_off_reversal r join write_off w using (tenant_id, write_off_id) {OF}"
    " and r.reason = 'error' and r.amount_minor < w.amount_minor",
    "larger-credit-note": f"select from credit_note n {OF} and n.amount_minor > n.allocated_minor"
    " and n.allocated_minor > 0",
    "expired-limit": f"select from credit_limit l {OF} and l.status = 'approved' and not upper_inf(l.valid)",
    "uncovered-exposure": f"select from credit_limit l {OF} and l.currency <> c.currency and not exists"
    " (select from fx_rate f where f.tenant_id = l.tenant_id and l.currency in (from_currency, to_currency))",
    "limit-in-another-currency": f"select from credit_limit l {OF} and l.currency <> c.currency and exists (select"
    " from fx_rate f where f.tenant_id = l.tenant_id and (from_currency, to_currency) = (c.currency, l.currency))",
    "triangulated-limit": f"select from credit_limit l {OF} and l.currency <> c.currency and exists (select from"
    " fx_rate f where f.tenant_id = l.tenant_id and to_currency = l.currency) and not exists (select from fx_rate f"
    " where f.tenant_id = l.tenant_id and (from_currency, to_currency) = (c.currency, l.currency))",
    "paused-and-resumed": f"select from subscription_version v {OF} group by subscription_id"
    " having count(*) = 2 and max(lower(valid)) > min(upper(valid))",
    "free-months": f"select from subscription_version v {OF} and v.discount = 1 and v.mrr = 0",
    "trial": f"select from subscription s {OF} and s.status = 'trialing'",
    "metered": f"select from subscription_version v join plan p using (tenant_id, plan_id) {OF} and p.metered",
    "deleted-but-subscribed": f"select from subscription_version v {OF} and c.deleted_at is not null"
    " and upper_inf(v.valid)",
    "cancel-and-create": f"select from subscription s {OF} and s.ended_at = (select max(started_at) from"
    " subscription o where (o.tenant_id, o.customer_id) = (s.tenant_id, s.customer_id))",
    "currency-switch": f"select from subscription_version v {OF} group by v.customer_id"
    " having count(distinct v.currency) = 2",
    "begins-on-the-first": f"select from subscription_version v {OF} and lower(v.valid) at time zone 'Europe/Berlin'"
    " = date_trunc('month', lower(v.valid) at time zone 'Europe/Berlin')",
    "ends-on-the-first": f"select from subscription s {OF} and s.ended_at at time zone 'Europe/Berlin'"
    " = date_trunc('month', s.ended_at at time zone 'Europe/Berlin')",
}


def test_every_case_has_its_query() -> None:
    assert set(STATES) == set(CASES)


@pytest.mark.parametrize("case", sorted(STATES))
def test_the_demo_has_each_state(demo: Connection, case: str) -> None:
    found = demo.execute(text(STATES[case]), {"case": f"S-{case}"}).all()
    assert len(found) == 1
