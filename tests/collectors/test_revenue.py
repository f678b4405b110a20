"""Revenue: by hand, and against the definitions written out slowly for hundreds of random businesses."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.revenue import RevenueCollector
from ledgerscope.catalogue.revenue import MOVEMENTS
from ledgerscope.domain import mrr
from ledgerscope.domain.money import EXPONENTS
from tests.collectors.books import LONG_AGO, Books, at
from tests.collectors.random_subscriptions import Subscribers, compare_random_companies, subscribers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

    from tests.collectors.random_subscriptions import Found

MRR, START, MOVEMENT = "chom_revenue_mrr", "chom_revenue_mrr_start", "chom_revenue_mrr_movement"
PAYING, CUSTOMERS, ARPA = "chom_customers_paying", "chom_customers", "chom_revenue_arpa"


def moved(found: dict[str, dict[tuple[str, ...], Any]], window: str = "30d") -> dict[tuple[str, str], float]:
    """What moved within the window, by movement and currency."""
    return {
        (movement, currency): value
        for (_, movement, currency, of), value in found[MOVEMENT].items()
        if value and of == window
    }


def test_a_company_without_plans_shows_its_own_currency_at_zero(books: Books) -> None:
    books.tenant()
    found = books.read(RevenueCollector())
    assert found[PAYING] == {("acme", "EUR"): 0}
    assert set(found[START]) == {("acme", "EUR", window) for window in ("30d", "mtd")}
    assert set(found[MOVEMENT]) == {("acme", m, "EUR", w) for m in MOVEMENTS for w in ("30d", "mtd")}
    assert ARPA not in found


def test_mrr_is_summed_by_tier_and_a_tier_nobody_has_is_zero(books: Books) -> None:
    books.tenant()
    starter, enterprise = books.plan("starter"), books.plan("enterprise")
    books.plan("professional", currency="USD")
    for mrr_minor in (1000, 2500):
        books.subscription(books.customer(), starter, (mrr_minor, at(-50), None))
    books.subscription(books.customer(), enterprise, (90000, at(-50), at(-1)))
    found = books.read(RevenueCollector())
    assert found[MRR] == {
        ("acme", "starter", "EUR"): 35.0,
        ("acme", "enterprise", "EUR"): 0,
        ("acme", "professional", "USD"): 0,
    }
    assert found[PAYING] == {("acme", "EUR"): 2, ("acme", "USD"): 0}
    assert found[ARPA] == {("acme", "EUR"): 17.5}


def test_a_customer_is_in_the_tier_of_its_greatest_subscription(books: Books) -> None:
    books.tenant()
    starter, enterprise = books.plan("starter"), books.plan("enterprise", currency="JPY")
    both = books.customer()
    books.subscription(both, starter, (5000, at(-9), None))  # 50 euros
    books.subscription(both, enterprise, (900, at(-9), None), currency="JPY")  # 900 yen: more major units
    found = books.read(RevenueCollector())
    assert found[CUSTOMERS] == {("acme", "starter"): 0, ("acme", "enterprise"): 1}


def test_twelfths_are_summed_before_anything_is_rounded(books: Books) -> None:
    books.tenant()
    plan = books.plan()
    for _ in range(12):
        books.subscription(books.customer(), plan, (Decimal("833.333333"), at(-9), None))
    assert books.read(RevenueCollector())[MRR] == {("acme", "starter", "EUR"): 99.99999996}


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([(1000, at(-9), None)], {("new", "EUR"): 10.0}),
        ([(1000, at(-90), None)], {}),
        ([(0, at(-90), at(-9)), (1000, at(-9), None)], {("new", "EUR"): 10.0}),
        ([(1000, at(-90), at(-9)), (1500, at(-9), None)], {("expansion", "EUR"): 5.0}),
        ([(1000, at(-90), at(-9)), (400, at(-9), None)], {("contraction", "EUR"): -6.0}),
        ([(1000, at(-90), at(-9))], {("churn", "EUR"): -10.0}),
        ([(1000, at(-90), at(-50)), (700, at(-9), None)], {("reactivation", "EUR"): 7.0}),
        (
            [(1000, at(-90), at(-9)), (1000, at(-8), None)],
            {("churn", "EUR"): -10.0, ("reactivation", "EUR"): 10.0},
        ),
        (
            [(1000, at(-90), at(-9)), (1500, at(-9), at(-5)), (1000, at(-5), None)],
            {("expansion", "EUR"): 5.0, ("contraction", "EUR"): -5.0},
        ),
    ],
    ids=["new", "long there", "from free", "up", "down", "gone", "back", "gone and back", "up and down"],
)
def test_a_change_is_a_movement_of_the_customer(
    books: Books,
    versions: list[tuple[Any, datetime, datetime | None]],
    expected: dict[tuple[str, str], float],
) -> None:
    books.tenant()
    books.subscription(books.customer(), books.plan(), *versions)
    assert moved(books.read(RevenueCollector())) == expected


def test_cancelling_one_of_two_subscriptions_is_a_contraction(books: Books) -> None:
    books.tenant()
    customer, plan = books.customer(), books.plan()
    books.subscription(customer, plan, (1000, at(-90), None))
    books.subscription(customer, plan, (300, at(-90), at(-2)))
    assert moved(books.read(RevenueCollector())) == {("contraction", "EUR"): -3.0}


def test_moving_to_another_subscription_at_one_instant_is_one_change(books: Books) -> None:
    books.tenant()
    customer, plan = books.customer(), books.plan()
    books.subscription(customer, plan, (1000, at(-90), at(-2)))
    books.subscription(customer, plan, (1200, at(-2), None))
    assert moved(books.read(RevenueCollector())) == {("expansion", "EUR"): 2.0}


def test_paying_in_another_currency_is_neither_a_loss_nor_a_return(books: Books) -> None:
    books.tenant()
    customer, euros, dollars = books.customer(), books.plan(), books.plan(currency="USD")
    books.subscription(customer, euros, (1000, at(-90), at(-2)))
    books.subscription(customer, dollars, (1100, at(-2), None), currency="USD")
    assert moved(books.read(RevenueCollector())) == {
        ("contraction", "EUR"): -10.0,
        ("expansion", "USD"): 11.0,
    }


def test_a_window_holds_the_changes_after_its_start_and_at_its_end(books: Books) -> None:
    books.tenant()
    plan = books.plan()
    for mrr_minor, begin in ((100, at(-30)), (200, at(0)), (400, at(1))):
        books.subscription(books.customer(), plan, (mrr_minor, begin, None))
    found = books.read(RevenueCollector())
    assert found[START]["acme", "EUR", "30d"] == 1.0
    assert moved(found) == {("new", "EUR"): 2.0}


def test_the_month_begins_at_the_midnight_of_the_company(books: Books) -> None:
    books.tenant("kolkata", timezone="Asia/Kolkata")
    plan = books.plan(tenant_id="kolkata")
    customer = books.customer("kolkata")
    begin = at(-15.0 + 7 / 24)  # 31 May 19:00 UTC: already June in Kolkata
    books.subscription(customer, plan, (1000, LONG_AGO, begin), (1500, begin, None), tenant_id="kolkata")
    found = books.read(RevenueCollector())
    assert found[START]["kolkata", "EUR", "mtd"] == 10.0
    assert moved(found, "mtd") == {("expansion", "EUR"): 5.0}


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_random_businesses_move_as_the_definition_says(shared: Engine, seed: int) -> None:
    compare_random_companies(shared, RevenueCollector(), seed, _compare)


@settings(max_examples=2, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_start_and_movements_are_the_end_also_for_customers_of_several_currencies(
    shared: Engine, seed: int
) -> None:
    random = Random(seed)
    with shared.connect() as connection, connection.begin() as transaction:
        books = Books(connection)
        for number in range(60):
            subscribers(books, f"t{number}", random, currencies_each=3)
        found = books.read(RevenueCollector())
        transaction.rollback()
    end: defaultdict[tuple[str, str], float] = defaultdict(float)
    for (tenant_id, _, currency), value in found[MRR].items():
        end[tenant_id, currency] += value
    assert any(end.values())
    for (tenant_id, currency, window), start in found[START].items():
        movements = (found[MOVEMENT][tenant_id, kind, currency, window] for kind in MOVEMENTS)
        assert start + sum(movements) == pytest.approx(end[tenant_id, currency], abs=1e-6)


def _compare(found: Found, tenant_id: str, company: Subscribers, as_of: datetime) -> None:
    versions = company.versions
    for window, period in company.windows(as_of).items():
        bridge = mrr.bridge(versions, period.start, period.end)
        assert _of(found[MOVEMENT], tenant_id, window) == {
            (str(kind), currency): _major(amount, currency) for (currency, kind), amount in bridge.items()
        }
        assert _of(found[START], tenant_id, window) == {
            (currency,): _major(amount, currency)
            for currency, amount in mrr.mrr(versions, period.start).items()
        }
    by_tier: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for version, tier in zip(versions, company.tiers, strict=True):
        if version.covers(as_of):
            by_tier[tier, version.currency] += version.mrr
    assert _of(found[MRR], tenant_id) == {
        (tier, currency): _major(amount, currency) for (tier, currency), amount in by_tier.items()
    }
    paying = Counter(currency for _, currency in mrr.customer_mrr(versions, as_of))
    assert _of(found[PAYING], tenant_id) == {(currency,): n for currency, n in paying.items()}
    customers = {customer for customer, _ in mrr.customer_mrr(versions, as_of)}
    assert sum(n for labels, n in found[CUSTOMERS].items() if labels[0] == tenant_id) == len(customers)


def _of(values: dict[tuple[str, ...], float], tenant_id: str, window: str = "") -> dict[tuple[str, ...], Any]:
    """A company's values other than zero, by the labels between company and window."""
    chosen = (
        (labels[1:-1] if window else labels[1:], value)
        for labels, value in values.items()
        if labels[0] == tenant_id and (not window or labels[-1] == window)
    )
    return {labels: pytest.approx(value, abs=1e-9) for labels, value in chosen if value}


def _major(minor: Fraction, currency: str) -> float:
    return float(minor / 10 ** EXPONENTS[currency])
