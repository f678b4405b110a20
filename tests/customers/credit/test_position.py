"""Which limit an amount counts against, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from ledgerscope.customers.credit.check import obstacle, over_limit
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
        ({"EUR": 1000}, {"EUR": 7}, "GBP", 100, Used("EUR", 1000, 7, "GBP")),  # no rate
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
        (Used("EUR", 10, 11, "GBP"), None),  # nobody knows
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


OVER = (
    "with this invoice the customer would owe 10.01 EUR of at most 10.00 EUR; "
    "let some be paid, raise the limit"
)
NO_RATE = (
    "no exchange rate from GBP to EUR on 2026-03-01, so that nobody knows whether the limit covers the "
    "invoice; record a rate"
)
HOLD = "the customer is on credit hold; release it"


@pytest.mark.parametrize(
    ("given", "currency", "more", "held", "reason"),
    [
        ({"EUR": 1000}, "EUR", 1000, False, None),
        ({"EUR": 1000}, "EUR", 1001, False, OVER),
        ({"EUR": 1000}, "EUR", 1001, True, OVER),
        ({"EUR": 1000}, "EUR", 1, True, HOLD),
        ({"EUR": 1000}, "GBP", 1, False, NO_RATE),
        ({"EUR": 1000}, "GBP", 1, True, HOLD),
        ({"EUR": None}, "GBP", 1, False, None),
        ({"EUR": None}, "GBP", 1, True, HOLD),
        ({}, "GBP", 1, False, None),
        ({}, "GBP", 1, True, HOLD),
        ({"EUR": 0}, "GBP", 0, True, None),  # an invoice of nothing needs no credit
    ],
)
def test_an_invoice_needs_leave_over_the_limit_on_hold_and_where_nobody_knows(
    given: dict[str, int | None], currency: str, more: int, held: bool, reason: str | None
) -> None:
    position = Position("c", "EUR", limits(**given), {}, QUOTES)
    refused = obstacle(position, currency, more, held=held, day=date(2026, 3, 1))
    said = None if refused is None else refused.reason
    assert said == (None if reason is None else f"{reason}, or name who allows it")
