"""Exchange rates: the relation against its pure twin, pair by pair, for random quotes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from collectors.clock import clock, parameters
from collectors.companies import read_companies
from collectors.rates import exchange_rates
from ledgerscope.domain.rates import Quote, rate
from ledgerscope.store import tables as t
from tests.collectors.books import NOON, TODAY, Books, day

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Engine

CURRENCIES = ("EUR", "USD", "JPY", "KWD")


def quote(books: Books, one: Quote, tenant_id: str = "acme") -> None:
    row = {"day": one.day, "from_currency": one.source, "to_currency": one.target, "rate": one.rate}
    books.add(t.fx_rate, tenant_id=tenant_id, **row)


def read(books: Books) -> dict[tuple[str, str, str], Decimal]:
    books.write()
    now = clock()
    rates = exchange_rates(now, now.c.day)
    given = parameters(read_companies(books.connection, NOON), NOON)
    rows = books.connection.execute(select(rates), given).all()
    return {(row.tenant_id, row.from_currency, row.to_currency): row.rate for row in rows}


@pytest.mark.parametrize(
    ("quotes", "expected"),
    [
        pytest.param([(0, "USD", "EUR", "0.9")], "0.9", id="of the day itself"),
        pytest.param([(1, "USD", "EUR", "0.9")], None, id="of tomorrow"),
        pytest.param([(-366, "USD", "EUR", "0.9")], "0.9", id="just not too old"),
        pytest.param([(-367, "USD", "EUR", "0.9")], None, id="too old"),
        pytest.param([(-2, "EUR", "USD", "1.25")], "0.8", id="inverted"),
        pytest.param([(-2, "USD", "EUR", "0.9"), (-1, "EUR", "USD", "1.25")], "0.8", id="the later counts"),
        pytest.param([(-1, "USD", "EUR", "0.9"), (-1, "EUR", "USD", "1.25")], "0.9", id="direct on one day"),
    ],
)
def test_the_latest_quote_that_is_not_too_old_counts(
    books: Books, quotes: list[tuple[int, str, str, str]], expected: str | None
) -> None:
    books.tenant()
    for offset, source, target, minor in quotes:
        quote(books, Quote(day(offset), source, target, Decimal(minor)))
    found = read(books).get(("acme", "USD", "EUR"))
    assert found == (None if expected is None else Decimal(expected))


def test_two_quotes_are_joined_through_the_base_currency_only(books: Books) -> None:
    books.tenant()
    books.tenant("other", base_currency="USD")
    for tenant_id in ("acme", "other"):
        for source in ("USD", "GBP"):
            quote(books, Quote(day(-1), source, "EUR", Decimal("0.5")), tenant_id)
    found = read(books)
    assert found["acme", "USD", "GBP"] == 1
    assert ("other", "USD", "GBP") not in found


@pytest.mark.parametrize(
    ("limit", "known"), [(10, True), (9, False), ("10", True), ("ten", True), (-1, True), (None, True)]
)
def test_a_company_may_say_how_old_a_rate_may_be(books: Books, limit: object, known: bool) -> None:
    settings_row = {"name": "x", "timezone": "UTC", "base_currency": "EUR", "created_at": NOON}
    books.add(t.tenant, tenant_id="acme", settings={"fx_max_age_days": limit}, **settings_row)
    books.rate("0.9", day(-10))
    assert (("acme", "USD", "EUR") in read(books)) is known


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_every_pair_has_the_rate_that_the_definition_says(shared: Engine, seed: int) -> None:
    random = Random(seed)
    with shared.connect() as connection, connection.begin() as transaction:
        books = Books(connection)
        books.tenant()
        quotes = {
            (on, source, target): Quote(on, source, target, Decimal(random.randint(1, 999)) / 100)
            for on, source, target in _places(random)
        }
        for one in quotes.values():
            quote(books, one)
        found = read(books)
        transaction.rollback()
    for source in CURRENCIES:
        for target in CURRENCIES:
            if source != target:
                expected = rate(quotes.values(), source, target, TODAY, base="EUR")
                got = found.get(("acme", source, target))
                assert (got is None) == (expected is None)
                assert got is None or expected is None or abs(Fraction(got) - expected) < Fraction(1, 10**30)


def _places(random: Random) -> list[tuple[date, str, str]]:
    days = (-400, -367, -366, -3, -2, -2, -1, 0, 1)
    pairs = (random.sample(CURRENCIES, k=2) for _ in range(random.randint(0, 12)))
    return [(TODAY + timedelta(days=random.choice(days)), source, target) for source, target in pairs]
