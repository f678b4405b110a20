"""The labels of a result are known before there is any data."""

from __future__ import annotations

import pytest

from rules.check import vocabulary
from rules.errors import UnknownSeries
from rules.infer import labels_of
from rules.parse import parse

KNOWN = vocabulary()
ACCOUNTS = "company_id instance job status"

CASES = (
    ("1", ""),
    ('"text"', ""),
    ("vector(1)", ""),
    ("scalar(chom_nps_score)", ""),
    ("time()", ""),
    ("customer_accounts", ACCOUNTS),
    ("company:customer_accounts:sum", "company_id"),
    ("-(customer_accounts)", ACCOUNTS),
    ("rate(customer_created_total[5m])", "company_id instance job source status"),
    ("max_over_time(customer_accounts[1h:5m])", ACCOUNTS),
    ("telecom_billing_jobs_stuck", "company_id instance job queue"),
    (
        "telecom_billing_job_processing_duration_seconds_bucket",
        "company_id instance job job_name le queue status",
    ),
    ("telecom_billing_job_processing_duration_seconds_sum", "company_id instance job job_name queue status"),
    ("sum(customer_accounts)", ""),
    ("sum by (company_id) (customer_accounts)", "company_id"),
    ("sum without (status, instance) (customer_accounts)", "company_id job"),
    ("topk by (company_id) (3, customer_accounts)", ACCOUNTS),
    ('count_values by (company_id) ("score", chom_nps_score)', "company_id score"),
    ("absent(up)", ""),
    ('absent(up{job="x", instance=~"y"})', "job"),
    ('absent_over_time(up{job="x"}[5m])', "job"),
    ('absent(up{job="x"} == 1)', ""),
    ('label_replace(up, "host", "$1", "instance", "(.*)")', "host instance job"),
    ('label_join(up, "both", "-", "job", "instance")', "both instance job"),
    ("customer_accounts > 3", ACCOUNTS),
    ("3 < customer_accounts", ACCOUNTS),
    ("customer_accounts and on (company_id) chom_nps_score", ACCOUNTS),
    ("up or chom_nps_score", "company_id instance job"),
    ("customer_accounts + on (company_id, status) customer_accounts", "company_id status"),
    ("customer_accounts + ignoring (status) chom_nps_score", "company_id instance job"),
    ("customer_accounts * on (company_id) group_left (tier) chom_customers", f"{ACCOUNTS} tier"),
    ("chom_customers * on (company_id) group_right (tier) customer_accounts", f"{ACCOUNTS} tier"),
    (
        "histogram_quantile(0.9, rate(telecom_billing_job_processing_duration_seconds_bucket[5m]))",
        "company_id instance job job_name queue status",
    ),
)


@pytest.mark.parametrize(("expr", "labels"), CASES)
def test_labels_of_the_result(expr: str, labels: str) -> None:
    assert labels_of(parse(expr), KNOWN) == set(labels.split())


def test_an_unknown_series_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UnknownSeries, match=r"did you mean 'chom_nps_score'"):
        labels_of(parse("chom_nps_scores + 1"), KNOWN)


def test_a_series_like_no_other_is_refused_without_a_guess() -> None:
    with pytest.raises(UnknownSeries, match=r"provides 'zzz'$"):
        labels_of(parse("zzz"), KNOWN)
