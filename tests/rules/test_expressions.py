"""Each check on an expression: what it refuses, and what it says would be right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledgerscope.catalogue import matching
from rules.check import vocabulary
from rules.expressions import EXPRESSION_CHECKS, check_expression, series_names
from rules.parse import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.promql.syntax.ast import Expr
    from rules.vocabulary import Vocabulary

    Check = Callable[[Expr, Vocabulary], Iterator[str]]

KNOWN = vocabulary()

REFUSED = (
    ("sum by (company_id) (", "parse error"),
    ("customer_acounts", "did you mean 'customer_accounts'?"),
    ('customer_accounts{stat="active"}', "customer_accounts has no label 'stat'"),
    ('customer_accounts{status="aktive"}', "no value of label status satisfies ='aktive'"),
    ('customer_accounts{status!="aktive"}', "no value of label status satisfies !='aktive'"),
    ('customer_accounts{status=~"active|gone"}', "no value of label status satisfies =~'active|gone'"),
    ("rate(customer_accounts[5m])", "rate() does not suit customer_accounts, which goes up and down"),
    ("deriv(customer_created_total[5m])", "deriv() does not suit customer_created_total, which only grows"),
    ("increase(company:customer_accounts:sum[5m])", "increase() does not suit company:customer_accounts:sum"),
    (
        "rate(customer_created_total[5m])",
        "rate() of customer_created_total breaks when an exporter is replaced: "
        "use company_source_status:customer_created_total:max",
    ),
    (
        "rate(telecom_billing_job_processing_duration_seconds_count[5m])",
        'telecom_billing_job_processing_duration_seconds_bucket:max{le="+Inf"}',
    ),
    (
        "rate(telecom_billing_job_processing_duration_seconds_sum[5m])",
        "use a recording that joins it",
    ),
    (
        "sum by (company_id) (customer_created_total)",
        "customer_created_total only grows: put it under rate()",
    ),
    ("customer_created_total > 5", "only grows"),
    ("increase(company:chom_customers_new_total:max[2m])", "the window 2m is too short: at least 4m"),
    ("rate(customer_created_total[30s])", "the window 30s is too short: at least 1m"),
    ("increase(customer_created_total[30d])", "the window reaches back 30d, and Prometheus keeps 15d"),
    ("increase(customer_created_total[10d] offset 10d)", "the window reaches back 20d"),
    ("max_over_time(customer_accounts[20d:1h])", "the window reaches back 20d"),
    (
        "sum by (tier) (customer_accounts)",
        "sum groups by 'tier', and its operand has company_id, instance, job",
    ),
    (
        "max by (company_id) (chom_nps_score) / on (tier) (chom_csat_score > 0)",
        "/ matches on 'tier', and its left side has company_id",
    ),
    (
        "max by (company_id) (chom_nps_score) + max by (company_id, status) (customer_accounts)",
        "the sides of + never match: left has company_id, right has company_id, status",
    ),
    (
        "customer_accounts + on (company_id) max by (company_id) (chom_nps_score)",
        "+ matches on company_id: its left side may have several series",
    ),
    (
        "customer_accounts * on (company_id) group_left (tier) max by (company_id) (chom_nps_score)",
        "* takes over 'tier', which the one side lacks",
    ),
    ("chom_csat_score / chom_nps_score", "a division by what may be zero"),
    ("chom_csat_score / 0", "a division by what may be zero"),
    ("chom_csat_score / clamp_min(chom_nps_score, 0)", "a division by what may be zero"),
    ("chom_csat_score / (chom_nps_score > -1)", "a division by what may be zero"),
    ("sum by (company_id) (chom_revenue_mrr)", "sum mixes values of different currency"),
    (
        'sum by (company_id, currency) (chom_revenue_mrr_movement{movement="new"})',
        "sum mixes values of different window",
    ),
    (
        (
            "histogram_quantile(0.9, sum by (queue) "
            "(rate(telecom_billing_job_processing_duration_seconds_bucket[5m])))"
        ),
        "histogram_quantile() needs the label le",
    ),
)

ACCEPTED = (
    "vector(1) >= 1",
    "absent(up) == 1",
    "count by (job) (customer_created_total)",
    "customer_accounts offset 1h",
    "sum by (company_id) (rate(company_source_status:customer_created_total:max[5m]))",
    'sum by (company_id) (chom_revenue_mrr{currency="EUR"})',
    "topk(3, chom_revenue_mrr)",
    "count by (company_id) (chom_revenue_mrr)",
    "chom_csat_score / 60",
    "chom_csat_score / (1 / 60)",
    "chom_csat_score / clamp_min(chom_nps_score, 1 / 60)",
    "chom_csat_score / on (company_id, job, instance) (chom_nps_score > 0)",
    'customer_accounts{status!~"active|blocked"}',
    "customer_accounts or chom_nps_score",
    "chom_customers * on (company_id, job, instance) group_left () chom_nps_score",
    "chom_nps_score * on (company_id, job, instance) group_right () chom_customers",
    "resets(ledgerscope_collector_skipped_total[5m])",
    (
        "histogram_quantile(0.9, rate("
        "company_queue_job_name_status_le:telecom_billing_job_processing_duration_seconds_bucket:max[5m]))"
    ),
)


@pytest.mark.parametrize(("expr", "message"), REFUSED)
def test_a_wrong_expression_is_refused_and_told_why(expr: str, message: str) -> None:
    findings = check_expression(expr, KNOWN)
    assert any(message in finding for finding in findings), findings


@pytest.mark.parametrize("expr", ACCEPTED)
def test_a_right_expression_is_accepted(expr: str) -> None:
    assert check_expression(expr, KNOWN) == []


def test_every_check_refuses_something() -> None:
    """A check that nothing here trips could be dropped without a test failing."""
    every = [message for expr, _ in REFUSED for message in check_expression(expr, KNOWN)]
    assert len(EXPRESSION_CHECKS) == 15
    for one in EXPRESSION_CHECKS:
        alone = [f for expr, _ in REFUSED[2:] for f in _run(one, expr)]
        assert alone, one.__name__
        assert set(alone) <= set(every)


def _run(check: Check, expr: str) -> list[str]:
    return list(check(parse(expr), KNOWN))


def test_several_faults_are_reported_in_one_run() -> None:
    findings = check_expression('rate(customer_accounts{stat="x"}[30s])', KNOWN)
    assert len(findings) == 3


def test_the_series_an_expression_reads_are_named() -> None:
    assert series_names("a / (b > 0) and on (x) rate(c[5m])") == {"a", "b", "c"}


def test_literal_values_with_special_characters_are_matched() -> None:
    bucket = matching("90+", "61-90")
    assert check_expression(f"customer_aging_open_invoices{{bucket{bucket}}}", KNOWN) == []
