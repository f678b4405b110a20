"""MRR: prices by the month, and movements that bridge any two instants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.domain.money import round_half_away
from ledgerscope.domain.mrr import Kind, Version, bridge, customer_mrr, monthly, movements, mrr

NEW, EXPANSION, CONTRACTION, CHURN, REACTIVATION = Kind


def at(n: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n)


def version(
    start: int, end: int | None, amount: int, customer: str = "ada", currency: str = "EUR"
) -> Version:
    return Version(customer, currency, Fraction(amount), at(start), None if end is None else at(end))


def story(*versions: Version, start: int = -1, end: int = 999) -> list[tuple[int, str, int]]:
    """Movements as (day, kind, amount)."""
    return [
        ((m.at - at(0)).days, m.kind.value, int(m.amount)) for m in movements(versions, at(start), at(end))
    ]


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


def test_quantity_multiplies_and_a_discount_for_ever_reduces() -> None:
    assert monthly(1000, "month", quantity=3, discount=Fraction(1, 4)) == 2250


@pytest.mark.parametrize(
    ("versions", "told"),
    [
        pytest.param([version(0, None, 10)], [(0, "new", 10)], id="the first paid MRR is new"),
        pytest.param(
            [version(0, 5, 10), version(5, None, 15)],
            [(0, "new", 10), (5, "expansion", 5)],
            id="an upgrade is expansion",
        ),
        pytest.param(
            [version(0, 5, 10), version(5, None, 4)],
            [(0, "new", 10), (5, "contraction", -6)],
            id="a downgrade is contraction",
        ),
        pytest.param(
            [version(0, None, 10), version(3, 8, 7)],
            [(0, "new", 10), (3, "expansion", 7), (8, "contraction", -7)],
            id="ending one of two subscriptions is contraction",
        ),
        pytest.param(
            [version(0, 5, 10), version(9, None, 12)],
            [(0, "new", 10), (5, "churn", -10), (9, "reactivation", 12)],
            id="ending the last is churn, coming back is reactivation",
        ),
        pytest.param(
            [version(0, 5, 10), version(5, None, 10)],
            [(0, "new", 10)],
            id="a new version at the same price is no movement",
        ),
        pytest.param(
            [version(0, 5, 10), version(5, None, 10, customer="bob")],
            [(0, "new", 10), (5, "churn", -10), (5, "new", 10)],
            id="customers do not make up for each other",
        ),
        pytest.param(
            [version(0, 5, 10), version(5, None, 1500, currency="JPY")],
            [(0, "new", 10), (5, "contraction", -10), (5, "expansion", 1500)],
            id="a change of currency is contraction in one and expansion in the other",
        ),
        pytest.param(
            [version(0, None, 10), version(0, None, 1500, currency="JPY")],
            [(0, "new", 10), (0, "new", 1500)],
            id="a customer may begin in two currencies at once",
        ),
        pytest.param(
            [version(0, 5, 10), version(0, 9, 1500, currency="JPY")],
            [(0, "new", 10), (0, "new", 1500), (5, "contraction", -10), (9, "churn", -1500)],
            id="a customer is lost with its last currency",
        ),
        pytest.param(
            [version(0, 9, 0), version(4, None, 5)],
            [(4, "new", 5)],
            id="a free plan before is not a beginning",
        ),
        pytest.param([], [], id="nobody"),
    ],
)
def test_movements_tell_the_story(versions: list[Version], told: list[tuple[int, str, int]]) -> None:
    assert story(*versions) == told


def test_a_window_holds_its_end_and_not_its_start() -> None:
    versions = (version(0, 5, 10), version(5, None, 15))
    assert story(*versions, start=0, end=5) == [(5, "expansion", 5)]
    assert story(*versions, start=5, end=9) == []


def test_the_path_counts_and_not_only_its_ends() -> None:
    versions = (version(0, 5, 10), version(5, 6, 30), version(6, None, 10))
    assert bridge(versions, at(1), at(9)) == {("EUR", EXPANSION): 20, ("EUR", CONTRACTION): -20}


VERSIONS = st.lists(
    st.builds(
        lambda start, length, amount, customer, currency: version(
            start, None if length is None else start + length, amount, customer, currency
        ),
        st.integers(0, 40),
        st.none() | st.integers(1, 30),
        st.integers(0, 50),
        st.sampled_from(["ada", "bob"]),
        st.sampled_from(["EUR", "JPY"]),
    ),
    max_size=6,
)


@given(VERSIONS, st.integers(-1, 60), st.integers(0, 60))
def test_mrr_at_the_end_is_mrr_at_the_start_plus_all_movements(
    versions: list[Version], start: int, days: int
) -> None:
    before, after = mrr(versions, at(start)), mrr(versions, at(start + days))
    moved = movements(versions, at(start), at(start + days))
    for currency in ("EUR", "JPY"):
        summed = sum((m.amount for m in moved if m.currency == currency), Fraction())
        assert before.get(currency, 0) + summed == after.get(currency, 0)


@given(VERSIONS, st.integers(0, 60))
def test_movements_match_a_look_at_every_single_day(versions: list[Version], end: int) -> None:
    """All changes fall on whole days, so comparing each day with the one before finds every one."""
    told, began = [], set[str]()
    for n in range(end + 1):
        before, after = customer_mrr(versions, at(n - 1)), customer_mrr(versions, at(n))
        had, has = ({customer for customer, _ in amounts} for amounts in (before, after))
        changed = [
            place for place in sorted({*before, *after}) if before.get(place, 0) != after.get(place, 0)
        ]
        for customer, currency in changed:
            old, new = (
                before.get((customer, currency), Fraction()),
                after.get((customer, currency), Fraction()),
            )
            if customer not in had:
                kind = REACTIVATION if customer in began else NEW
            elif customer not in has:
                kind = CHURN
            else:
                kind = EXPANSION if new > old else CONTRACTION
            told.append((at(n), customer, currency, kind, new - old))
        began |= {customer for customer, _ in changed}
    assert [
        (m.at, m.customer, m.currency, m.kind, m.amount) for m in movements(versions, at(-1), at(end))
    ] == told
