"""Expressions as they are written: one series per label set first, sums afterwards."""

from __future__ import annotations

from datetime import timedelta

from ledgerscope.catalogue import excluding, exporter, jobs, lifecycle
from ledgerscope.catalogue.labels import COMPANY
from rules import limits
from rules.expr import at_least, by, once, per, quantile, rise, sum_by
from rules.generator import render_all
from rules.lifecycle import ACCOUNTS
from rules.links import panel_id

STATUS = lifecycle.ACCOUNTS.label("status")


def test_each_series_is_taken_once_whoever_serves_it() -> None:
    assert once(lifecycle.ACCOUNTS) == "max by (company_id, status) (customer_accounts)"
    assert once(ACCOUNTS) == "max by (company_id) (company:customer_accounts:sum)"


def test_a_label_that_is_fixed_is_left_out_and_one_that_is_excluded_is_kept() -> None:
    fixed = lifecycle.ACCOUNTS.where(status="active")
    open_ = lifecycle.ACCOUNTS.where(status=excluding("active"))
    assert once(fixed) == 'max by (company_id) (customer_accounts{status="active"})'
    assert once(open_) == 'max by (company_id, status) (customer_accounts{status!="active"})'


def test_the_bounds_of_a_histogram_are_kept() -> None:
    grown = rise(jobs.DURATION.bucket.where(status="failed"), timedelta(minutes=30))
    assert grown == (
        "increase(company_queue_job_name_status_le:telecom_billing_job_processing_duration_seconds_bucket:max"
        '{status="failed"}[30m])'
    )
    assert quantile(0.95, "x", COMPANY) == "histogram_quantile(0.95, sum by (company_id, le) (x)) >= 0"


def test_aggregations_ratios_and_guards() -> None:
    assert sum_by("x", COMPANY, STATUS) == "sum by (company_id, status) (x)"
    assert by("max", exporter.DATABASE_UP) == "max(ledgerscope_database_up)"
    assert per("a", "b") == "a\n/ (b > 0)"
    assert at_least(ACCOUNTS, limits.MIN_CUSTOMERS, COMPANY) == (
        "on (company_id) company:customer_accounts:sum >= 20"
    )


def test_the_number_of_a_panel_depends_on_its_title_alone() -> None:
    assert panel_id("churn", "Logo churn") == panel_id("churn", "Logo churn")
    assert panel_id("churn", "Logo churn") != panel_id("credit", "Logo churn")
    assert b"viewPanel=%d" % panel_id("churn", "Logo churn") in render_all()["rules/generated/churn.yml"]
