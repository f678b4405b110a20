"""Numbers as rules, people and Prometheus write them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.catalogue import Unit, UnknownLabel
from ledgerscope.promql.syntax.ast import MatrixSelector
from rules import churn, limits
from rules.errors import UnparsableExpression
from rules.lifecycle import ACCOUNTS
from rules.model import spoken
from rules.parse import parse
from rules.timing import (
    BUSINESS_INTERVAL,
    EXPORTER_INTERVAL,
    KEEP_FIRING,
    MIN_HOLD,
    MIN_RANGE,
    SCRAPE_INTERVAL,
    duration,
)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.07, Unit.RATIO, "7 %"),
        (-0.05, Unit.RATIO, "-5 %"),
        (70, Unit.PERCENT, "70 %"),
        (900, Unit.SECONDS, "15 min"),
        (5, Unit.SECONDS, "5 s"),
        (1000, Unit.COUNT, "1,000"),
        (0.005, Unit.CURRENCY, "0.005"),
    ],
)
def test_a_number_is_spoken_with_its_unit(value: float, unit: Unit, text: str) -> None:
    assert spoken(value, unit) == text


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(0), "0s"),
        (timedelta(seconds=90), "1m30s"),
        (timedelta(days=1, hours=1), "1d1h"),
        (timedelta(milliseconds=1500), "1s500ms"),
    ],
)
def test_a_span_is_written_as_prometheus_does(span: timedelta, text: str) -> None:
    assert duration(span) == text


@given(st.integers(min_value=1, max_value=400 * 86_400_000).map(lambda ms: timedelta(milliseconds=ms)))
def test_a_span_is_read_back_as_it_was(span: timedelta) -> None:
    window = parse(f"up[{duration(span)}]")
    assert isinstance(window, MatrixSelector)
    assert timedelta(milliseconds=window.range_ms) == span


def test_a_business_alert_outlives_its_data_until_the_absence_of_the_exporter_is_told() -> None:
    assert limits.TARGET_ABSENT.hold + EXPORTER_INTERVAL < KEEP_FIRING


def test_windows_and_holds_follow_from_the_scrape_interval() -> None:
    assert MIN_RANGE == 4 * SCRAPE_INTERVAL
    assert MIN_HOLD == 2 * SCRAPE_INTERVAL
    assert timedelta(0) == BUSINESS_INTERVAL % SCRAPE_INTERVAL


def test_an_alert_compares_its_signal_where_there_is_enough_to_compare() -> None:
    assert churn.LOGO_HIGH.expr(limits.LOGO_CHURN) == (
        "company:chom_churn_ratio:logo30d > 0.07\n"
        "and on (company_id) company:chom_churn_base_customers:max30d >= 30"
    )
    assert churn.LOGO_HIGH.says(limits.LOGO_CHURN).endswith("within 30 days (limit 7 %).")


def test_a_recording_is_selected_like_a_metric() -> None:
    assert str(ACCOUNTS.where(company_id="acme")) == 'company:customer_accounts:sum{company_id="acme"}'
    with pytest.raises(UnknownLabel):
        ACCOUNTS.where(status="active")


def test_what_is_no_promql_is_refused_with_the_place() -> None:
    with pytest.raises(UnparsableExpression, match=r"parse error.* in 'sum by \('"):
        parse("sum by (")
