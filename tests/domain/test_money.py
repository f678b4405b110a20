"""Money keeps its currency, and there is one rounding."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from ledgerscope.domain.errors import CurrencyMismatch, InexactAmount, UnknownCurrency
from ledgerscope.domain.money import EXPONENTS, Money, round_half_away, total
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Engine


@pytest.mark.parametrize(
    ("major", "currency", "minor"),
    [
        ("12.34", "EUR", 1234),
        ("-0.01", "USD", -1),
        ("500", "JPY", 500),
        ("1.234", "KWD", 1234),
        ("1.0000", "JPY", 1),
    ],
)
def test_major_and_minor_units_are_two_views_of_one_amount(major: str, currency: str, minor: int) -> None:
    money = Money.of(major, currency)
    assert money == Money(minor, currency)
    assert money.major == Decimal(major)


def test_amounts_of_one_currency_add_up() -> None:
    assert Money(150, "EUR") + Money(50, "EUR") - Money(25, "EUR") == Money(175, "EUR")
    assert total([Money(1, "EUR"), Money(2, "EUR")], "EUR") == Money(3, "EUR")
    assert total([], "JPY") == Money(0, "JPY")
    assert str(-Money(150, "EUR")) == "-1.50 EUR"


def test_amounts_of_two_currencies_never_do() -> None:
    with pytest.raises(CurrencyMismatch, match="cannot combine EUR with USD"):
        Money(1, "EUR") + Money(1, "USD")


@pytest.mark.parametrize("make", [lambda: Money(1, "EURO"), lambda: Money.of(1, "eur")])
def test_a_currency_without_a_known_exponent_is_refused(make: object) -> None:
    with pytest.raises(UnknownCurrency, match="expected an ISO 4217 code"):
        make()  # type: ignore[operator]  # a table of calls


def test_an_amount_finer_than_the_minor_unit_is_refused_not_rounded() -> None:
    with pytest.raises(InexactAmount, match="JPY has 0 decimal places"):
        Money.of("0.5", "JPY")


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=6))
def test_halves_round_away_from_zero(amount: Decimal) -> None:
    assert round_half_away(amount) == int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    assert round_half_away(Fraction(amount)) == round_half_away(amount)


def test_the_database_knows_the_same_exponents(owner: Engine) -> None:
    with owner.connect() as connection:
        stored = connection.execute(select(t.currencies.c.code, t.currencies.c.exponent))
        assert {row.code: row.exponent for row in stored} == EXPONENTS
