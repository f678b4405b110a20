"""Aging: buckets by instalment, as of any day, and always the same sum as the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.domain.aging import (
    BUCKETS,
    UNALLOCATED,
    Allocation,
    Claim,
    Credit,
    Instalment,
    age,
    bucket_of,
    open_invoices,
    receivable,
)

DAY_0 = date(2026, 1, 1)


def day(n: int) -> date:
    return DAY_0 + timedelta(days=n)


def paid(amount: int, on: int) -> Allocation:
    return Allocation(amount, day(on))


@pytest.mark.parametrize(
    ("overdue", "bucket"),
    [
        (-30, "current"),
        (0, "current"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "90+"),
        (9999, "90+"),
    ],
)
def test_each_day_overdue_belongs_to_one_bucket(overdue: int, bucket: str) -> None:
    assert bucket_of(overdue) == bucket


def test_instalments_of_one_invoice_age_by_their_own_due_dates() -> None:
    claim = Claim("EUR", day(0), (Instalment(day(10), 100), Instalment(day(50), 200)))
    assert age([claim], [], day(50)) == {("EUR", "31-60"): 100, ("EUR", "current"): 200}
    assert open_invoices([claim], day(50)) == {"31-60": 1}


def test_an_overpaid_past_is_not_told_by_what_came_later() -> None:
    claim = Claim("EUR", day(0), (Instalment(day(30), 100, (paid(60, 20), paid(40, 80))),))
    history = {n: age([claim], [], day(n)) for n in (10, 20, 40, 80)}
    assert history == {
        10: {("EUR", "current"): 100},
        20: {("EUR", "current"): 40},
        40: {("EUR", "1-30"): 40},
        80: {},
    }


def test_a_reversal_opens_an_instalment_again() -> None:
    claim = Claim("EUR", day(0), (Instalment(day(30), 100, (paid(100, 20), paid(-100, 40))),))
    assert age([claim], [], day(39)) == {}
    assert age([claim], [], day(40)) == {("EUR", "1-30"): 100}


def test_unallocated_credits_are_a_bucket_of_their_own() -> None:
    credit = Credit("EUR", 500, day(5), allocations=(paid(200, 10),))
    assert age([], [credit], day(4)) == {}
    assert age([], [credit], day(9)) == {("EUR", UNALLOCATED): -500}
    assert age([], [credit], day(10)) == {("EUR", UNALLOCATED): -300}


def test_void_invoices_and_reversed_payments_stop_counting_on_their_day() -> None:
    claim = Claim("EUR", day(0), (Instalment(day(30), 100),), voided_on=day(9))
    credit = Credit("EUR", 50, day(0), reversed_on=day(9))
    assert age([claim], [credit], day(8)) == {("EUR", "current"): 100, ("EUR", UNALLOCATED): -50}
    assert age([claim], [credit], day(9)) == {}
    assert receivable([claim], [credit], day(9)) == {}
    assert open_invoices([claim], day(9)) == {}


DAYS, AMOUNTS, CURRENCIES = st.integers(0, 200), st.integers(1, 500), st.sampled_from(["EUR", "JPY"])


@st.composite
def unsettled(draw: st.DrawFn) -> Claim:
    """An invoice of up to three instalments."""
    parts = draw(st.lists(st.builds(Instalment, DAYS.map(day), AMOUNTS), min_size=1, max_size=3))
    return Claim(draw(CURRENCIES), day(draw(DAYS)), tuple(parts))


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[list[Claim], list[Credit]]:
    """Invoices and credits in two currencies, set against each other, never more than either has."""
    claims, bookings = draw(st.lists(unsettled(), max_size=5)), []
    for _ in range(draw(st.integers(0, 5))):
        booking = Credit(draw(CURRENCIES), draw(AMOUNTS), day(draw(DAYS)))
        for n, claim in enumerate(claims):
            if claim.currency == booking.currency:
                claims[n], booking = settle(draw, claim, booking)
        bookings.append(booking)
    return claims, bookings


def settle(draw: st.DrawFn, claim: Claim, credit: Credit) -> tuple[Claim, Credit]:
    """Set some of the credit against the first instalment."""
    first, *others = claim.instalments
    free = min(first.open_minor(day(999)), credit.unallocated_minor(day(999)))
    if not free:
        return claim, credit
    on = (credit.given_on - DAY_0).days + draw(st.integers(0, 20))
    part = paid(draw(st.integers(1, free)), on)
    first = replace(first, allocations=(*first.allocations, part))
    return replace(claim, instalments=(first, *others)), replace(
        credit, allocations=(*credit.allocations, part)
    )


@given(ledgers(), st.integers(150, 300))
def test_all_buckets_together_are_the_receivable_once_everything_is_issued(
    ledger: tuple[list[Claim], list[Credit]], n: int
) -> None:
    claims, bookings = ledger
    n += 100  # every document and allocation of the strategy lies before
    summed: dict[str, int] = {}
    for (currency, _), amount in age(claims, bookings, day(n)).items():
        summed[currency] = summed.get(currency, 0) + amount
    together = {currency: amount for currency, amount in summed.items() if amount}
    assert together == receivable(claims, bookings, day(n))


@given(ledgers(), st.integers(0, 300))
def test_buckets_match_a_count_day_by_day(ledger: tuple[list[Claim], list[Credit]], n: int) -> None:
    claims, _ = ledger
    bounds = dict(
        zip([name for name, _ in BUCKETS], [(-999, 0), (1, 30), (31, 60), (61, 90), (91, 999)], strict=True)
    )
    for name, (low, high) in bounds.items():
        expected = sum(
            part.amount_minor - sum(a.amount_minor for a in part.allocations if a.effective_on <= day(n))
            for claim in claims
            if claim.currency == "EUR" and claim.issued_on <= day(n)
            for part in claim.instalments
            if low <= (day(n) - part.due_on).days <= high
        )
        assert age(claims, [], day(n)).get(("EUR", name), 0) == expected
