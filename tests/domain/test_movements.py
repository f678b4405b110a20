"""Movements between the ends of a window, and the journal of every change in it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.domain.movements import Kind, journal, movements, sums
from ledgerscope.domain.mrr import customer_mrr, is_paused, mrr, paying
from ledgerscope.domain.periods import just_before
from tests.domain.subscriptions import CURRENCIES, VERSIONS, at, version, window

if TYPE_CHECKING:
    from ledgerscope.domain.mrr import Version


def net(*versions: Version, start: float = 10, as_of: float = 40) -> dict[tuple[str, str], int]:
    return {key: int(value) for key, value in sums(movements(versions, window(start, as_of))).items()}


def every(*versions: Version, start: float = 10, as_of: float = 40) -> list[tuple[int, str, int]]:
    """The journal as (day, kind, amount)."""
    return [
        ((m.within.start - at(0)).days, str(m.kind), int(m.amount))
        for m in journal(versions, window(start, as_of))
    ]


@pytest.mark.parametrize(
    ("versions", "between", "each"),
    [
        pytest.param([version(20, None, 10)], {("new", "EUR"): 10}, [(20, "new", 10)], id="new"),
        pytest.param([version(0, None, 10)], {}, [], id="unchanged"),
        pytest.param(
            [version(0, 20, 10), version(20, None, 15)],
            {("expansion", "EUR"): 5},
            [(20, "expansion", 5)],
            id="cancel and order anew at one instant",
        ),
        pytest.param(
            [version(0, 20, 10), version(19, None, 15)],
            {("expansion", "EUR"): 5},
            [(19, "expansion", 15), (20, "contraction", -10)],
            id="an overlap",
        ),
        pytest.param(
            [version(0, 20, 10), version(0, None, 4)],
            {("contraction", "EUR"): -10},
            [(20, "contraction", -10)],
            id="one of two ends",
        ),
        pytest.param([version(0, 20, 10)], {("churn", "EUR"): -10}, [(20, "churn", -10)], id="churn"),
        pytest.param(
            [version(0, 5, 10), version(20, None, 7)],
            {("reactivation", "EUR"): 7},
            [(20, "reactivation", 7)],
            id="back after having left",
        ),
        pytest.param(
            [version(0, 20, 10), version(25, None, 10)],
            {},
            [(20, "churn", -10), (25, "reactivation", 10)],
            id="left and came back",
        ),
        pytest.param([version(15, 20, 10)], {}, [(15, "new", 10), (20, "churn", -10)], id="came and left"),
        pytest.param(
            [version(15, 20, 10), version(25, None, 12)],
            {("new", "EUR"): 12},
            [(15, "new", 10), (20, "churn", -10), (25, "reactivation", 12)],
            id="new, although it left for a while",
        ),
        pytest.param(
            [version(0, 20, 10, key="s"), version(25, None, 10, key="s")],
            {},
            [(20, "paused", -10), (25, "resumed", 10)],
            id="paused and resumed",
        ),
        pytest.param(
            [version(0, 20, 10, status="paused")],
            {("paused", "EUR"): -10},
            [(20, "paused", -10)],
            id="paused until now",
        ),
        pytest.param(
            [version(0, 5, 10, key="s"), version(25, None, 12, key="s")],
            {("resumed", "EUR"): 12},
            [(25, "resumed", 12)],
            id="resumed",
        ),
        pytest.param(
            [version(0, 20, 10, status="ended", ended_at=30)],
            {("churn", "EUR"): -10},
            [(20, "paused", -10)],
            id="ended from a pause",
        ),
        pytest.param(
            [version(0, 20, 10, status="paused"), version(0, None, 5)],
            {("contraction", "EUR"): -10},
            [(20, "contraction", -10)],
            id="pausing one of two is a contraction",
        ),
        pytest.param(
            [version(0, 20, 10), version(20, None, 1500, currency="JPY")],
            {("contraction", "EUR"): -10, ("expansion", "JPY"): 1500},
            [(20, "contraction", -10), (20, "expansion", 1500)],
            id="a change of currency",
        ),
        pytest.param(
            [version(0, 15, 10), version(0, 20, 1500, currency="JPY")],
            {("churn", "EUR"): -10, ("churn", "JPY"): -1500},
            [(15, "contraction", -10), (20, "churn", -1500)],
            id="lost with its last currency",
        ),
        pytest.param(
            [version(0, 20, 10), version(20, None, 10, "bob")],
            {("churn", "EUR"): -10, ("new", "EUR"): 10},
            [(20, "churn", -10), (20, "new", 10)],
            id="customers do not make up for each other",
        ),
        pytest.param(
            [version(0, None, 10, customer_deleted_at=20)],
            {("churn", "EUR"): -10},
            [(20, "churn", -10)],
            id="deleted",
        ),
        pytest.param(
            [version(0, None, 10, trial_end=20)], {("new", "EUR"): 10}, [(20, "new", 10)], id="trial over"
        ),
        pytest.param([], {}, [], id="nobody"),
    ],
)
def test_a_change_has_a_kind(
    versions: list[Version], between: dict[tuple[str, str], int], each: list[tuple[int, str, int]]
) -> None:
    assert net(*versions) == between
    assert every(*versions) == each


def test_a_window_holds_what_happens_at_its_start_and_at_as_of() -> None:
    versions = (version(0, 10, 10), version(10, 40, 15), version(40, None, 20))
    assert net(*versions, start=10, as_of=40) == {("expansion", "EUR"): 10}
    assert every(*versions) == [(10, "expansion", 5), (40, "expansion", 5)]
    assert every(*versions, start=10.5, as_of=39.5) == []


@given(VERSIONS, st.integers(0, 60), st.integers(0, 60))
def test_both_lead_from_the_start_to_the_end(versions: list[Version], start: int, days: int) -> None:
    period = window(start, start + days)
    before, after = mrr(versions, just_before(period.start)), mrr(versions, at(start + days))
    for moved in (movements(versions, period), journal(versions, period)):
        for currency in CURRENCIES:
            change = sum((m.amount for m in moved if m.currency == currency), Fraction())
            assert before.get(currency, 0) + change == after.get(currency, 0)
        for one in moved:
            gains = (Kind.NEW, Kind.EXPANSION, Kind.REACTIVATION, Kind.RESUMED)
            assert (one.amount > 0) == (one.kind in gains)


@given(VERSIONS, st.integers(0, 60))
def test_the_journal_matches_a_look_at_every_single_day(versions: list[Version], end: int) -> None:
    """All changes fall on whole days, so comparing each day with the one before finds every one."""
    expected, has_paid = [], set[str]()
    for n in range(end + 1):
        before, after = customer_mrr(versions, at(n - 0.5)), customer_mrr(versions, at(n))
        had, has = paying(versions, at(n - 0.5)), paying(versions, at(n))
        for customer, currency in sorted({*before, *after}):
            old = before.get((customer, currency), Fraction())
            new = after.get((customer, currency), Fraction())
            if old == new:
                continue
            if customer in had and customer in has:
                kind = "expansion" if new > old else "contraction"
            elif customer in had:
                kind = "paused" if is_paused(versions, customer, at(n)) else "churn"
            elif is_paused(versions, customer, at(n - 0.5)):
                kind = "resumed"
            else:
                kind = "reactivation" if customer in has_paid else "new"
            expected.append((at(n), customer, currency, kind, new - old))
        has_paid |= has
    assert [
        (m.within.start, m.customer, m.currency, str(m.kind), m.amount)
        for m in journal(versions, window(0, end))
    ] == expected
