"""Revenue: by hand, and against the definitions written out slowly for hundreds of random businesses."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.revenue import RevenueCollector
from ledgerscope.catalogue.revenue import MOVEMENTS
from ledgerscope.domain import mrr
from ledgerscope.domain.money import EXPONENTS
from ledgerscope.domain.movements import journal, movements, sums
from ledgerscope.domain.periods import just_before
from tests.collectors.books import LONG_AGO, Books, at, day
from tests.collectors.random_subscriptions import Subscribers, compare_random_companies, rates, subscribers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from tests.collectors.random_subscriptions import Found

MRR, START, MOVEMENT = "chom_revenue_mrr", "chom_revenue_mrr_start", "chom_revenue_mrr_movement"
JOURNAL = "chom_revenue_mrr_journal"
PAYING, CUSTOMERS, ARPA = "chom_customers_paying", "chom_customers", "chom_revenue_arpa"


def moved(
    found: dict[str, dict[tuple[str, ...], Any]], window: str = "30d", metric: str = MOVEMENT
) -> dict[tuple[str, str], float]:
    """What moved within the window, by movement and currency."""
    return {
        (movement, currency): value
        for (_, movement, currency, of), value in found[metric].items()
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


@pytest.mark.parametrize(
    ("rate", "tier"),
    [
        pytest.param("0.006", "starter", id="900 yen are 5.40 euros"),
        pytest.param("0.1", "enterprise", id="900 yen are 90 euros"),
        pytest.param(None, "starter", id="no rate: below all others"),
        pytest.param("0.0555555556", "starter", id="900 yen are 50.0000004 euros, 1 cent less"),
    ],
)
def test_a_customer_is_in_the_tier_of_its_greatest_price(books: Books, rate: str | None, tier: str) -> None:
    books.tenant()
    starter, enterprise = books.plan("starter"), books.plan("enterprise", currency="JPY")
    both = books.customer()
    books.subscription(both, starter, (5001, at(-9), None))
    books.subscription(both, enterprise, (900, at(-9), None), currency="JPY")
    if rate is not None:
        books.rate(rate, day(-3), currency="JPY")
    found = books.read(RevenueCollector())
    assert found[CUSTOMERS] == {("acme", "starter"): 0, ("acme", "enterprise"): 0} | {("acme", tier): 1}


def test_on_equal_prices_the_tier_whose_name_comes_first(books: Books) -> None:
    books.tenant()
    customer = books.customer()
    for tier in ("starter", "enterprise"):
        books.subscription(customer, books.plan(tier), (1000, at(-9), None))
    assert books.read(RevenueCollector())[CUSTOMERS] == {("acme", "starter"): 0, ("acme", "enterprise"): 1}


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
        ([(1000, at(-90), at(-9)), (1000, at(-8), None)], {}),
        ([(1000, at(-90), at(-9)), (1500, at(-9), at(-5)), (1000, at(-5), None)], {}),
        ([(1000, at(-90), at(-50)), (700, at(-9), at(10)), (700, at(20), None)], {("resumed", "EUR"): 7.0}),
        ([(1000, at(-90), at(-9)), (1000, at(8), None)], {("paused", "EUR"): -10.0}),
    ],
    ids=[
        "new",
        "long there",
        "from free",
        "up",
        "down",
        "gone",
        "paused and back",
        "up and down",
        "back",
        "paused",
    ],
)
def test_a_change_is_a_movement_of_the_customer(
    books: Books,
    versions: list[tuple[Any, datetime, datetime | None]],
    expected: dict[tuple[str, str], float],
) -> None:
    books.tenant()
    books.subscription(books.customer(), books.plan(), *versions)
    assert moved(books.read(RevenueCollector())) == expected


def test_the_journal_has_every_change(books: Books) -> None:
    books.tenant()
    plan = books.plan()
    gone = books.customer()
    books.subscription(gone, plan, (1000, at(-90), at(-9)), status="ended", ended_at=at(-9))
    books.subscription(gone, plan, (1100, at(-5), None))
    books.subscription(books.customer(), plan, (700, at(-8), at(-4)))
    books.subscription(books.customer(), plan, (300, at(-90), at(-8)), (300, at(-4), None))
    found = books.read(RevenueCollector())
    assert moved(found) == {("expansion", "EUR"): 1.0}
    assert moved(found, metric=JOURNAL) == {
        ("churn", "EUR"): -17.0,
        ("new", "EUR"): 7.0,
        ("reactivation", "EUR"): 11.0,
        ("paused", "EUR"): -3.0,
        ("resumed", "EUR"): 3.0,
    }


@pytest.mark.parametrize(
    ("plan", "version", "mrr"),
    [
        ({}, {"mrr": "1000.9"}, 10.009),
        ({}, {"mrr": 1001}, 10.0),
        ({}, {"mrr": 1000, "discount": Decimal("0.2")}, 8.0),
        ({}, {"mrr": 0, "discount": 1}, None),
        ({}, {"mrr": "2001.5", "quantity": 2}, 20.015),
        ({"interval_unit": "year", "amount_minor": 12000}, {"mrr": 12000}, 10.0),
        ({"interval_count": 2}, {"mrr": 1000}, 5.0),
        ({}, {"mrr": 1000, "currency": "JPY"}, 10.0),
        ({"metered": True}, {"mrr": 1000}, None),
        ({"amount_minor": 0}, {"mrr": 0}, None),
    ],
)
def test_the_price_is_checked_against_the_plan(
    books: Books, plan: dict[str, Any], version: dict[str, Any], mrr: float | None
) -> None:
    books.tenant()
    customer, of_plan = books.customer(), books.plan(**plan)
    own = {
        "tenant_id": "acme",
        "customer_id": customer,
        "subscription_id": books.subscription(customer, of_plan),
    }
    books.version(own, of_plan, begin=at(-90), **version)
    found = books.read(RevenueCollector())
    assert found[MRR] == {("acme", "starter", "EUR"): mrr or 0}
    assert found[PAYING] == {("acme", "EUR"): int(mrr is not None)}


@pytest.mark.parametrize(
    ("agreement", "paying_on"),
    [
        ({"status": "trialing"}, []),
        ({"trial_end": at(-3)}, [-3, -2, -1, 0]),
        ({"status": "ended", "ended_at": at(-2)}, [-5, -4, -3]),
        ({"status": "past_due"}, [-5, -4, -3, -2, -1, 0]),
    ],
)
def test_a_subscription_recurs_while_it_runs(
    books: Books, agreement: dict[str, Any], paying_on: list[int]
) -> None:
    books.tenant()
    books.subscription(books.customer(), books.plan(), (1000, at(-5), None), **agreement)
    found = {n: books.read(RevenueCollector(), at(n))[PAYING]["acme", "EUR"] for n in range(-6, 1)}
    assert [n for n, paying in found.items() if paying] == paying_on


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


def test_a_window_holds_the_changes_at_its_start_and_at_its_end(books: Books) -> None:
    books.tenant()
    plan = books.plan()
    edge = timedelta(microseconds=1)
    for mrr_minor, begin in ((100, at(-30) - edge), (200, at(-30)), (400, at(0)), (800, at(0) + edge)):
        books.subscription(books.customer(), plan, (mrr_minor, begin, None))
    found = books.read(RevenueCollector())
    assert found[START]["acme", "EUR", "30d"] == 1.0
    assert moved(found) == moved(found, metric=JOURNAL) == {("new", "EUR"): 6.0}


def test_a_contract_of_the_first_is_in_that_month(books: Books) -> None:
    books.tenant(timezone="Europe/Berlin")
    plan = books.plan()
    first = datetime(2026, 6, 1, tzinfo=ZoneInfo("Europe/Berlin"))
    books.subscription(books.customer(), plan, (1000, first, None))
    books.subscription(books.customer(), plan, (300, LONG_AGO, first))
    for as_of in (first, first + timedelta(days=9)):
        found = books.read(RevenueCollector(), as_of)
        assert found[START]["acme", "EUR", "mtd"] == 3.0
        assert moved(found, "mtd") == {("new", "EUR"): 10.0, ("churn", "EUR"): -3.0}


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
        for metric in (MOVEMENT, JOURNAL):
            changes = (found[metric][tenant_id, kind, currency, window] for kind in MOVEMENTS)
            assert start + sum(changes) == pytest.approx(end[tenant_id, currency], abs=1e-6)


def _compare(found: Found, tenant_id: str, company: Subscribers, as_of: datetime) -> None:
    versions = company.versions
    for window, period in company.windows(as_of).items():
        for metric, find in ((MOVEMENT, movements), (JOURNAL, journal)):
            assert _of(found[metric], tenant_id, window) == {
                (kind, currency): _major(amount, currency)
                for (kind, currency), amount in sums(find(versions, period)).items()
            }
        assert _of(found[START], tenant_id, window) == {
            (currency,): _major(amount, currency)
            for currency, amount in mrr.mrr(versions, just_before(period.start)).items()
        }
    by_tier: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for version, tier in zip(versions, company.tiers, strict=True):
        if version.recurs(as_of):
            by_tier[tier, version.currency] += version.price
    assert _of(found[MRR], tenant_id) == {
        (tier, currency): _major(amount, currency) for (tier, currency), amount in by_tier.items()
    }
    paying = Counter(currency for _, currency in mrr.customer_mrr(versions, as_of))
    assert _of(found[PAYING], tenant_id) == {(currency,): n for currency, n in paying.items()}
    assert _of(found[CUSTOMERS], tenant_id) == {
        (tier,): n for tier, n in Counter(_tiers(company, as_of)).items()
    }


def _tiers(company: Subscribers, as_of: datetime) -> Iterator[str]:
    """The tier of each paying customer's greatest price."""
    priced = [
        (-version.price * rates()[version.currency], tier, version.customer)
        for version, tier in zip(company.versions, company.tiers, strict=True)
        if version.recurs(as_of)
    ]
    for customer in {customer for _, _, customer in priced}:
        yield min(one for one in priced if one[2] == customer)[1]


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
