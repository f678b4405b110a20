"""Credit: by hand, and the buckets against the definition for hundreds of random customers."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.credit import PERCENT, CreditCollector
from ledgerscope.catalogue.credit import UTILIZATION_BUCKETS
from ledgerscope.domain import credit
from tests.collectors.books import LONG_AGO, TODAY, Books, at, day

if TYPE_CHECKING:
    from sqlalchemy import Engine

BUCKETS, UNLIMITED, HELD = (
    "customer_credit_utilization_customers",
    "customer_credit_unlimited_customers",
    "customer_credit_held_customers",
)
EXPOSURE, LIMIT, RATIO = (
    "customer_credit_exposure_amount",
    "customer_credit_limit_amount",
    "customer_credit_utilization_ratio",
)


def test_the_buckets_are_those_of_the_definition() -> None:
    assert tuple(name for name, _ in credit.BUCKETS) == UTILIZATION_BUCKETS
    assert [upper * 100 for _, upper in credit.BUCKETS if upper is not None] == list(PERCENT[1:])


def test_a_company_without_rows_shows_every_known_series_at_zero(books: Books) -> None:
    books.tenant()
    found = books.read(CreditCollector())
    assert found[BUCKETS] == {("acme", bucket): 0 for bucket in UTILIZATION_BUCKETS}
    assert found[UNLIMITED] == found[HELD] == {("acme",): 0}
    assert found[EXPOSURE] == found[LIMIT] == {("acme", "EUR"): 0}
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


def test_exposure_counts_only_customers_with_a_limit_in_the_currency(books: Books) -> None:
    books.tenant()
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
    assert (found[EXPOSURE], found[LIMIT]) == ({("acme", "EUR"): 5.0}, {("acme", "EUR"): 20.0})
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


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_random_customers_are_in_the_bucket_the_definition_says(shared: Engine, seed: int) -> None:
    random = Random(seed)
    expected: Counter[str] = Counter()
    with shared.connect() as connection, connection.begin() as transaction:
        books = Books(connection)
        books.tenant()
        for _ in range(150):
            customer = books.customer()
            limit = random.choice((None, 0, 400, 1000, 3000))
            owed = [random.choice((0, 100, 250, 300, 1000)) for _ in range(random.randint(0, 3))]
            left = random.choice((0, 0, 0, 100, 900))
            books.limit(customer, limit)
            for minor in filter(None, owed):
                books.invoice(customer, (minor, TODAY))
            if left:
                books.payment(customer, left)
            share = credit.utilization(credit.exposure(sum(owed), left), limit)
            expected["" if share is None else credit.bucket_of(share)] += 1
        found = books.read(CreditCollector())
        transaction.rollback()
    assert found[UNLIMITED]["acme",] == expected.pop("")
    assert {bucket: n for (_, bucket), n in found[BUCKETS].items() if n} == expected
