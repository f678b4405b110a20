"""Which limit an amount counts against, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from ledgerscope.customers.credit.check import over_limit
from ledgerscope.customers.credit.limits import LimitInForce, direction_of
from ledgerscope.customers.credit.position import Position, Quotes, Used
from ledgerscope.domain.rates import Quote

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
QUOTES = Quotes(date(2026, 3, 1), "EUR", (Quote(date(2026, 2, 1), "USD", "EUR", Decimal("0.9")),))


def limits(**amounts: int | None) -> dict[str, LimitInForce]:
    return {code: LimitInForce("l", minor, SINCE) for code, minor in amounts.items()}


@pytest.mark.parametrize(
    ("given", "owed", "currency", "more", "used"),
    [
        ({}, {"EUR": 500}, "EUR", 1, None),
        ({"EUR": 1000}, {}, "EUR", 300, Used("EUR", 1000, 300)),
        ({"EUR": 1000}, {"EUR": -200}, "EUR", 300, Used("EUR", 1000, 100)),
        ({"EUR": 0}, {}, "EUR", 1, Used("EUR", 0, 1)),
        ({"EUR": None}, {"EUR": 10**9}, "EUR", 1, Used("EUR", None, 10**9 + 1)),
        ({"EUR": None}, {"EUR": 5, "USD": 10}, "USD", 100, Used("EUR", None, 104)),
        ({"EUR": None}, {"EUR": 5}, "GBP", 100, Used("EUR", None, 5)),  # no rate, and no need of one
        ({"EUR": None, "USD": 10}, {"EUR": 5, "USD": 7}, "USD", 3, Used("USD", 10, 10)),
        ({"EUR": 1000}, {"EUR": 100}, "USD", 100, Used("EUR", 1000, 190)),  # at 0.9
        ({"EUR": 1000}, {"USD": 1}, "EUR", 0, Used("EUR", 1000, Fraction(9, 10))),
        ({"EUR": 1000}, {}, "GBP", 100, None),  # no rate
        ({"EUR": 1000}, {"GBP": 100}, "EUR", 5, Used("EUR", 1000, 5)),
        ({"USD": 500, "EUR": 1000}, {"EUR": 7}, "USD", 100, Used("USD", 500, 100)),
        ({"GBP": 500, "CHF": 70}, {}, "CHF", 1, Used("CHF", 70, 1)),
    ],
)
def test_an_amount_counts_against_the_limit_of_its_currency_or_the_reference(
    given: dict[str, int | None], owed: dict[str, int], currency: str, more: int, used: Used | None
) -> None:
    position = Position("c", "EUR", limits(**given), owed, QUOTES)
    assert position.used(currency, more) == used


@pytest.mark.parametrize(
    ("used", "excess"),
    [
        (None, None),
        (Used("EUR", None, 10**9), None),
        (Used("EUR", 1000, 1000), None),
        (Used("EUR", 0, 0), None),
        (Used("EUR", 1000, 1100), ("warning", 1100)),
        (Used("EUR", 1000, Fraction(10_991, 10)), ("warning", 1100)),
        (Used("EUR", 1005, Fraction(11_052, 10)), ("warning", 1106)),  # 1105.5 is the edge: not rounded first
        (Used("EUR", 1000, Fraction(10_001, 10)), ("warning", 1001)),
        (Used("EUR", 1000, 1101), ("critical", 1101)),
        (Used("EUR", 0, 1), ("critical", 1)),
    ],
)
def test_what_is_over_the_limit_is_refused(used: Used | None, excess: tuple[str, int] | None) -> None:
    refused = over_limit("c", used)
    assert (None if refused is None else (refused.severity, refused.exposure_minor)) == excess


@pytest.mark.parametrize(
    ("in_force", "wanted", "direction"),
    [
        (None, 5, "increase"),
        (None, None, "increase"),
        (LimitInForce("l", 5, SINCE), 6, "increase"),
        (LimitInForce("l", 5, SINCE), 4, "decrease"),
        (LimitInForce("l", 5, SINCE), 5, "increase"),
        (LimitInForce("l", 5, SINCE), None, "increase"),
        (LimitInForce("l", None, SINCE), 10**9, "decrease"),
        (LimitInForce("l", None, SINCE), None, "increase"),
    ],
)
def test_nothing_is_more_than_unlimited(
    in_force: LimitInForce | None, wanted: int | None, direction: str
) -> None:
    assert direction_of(in_force, wanted) == direction
