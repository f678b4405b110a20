"""What recurs, at which price, and who is paused."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from ledgerscope.domain.money import round_half_away
from ledgerscope.domain.mrr import agreed_price, customer_mrr, is_paused, monthly, mrr, paying
from tests.domain.subscriptions import at, version


@pytest.mark.parametrize(
    ("price", "unit", "count", "per_month"),
    [
        (1000, "month", 1, Fraction(1000)),
        (1200, "year", 1, Fraction(100)),
        (3000, "quarter", 1, Fraction(1000)),
        (600, "half_year", 1, Fraction(100)),
        (1000, "month", 3, Fraction(1000, 3)),
        (1000, "week", 1, Fraction(52000, 12)),
        (100, "day", 1, Fraction(36500, 12)),
        (2400, "year", 2, Fraction(100)),
    ],
)
def test_prices_are_normalised_to_a_month_exactly(
    price: int, unit: str, count: int, per_month: Fraction
) -> None:
    assert monthly(price, unit, count) == per_month


def test_200_weekly_customers_at_10_euro_are_8667_euro_a_month() -> None:
    assert round_half_away(200 * monthly(1000, "week") / 100) == 8667


def test_quantity_multiplies_and_a_lasting_discount_reduces() -> None:
    assert monthly(1000, "month", quantity=3, discount=Fraction(1, 4)) == 2250


@pytest.mark.parametrize(
    ("stored", "quantity", "same_currency", "price"),
    [
        pytest.param("1000.999999", 1, True, "1000.999999", id="less than a minor unit: rounding"),
        pytest.param("1001", 1, True, "1000", id="a whole minor unit: the plan"),
        pytest.param("1002.5", 3, True, "1002.5", id="each unit may be rounded"),
        pytest.param("1000", 1, False, "1000", id="another currency: the plan"),
        pytest.param("999.5", 1, False, "1000", id="another currency, however near: the plan"),
    ],
)
def test_the_stored_price_is_checked_against_the_plan(
    stored: str, quantity: int, same_currency: bool, price: str
) -> None:
    found = agreed_price(Fraction(stored), Fraction(1000), quantity, same_currency=same_currency)
    assert found == Fraction(price)


@pytest.mark.parametrize(
    ("agreement", "recurs_on"),
    [
        pytest.param({}, range(2, 8), id="from its start until before its end"),
        pytest.param({"status": "past_due"}, range(2, 8), id="past due recurs"),
        pytest.param({"status": "trialing"}, (), id="trialing does not"),
        pytest.param({"trial_end": 4}, range(4, 8), id="from the end of the trial"),
        pytest.param({"status": "ended", "ended_at": 5}, range(2, 5), id="until the subscription ends"),
        pytest.param({"customer_deleted_at": 6}, range(2, 6), id="until the customer is deleted"),
        pytest.param({"cancel_requested_at": 3}, range(2, 8), id="also after a request to cancel"),
        pytest.param({"is_metered": True}, (), id="metered use does not"),
        pytest.param({"trial_end": 6, "ended_at": 5}, (), id="ended in trial"),
    ],
)
def test_a_version_recurs_while_everything_holds(agreement: dict[str, Any], recurs_on: range) -> None:
    one = version(2, 8, 10, **agreement)
    assert [n for n in range(10) if one.recurs(at(n))] == list(recurs_on)
    assert one.first_recurs_at == (at(recurs_on[0]) if recurs_on else None)


def test_a_free_version_does_not_recur() -> None:
    assert not version(0, None, 0).recurs(at(1))


def test_mrr_is_summed_by_currency_and_by_customer() -> None:
    versions = [version(0, None, 10), version(0, None, 5, "bob"), version(1, None, 900, currency="JPY")]
    assert mrr(versions, at(1)) == {"EUR": 15, "JPY": 900}
    assert customer_mrr(versions, at(1)) == {("ada", "EUR"): 10, ("bob", "EUR"): 5, ("ada", "JPY"): 900}
    assert paying(versions, at(0)) == {"ada", "bob"}


def paused_on(*versions: Any) -> list[int]:
    return [n for n in range(12) if is_paused(versions, "ada", at(n))]


def test_between_two_versions_of_a_subscription_the_customer_is_paused() -> None:
    assert paused_on(version(1, 3, 10, key="s"), version(6, None, 10, key="s")) == [3, 4, 5]


def test_a_subscription_that_is_paused_now_pauses_the_customer_since_its_last_price() -> None:
    assert paused_on(version(1, 3, 10, status="paused")) == list(range(3, 12))
    assert paused_on(version(1, 3, 10)) == []


def test_a_subscription_that_ends_later_was_paused_until_then() -> None:
    assert paused_on(version(1, 3, 10, status="ended", ended_at=6)) == [3, 4, 5]


@pytest.mark.parametrize("end", ["cancel_requested_at", "customer_deleted_at"])
def test_cancelled_or_deleted_is_not_paused(end: str) -> None:
    until: dict[str, Any] = {end: 6}
    assert paused_on(version(1, 3, 10, status="paused", **until)) == [3, 4, 5]


def test_who_never_paid_or_pays_for_something_else_is_not_paused() -> None:
    assert paused_on(version(1, 3, 0, key="s"), version(6, None, 10, key="s")) == []
    assert paused_on(version(1, 3, 10, status="paused"), version(5, None, 1)) == [3, 4]


def test_a_free_month_is_a_pause() -> None:
    assert paused_on(
        version(1, 3, 10, key="s"), version(3, 5, 0, key="s"), version(5, None, 10, key="s")
    ) == [
        3,
        4,
    ]


def test_the_state_at_an_edge_is_that_after_it() -> None:
    one = version(2, 8, 10)
    tick = timedelta(microseconds=1)
    assert [one.recurs(edge + d) for edge in (at(2), at(8)) for d in (-tick, timedelta(), tick)] == [
        *(False, True, True),
        *(True, False, False),
    ]
