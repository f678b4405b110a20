"""Panel queries: written from catalogue objects, expanded as Grafana does, their unit known beforehand."""

from __future__ import annotations

import pytest

from dashboards.macros import expand, variables_in
from dashboards.query import chosen, now, per_hour, total
from dashboards.units import unit_of
from ledgerscope.catalogue import Unit, lifecycle
from ledgerscope.catalogue.labels import COMPANY
from rules.check import vocabulary
from rules.lifecycle import ACCOUNTS
from rules.parse import parse

KNOWN = vocabulary()


def test_a_query_asks_for_the_chosen_companies() -> None:
    assert str(chosen(ACCOUNTS)) == 'company:customer_accounts:sum{company_id=~"$company_id"}'
    assert now(lifecycle.ACCOUNTS, status="active") == (
        'max by (company_id) (customer_accounts{company_id=~"$company_id", status="active"})'
    )
    assert total(lifecycle.ACCOUNTS, COMPANY) == (
        'sum by (company_id) (max by (company_id, status) (customer_accounts{company_id=~"$company_id"}))'
    )
    assert per_hour(lifecycle.DELETED, COMPANY, mode="hard") == (
        "3600 * sum by (company_id) (rate(company_reason_mode:customer_deleted_total:max"
        '{company_id=~"$company_id", mode="hard"}[$__rate_interval]))'
    )


def test_the_window_of_a_rate_holds_four_samples_of_what_is_rated() -> None:
    assert expand("rate(x_total[$__rate_interval])") == "rate(x_total[1m])"
    assert expand("rate(a_b:x_total:max[$__rate_interval])") == "rate(a_b:x_total:max[4m])"


def test_macros_and_variables_are_put_in_as_grafana_does() -> None:
    query = 'rate(x{a=~"$company_id", b="${queue}"}[$__rate_interval]) > $__range'
    assert expand(query) == 'rate(x{a=~".+", b=".+"}[1m]) > 1h'
    assert expand('x{a=~"$company_id"}', chosen="acme") == 'x{a=~"acme"}'
    assert variables_in(query) == {"company_id", "queue"}


@pytest.mark.parametrize(
    ("expr", "unit"),
    [
        ("customer_accounts", Unit.COUNT),
        ("chom_revenue_mrr", Unit.CURRENCY),
        ("-sum(chom_revenue_mrr)", Unit.CURRENCY),
        ("count(chom_revenue_mrr)", Unit.COUNT),
        ("chom_revenue_mrr / chom_revenue_arpa", Unit.RATIO),
        ("chom_revenue_mrr / customer_accounts", Unit.CURRENCY),
        ("chom_revenue_mrr - chom_revenue_arpa", Unit.CURRENCY),
        ("chom_revenue_mrr - customer_accounts", None),
        ("3600 * chom_nps_score", Unit.POINTS),
        ("histogram_quantile(0.9, telecom_billing_job_processing_duration_seconds_bucket)", Unit.SECONDS),
        ("increase(customer_created_total[1h])", Unit.COUNT),
        ("1", None),
        ("vector(1)", None),
    ],
)
def test_the_unit_of_a_query_is_told_from_its_text(expr: str, unit: Unit | None) -> None:
    assert unit_of(parse(expr), KNOWN) is unit
