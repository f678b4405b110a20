"""Churn: by hand, and against the definitions written out slowly for hundreds of random businesses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.churn import ChurnCollector
from ledgerscope.domain import churn
from tests.collectors.books import Books, at, day
from tests.collectors.random_subscriptions import Subscribers, compare_random_companies, rates

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

    from ledgerscope.domain.churn import Share
    from tests.collectors.random_subscriptions import Found

RATIO, RETENTION = "chom_churn_ratio", "chom_revenue_retention_ratio"
BASE, LOST = "chom_churn_base_customers", "chom_churn_lost_customers"


def ratios(found: dict[str, dict[tuple[str, ...], Any]], window: str = "30d") -> dict[str, float]:
    """All ratios of the company for the window, by kind."""
    return {
        kind: round(value, 6)
        for metric in (RATIO, RETENTION)
        for (_, kind, of), value in found.get(metric, {}).items()
        if of == window
    }


def test_without_customers_there_is_a_base_of_zero_and_no_ratio(books: Books) -> None:
    books.tenant()
    found = books.read(ChurnCollector())
    assert found[BASE] == found[LOST] == {("acme", "30d"): 0, ("acme", "mtd"): 0}
    assert ratios(found) == {}
    assert found["chom_customers_new_total"] == {("acme",): 0}
    assert found["chom_customers_churned_total"] == {("acme",): 0}


def test_losses_are_measured_against_what_was_there_at_the_start(books: Books) -> None:
    books.tenant()
    plan = books.plan()
    for versions in (
        [(4000, at(-90), None)],
        [(3000, at(-90), at(-5))],  # lost
        [(2000, at(-90), at(-5)), (1500, at(-5), None)],  # 5 less
        [(1000, at(-90), at(-5)), (1800, at(-5), None)],  # 8 more
        [(9000, at(-5), None)],  # new: in none of the ratios
    ):
        books.subscription(books.customer(), plan, *versions)
    found = books.read(ChurnCollector())
    assert (found[BASE]["acme", "30d"], found[LOST]["acme", "30d"]) == (4, 1)
    assert ratios(found) == {
        "logo": 0.25,
        "revenue_gross": 0.35,
        "revenue_net": 0.27,
        "gross": 0.65,
        "net": 0.73,
    }


def test_who_left_and_came_back_within_the_window_is_not_lost(books: Books) -> None:
    books.tenant()
    books.subscription(books.customer(), books.plan(), (1000, at(-90), at(-9)), (1000, at(-5), None))
    found = books.read(ChurnCollector())
    assert found[LOST]["acme", "30d"] == 0
    assert ratios(found) == {"logo": 0, "revenue_gross": 0, "revenue_net": 0, "gross": 1, "net": 1}


def test_currencies_are_valued_at_the_rate_of_the_windows_start(books: Books) -> None:
    books.tenant()
    euros, dollars = books.plan(), books.plan(currency="USD")
    books.subscription(books.customer(), euros, (1000, at(-90), None))
    books.subscription(books.customer(), dollars, (2000, at(-90), at(-5)), currency="USD")
    books.rate("0.25", day(-60))
    books.rate("0.5", day(-40))
    books.rate("3", day(-20))
    found = ratios(books.read(ChurnCollector()))
    assert found["revenue_gross"] == found["logo"] == 0.5
    assert ratios(books.read(ChurnCollector()), "mtd")["revenue_gross"] == pytest.approx(60 / 70, abs=1e-6)


def test_without_a_rate_revenue_ratios_are_absent_and_customers_still_counted(books: Books) -> None:
    books.tenant()
    books.subscription(books.customer(), books.plan(), (1000, at(-90), None))
    books.subscription(books.customer(), books.plan(currency="USD"), (2000, at(-90), at(-5)), currency="USD")
    books.rate("0.5", day(-20))  # later than the longer window's start
    found = books.read(ChurnCollector())
    assert ratios(found) == {"logo": 0.5}
    assert ratios(found, "mtd").keys() == {"logo", "revenue_gross", "revenue_net", "gross", "net"}


def test_a_currency_that_only_new_customers_pay_needs_no_rate(books: Books) -> None:
    books.tenant()
    books.subscription(books.customer(), books.plan(), (1000, at(-90), None))
    books.subscription(books.customer(), books.plan(currency="USD"), (2000, at(-5), None), currency="USD")
    assert ratios(books.read(ChurnCollector()))["net"] == 1


def test_a_customer_of_two_currencies_is_kept_by_the_sum_of_them(books: Books) -> None:
    books.tenant()
    customer = books.customer()
    books.subscription(customer, books.plan(), (1000, at(-90), at(-5)))
    books.subscription(customer, books.plan(currency="USD"), (2000, at(-5), None), currency="USD")
    books.rate("0.5", day(-60))
    found = ratios(books.read(ChurnCollector()))
    assert (found["logo"], found["gross"], found["net"]) == (0, 1, 1)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_random_businesses_churn_as_the_definition_says(shared: Engine, seed: int) -> None:
    compare_random_companies(shared, ChurnCollector(), seed, _compare)


def test_a_paused_customer_is_neither_lost_nor_worth_less(books: Books) -> None:
    books.tenant()
    plan = books.plan()
    books.subscription(books.customer(), plan, (1000, at(-90), at(-9)), status="paused")
    books.subscription(books.customer(), plan, (1000, at(-90), at(-9)), ended_at=at(-9), status="ended")
    found = books.read(ChurnCollector())
    assert (found[BASE]["acme", "30d"], found[LOST]["acme", "30d"]) == (2, 1)
    assert ratios(found) == {
        "logo": 0.5,
        "revenue_gross": 0.5,
        "revenue_net": 0.5,
        "gross": 0.5,
        "net": 0.5,
    }


def test_a_deleted_customer_is_lost(books: Books) -> None:
    books.tenant()
    customer = books.customer(deleted_at=at(-3), deletion_mode="soft", deletion_reason="closed")
    books.subscription(customer, books.plan(), (1000, at(-90), None))
    assert books.read(ChurnCollector())[LOST] == {("acme", "30d"): 1, ("acme", "mtd"): 1}
    assert books.read(ChurnCollector(), at(-4))[LOST] == {("acme", "30d"): 0, ("acme", "mtd"): 0}


def test_an_old_rate_is_none(books: Books) -> None:
    books.tenant()
    books.subscription(books.customer(), books.plan(currency="USD"), (2000, at(-90), None), currency="USD")
    books.rate("0.5", day(-30 - 367))
    assert ratios(books.read(ChurnCollector())) == {"logo": 0}
    books.rate("0.5", day(-30 - 366))
    assert ratios(books.read(ChurnCollector()))["net"] == 1


def _compare(found: Found, tenant_id: str, company: Subscribers, as_of: datetime) -> None:
    for window, period in company.windows(as_of).items():
        logo = churn.logo_churn(company.versions, period)
        assert (found[BASE][tenant_id, window], found[LOST][tenant_id, window]) == (logo.whole, logo.part)
        kept = churn.retained(company.versions, period, rates())
        assert kept is not None
        expected = {
            (RATIO, "logo"): logo,
            (RATIO, "revenue_gross"): kept.gross_churn,
            (RATIO, "revenue_net"): kept.net_churn,
            (RETENTION, "gross"): kept.gross_retention,
            (RETENTION, "net"): kept.net_retention,
        }
        for (metric, kind), share in expected.items():
            served = found.get(metric, {}).get((tenant_id, kind, window))
            assert served == _ratio(share), (tenant_id, metric, kind, window)


def _ratio(share: Share) -> Any:
    return None if share.ratio is None else pytest.approx(float(share.ratio), abs=1e-9)
