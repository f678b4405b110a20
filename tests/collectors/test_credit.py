"""Credit: by hand, and the buckets against the definition for hundreds of random customers."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.credit import PERCENT, CreditCollector
from ledgerscope.catalogue.credit import UTILIZATION_BUCKETS
from ledgerscope.domain import credit
from ledgerscope.domain.money import EXPONENTS
from ledgerscope.domain.rates import Quote, rate
from ledgerscope.store import tables as t
from tests.collectors.books import LONG_AGO, TODAY, Books, at, day

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Engine

BUCKETS, UNLIMITED, HELD, EXPIRED = (
    "customer_credit_utilization_customers",
    "customer_credit_unlimited_customers",
    "customer_credit_held_customers",
    "customer_credit_expired_limit_customers",
)
EXPOSURE, LIMIT, RATIO, UNCOVERED = (
    "customer_credit_exposure_amount",
    "customer_credit_limit_amount",
    "customer_credit_utilization_ratio",
    "customer_credit_uncovered_amount",
)


def test_the_buckets_are_those_of_the_definition() -> None:
    assert tuple(name for name, _ in credit.BUCKETS) == UTILIZATION_BUCKETS
    assert [upper * 100 for _, upper in credit.BUCKETS if upper is not None] == list(PERCENT[1:])


def test_a_company_without_rows_shows_every_known_series_at_zero(books: Books) -> None:
    books.tenant()
    found = books.read(CreditCollector())
    assert found[BUCKETS] == {("acme", bucket): 0 for bucket in UTILIZATION_BUCKETS}
    assert found[UNLIMITED] == found[HELD] == found[EXPIRED] == {("acme",): 0}
    assert found[EXPOSURE] == found[LIMIT] == found[UNCOVERED] == {("acme", "EUR"): 0}
    assert RATIO not in found
    assert len(found["customer_credit_limit_adjusted_total"]) == 6
    assert len(found["customer_credit_breach_total"]) == 4


@pytest.mark.parametrize(
    ("owed", "limit", "bucket"),
    [
        *((0, 1000, "0-25%"), (249, 1000, "0-25%"), (250, 1000, "25-50%"), (500, 1000, "50-75%")),
        *((749, 1000, "50-75%"), (750, 1000, "75-100%"), (1000, 1000, "100%+"), (9000, 1000, "100%+")),
        (0, 0, "100%+"),
    ],
)
def test_a_bucket_includes_its_lower_bound_only(books: Books, owed: int, limit: int, bucket: str) -> None:
    books.tenant()
    customer = books.customer()
    books.limit(customer, limit)
    if owed:
        books.invoice(customer, (owed, day(5)))
    found = books.read(CreditCollector())
    assert found[BUCKETS] == {("acme", name): int(name == bucket) for name in UTILIZATION_BUCKETS}


def test_credit_left_lowers_the_exposure_below_nothing(books: Books) -> None:
    books.tenant()
    customer = books.customer()
    books.limit(customer, 1000)
    books.invoice(customer, (300, day(5)))
    books.payment(customer, 700)
    found = books.read(CreditCollector())
    assert found[EXPOSURE] == {("acme", "EUR"): -4.0}
    assert found[RATIO] == {("acme", "EUR"): -0.4}
    assert found[BUCKETS]["acme", "0-25%"] == 1


def test_exposure_counts_only_existing_customers_with_a_finite_limit(books: Books) -> None:
    books.tenant()
    books.rate("1.0", day(-1))
    limited, unlimited, nothing, gone = (
        books.customer(),
        books.customer(),
        books.customer(),
        books.customer(deleted_at=at(-1)),
    )
    books.limit(limited, 2000)
    books.limit(unlimited, None)
    books.limit(gone, 4000)
    for customer in (limited, unlimited, nothing, gone):
        books.invoice(customer, (500, day(5)))
        books.invoice(customer, (700, day(5)), currency="USD")
    found = books.read(CreditCollector())
    assert (found[EXPOSURE], found[LIMIT]) == ({("acme", "EUR"): 12.0}, {("acme", "EUR"): 20.0})
    assert found[UNLIMITED] == {("acme",): 2}
    assert sum(found[BUCKETS].values()) == 1


def test_limits_of_zero_alone_give_no_ratio(books: Books) -> None:
    books.tenant()
    books.limit(books.customer(), 0)
    found = books.read(CreditCollector())
    assert found[LIMIT] == {("acme", "EUR"): 0}
    assert RATIO not in found


def test_only_approved_limits_count_and_only_while_they_hold(books: Books) -> None:
    books.tenant()
    customer = books.customer()
    books.limit(customer, 1000, valid=(LONG_AGO, at(-1)))
    books.limit(customer, 3000, valid=(at(-1), None))
    books.limit(customer, 9000, status="requested")
    assert books.read(CreditCollector())[LIMIT] == {("acme", "EUR"): 30.0}
    assert books.read(CreditCollector(), at(-2))[LIMIT] == {("acme", "EUR"): 10.0}


def test_a_customer_of_several_limits_is_in_the_bucket_of_its_greatest_share(books: Books) -> None:
    books.tenant()
    customer = books.customer()
    books.limit(customer, 1000)
    books.limit(customer, 1000, currency="USD")
    books.invoice(customer, (100, day(5)))
    books.invoice(customer, (800, day(5)), currency="USD")
    found = books.read(CreditCollector())
    assert found[BUCKETS]["acme", "75-100%"] == sum(found[BUCKETS].values()) == 1


def test_customers_on_hold_are_counted_while_they_exist(books: Books) -> None:
    books.tenant()
    books.customer(credit_hold=True)
    books.customer(credit_hold=True, deleted_at=at(-1))
    assert books.read(CreditCollector())[HELD] == {("acme",): 1}


def test_a_request_and_what_became_of_it_are_counted_apart(books: Books) -> None:
    books.tenant()
    for event_type in ("CreditLimitAdjustmentRequested",) * 3 + (
        "CreditLimitAdjusted",
        "CreditLimitRejected",
    ):
        books.event(event_type, labels={"adjustment_type": "increase"})
    books.event(
        "CreditLimitBreached",
        labels={"severity": "critical", "override_used": "true"},
        amount_minor=5,
        currency="EUR",
    )
    found = books.read(CreditCollector())
    adjusted = found["customer_credit_limit_adjusted_total"]
    assert [adjusted["acme", "increase", step] for step in ("requested", "approved", "rejected")] == [3, 1, 1]
    assert found["customer_credit_breach_total"]["acme", "critical", "true"] == 1


def test_exposure_in_another_currency_is_converted_at_the_rate_of_the_day(books: Books) -> None:
    books.tenant()
    customer = books.customer()
    books.limit(customer, 100000)
    books.invoice(customer, (1000, day(5)))
    books.invoice(customer, (60000, day(5)), currency="USD")
    books.invoice(customer, (10000, day(5)), currency="JPY")
    books.rate("0.5", day(-1))
    books.rate("0.8", day(1))
    books.rate("0.01", day(-2), currency="JPY")
    found = books.read(CreditCollector())
    assert found[EXPOSURE] == {("acme", "EUR"): 10.0 + 300.0 + 100.0}
    assert found[RATIO] == {("acme", "EUR"): 0.41}
    assert found[BUCKETS]["acme", "25-50%"] == 1
    assert found[UNCOVERED] == {("acme", "EUR"): 0}


@pytest.mark.parametrize(("inverse", "bucket"), [("3", "25-50%"), ("3.0000000001", "0-25%")])
def test_an_inverted_rate_is_exact_at_the_bound_of_a_bucket(books: Books, inverse: str, bucket: str) -> None:
    books.tenant()
    customer = books.customer()
    books.limit(customer, 1000)
    books.invoice(customer, (750, day(5)), currency="USD")
    books.add(
        t.fx_rate, tenant_id="acme", day=TODAY, from_currency="EUR", to_currency="USD", rate=Decimal(inverse)
    )
    assert books.read(CreditCollector())[BUCKETS]["acme", bucket] == 1


def test_exposure_without_a_rate_is_uncovered_in_its_own_currency(books: Books) -> None:
    books.tenant()
    customer = books.customer()
    books.limit(customer, 1000)
    books.invoice(customer, (500, day(5)))
    books.invoice(customer, (700, day(5)), currency="USD")
    books.rate("0.5", day(-367))
    found = books.read(CreditCollector())
    assert found[EXPOSURE] == {("acme", "EUR"): 5.0}
    assert found[UNCOVERED] == {("acme", "EUR"): 0, ("acme", "USD"): 7.0}
    assert found[BUCKETS]["acme", "50-75%"] == sum(found[BUCKETS].values()) == 1


@pytest.mark.parametrize(
    ("limits", "measured"),
    [
        pytest.param({"EUR": 100, "USD": 100}, {"EUR": 8.0, "USD": 0}, id="the customer's own currency"),
        pytest.param({"USD": 100, "CHF": 100}, {"CHF": 4.0, "USD": 0}, id="the first in the alphabet"),
        pytest.param({"EUR": None, "USD": 100}, {"USD": 0}, id="an unlimited one covers it"),
    ],
)
def test_the_reference_limit_takes_what_has_no_limit(
    books: Books, limits: dict[str, int | None], measured: dict[str, float]
) -> None:
    books.tenant(base_currency="USD")
    customer = books.customer()
    for currency, limit in limits.items():
        books.limit(customer, limit, currency=currency)
    books.invoice(customer, (1000, day(5)), currency="GBP")
    for currency, price in (("EUR", "0.8"), ("CHF", "0.4")):
        books.add(
            t.fx_rate,
            tenant_id="acme",
            day=day(-3),
            from_currency="GBP",
            to_currency=currency,
            rate=Decimal(price),
        )
    found = books.read(CreditCollector())
    assert {currency: value for (_, currency), value in found[EXPOSURE].items()} == {"USD": 0} | measured
    assert found[UNCOVERED] == {("acme", "USD"): 0}


def test_an_expired_limit_is_counted_apart(books: Books) -> None:
    books.tenant()
    past = (LONG_AGO, at(-1))
    expired, renewed, opened, requested, never = (books.customer() for _ in range(5))
    gone = books.customer(deleted_at=at(-1))
    for customer in (expired, renewed, opened, gone):
        books.limit(customer, 1000, valid=past)
    books.limit(renewed, 2000, valid=(at(-1), None))
    books.limit(opened, None, currency="USD")
    books.limit(requested, 1000, valid=past, status="requested")
    books.limit(never, None, valid=past)
    found = books.read(CreditCollector())
    assert found[EXPIRED] == {("acme",): 1}
    assert found[UNLIMITED] == {("acme",): 3}
    assert sum(found[BUCKETS].values()) == 1
    before = books.read(CreditCollector(), at(-2))
    assert before[EXPIRED] == {("acme",): 0}


CURRENCIES = ("EUR", "USD", "JPY")


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_random_customers_are_where_the_definition_says(shared: Engine, seed: int) -> None:
    random = Random(seed)
    buckets: Counter[str] = Counter()
    amounts: dict[str, Counter[str]] = {name: Counter() for name in (EXPOSURE, LIMIT, UNCOVERED)}
    with shared.connect() as connection, connection.begin() as transaction:
        books = Books(connection)
        books.tenant()
        known = {
            code: Decimal(random.randint(1, 300)) / 100 for code in ("USD", "JPY") if random.random() < 0.7
        }
        for code, value in known.items():
            books.rate(str(value), day(-random.randint(0, 300)), currency=code)
        quotes = [Quote(TODAY, code, "EUR", value) for code, value in known.items()]
        for _ in range(80):
            own = random.choice(CURRENCIES)
            customer = books.customer(currency=own)
            limits = {code: random.choice((None, 0, 400, 1000)) for code in random.sample(CURRENCIES, k=2)}
            limits = {code: limit for code, limit in limits.items() if random.random() < 0.6}
            for code, limit in limits.items():
                books.limit(customer, limit, currency=code)
            exposures = {code: _owe(books, customer, code, random) for code in CURRENCIES}
            finite = {code: limit for code, limit in limits.items() if limit is not None}
            if not finite:
                buckets[""] += 1
                continue
            measured = credit.measure(
                exposures, limits, own, lambda source, target: rate(quotes, source, target, TODAY, base="EUR")
            )
            shares = (credit.utilization(measured.against[code], limit) for code, limit in finite.items())
            buckets[credit.bucket_of(max(share for share in shares if share is not None))] += 1
            for name, parts in (
                (EXPOSURE, measured.against),
                (LIMIT, finite),
                (UNCOVERED, measured.uncovered),
            ):
                for code, minor in parts.items():
                    amounts[name][code] += minor  # type: ignore[assignment]  # fractions are counted like integers
        found = books.read(CreditCollector())
        transaction.rollback()
    assert found[UNLIMITED]["acme",] == buckets.pop("", 0)
    assert {bucket: n for (_, bucket), n in found[BUCKETS].items() if n} == buckets
    for name, expected in amounts.items():
        got = {code: value for (_, code), value in found[name].items() if value}
        assert got == pytest.approx(
            {code: float(minor / 10 ** EXPONENTS[code]) for code, minor in expected.items() if minor}
        )


def _owe(books: Books, customer: UUID, currency: str, random: Random) -> int:
    """Invoices less an unused payment."""
    owed = [random.choice((0, 0, 100, 250, 300, 1000)) for _ in range(2)]
    left = random.choice((0, 0, 0, 100, 900))
    for minor in filter(None, owed):
        books.invoice(customer, (minor, TODAY), currency=currency)
    if left:
        books.payment(customer, left, currency=currency)
    return credit.exposure(sum(owed), left)
