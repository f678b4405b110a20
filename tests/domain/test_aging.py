"""Aging: buckets by instalment, as of any day, in every state of a document."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ledgerscope.domain.aging import (
    UNALLOCATED,
    Allocation,
    Back,
    Claim,
    Credit,
    Instalment,
    Ledger,
    age,
    bucket_of,
    open_invoices,
    receivable,
)

DAY_0 = date(2026, 1, 1)


def day(n: int) -> date:
    return DAY_0 + timedelta(days=n)


def claim(
    *parts: tuple[int, int],
    issued: int | None = 0,
    total_minor: int | None = None,
    voided_on: date | None = None,
    terms_days: int = 30,
) -> Claim:
    """An invoice of instalments, each a due day and an amount."""
    return Claim(
        "EUR",
        sum(minor for _, minor in parts) if total_minor is None else total_minor,
        None if issued is None else day(issued),
        tuple(Instalment(seq, day(due), minor) for seq, (due, minor) in enumerate(parts, start=1)),
        voided_on,
        terms_days,
    )


def of(one: Claim, *settled: tuple[Credit, int, int]) -> Ledger:
    """A ledger of one invoice with parts of credits set against its first instalment: credit, amount, day."""
    given = tuple(Allocation(credit, one, 1, minor, day(on)) for credit, minor, on in settled)
    return Ledger((one,), tuple(dict.fromkeys(credit for credit, _, _ in settled)), given)


@pytest.mark.parametrize(
    ("overdue", "bucket"),
    [
        *((-30, "current"), (0, "current"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (60, "31-60")),
        *((61, "61-90"), (90, "61-90"), (91, "90+"), (9999, "90+")),
    ],
)
def test_each_day_overdue_belongs_to_one_bucket(overdue: int, bucket: str) -> None:
    assert bucket_of(overdue) == bucket


def test_instalments_of_one_invoice_age_by_their_own_due_dates() -> None:
    ledger = of(claim((10, 100), (50, 200)))
    assert age(ledger, day(50)) == {("EUR", "31-60"): 100, ("EUR", "current"): 200}
    assert open_invoices(ledger, day(50)) == {"31-60": 1}


def test_a_day_is_described_by_what_is_effective_on_it_only() -> None:
    payment = Credit("EUR", 100, day(0))
    ledger = of(claim((30, 100)), (payment, 60, 40), (payment, 40, 80))
    assert age(ledger, day(20)) == {("EUR", "current"): 100, ("EUR", UNALLOCATED): -100}
    assert age(ledger, day(40)) == {("EUR", "1-30"): 40, ("EUR", UNALLOCATED): -40}
    assert age(ledger, day(80)) == {}


@pytest.mark.parametrize(
    ("invoice", "credit", "before", "after"),
    [
        pytest.param(
            claim((30, 100)),
            Credit("EUR", 100, day(0), ended_on=day(9)),
            {},
            {("EUR", "current"): 100},
            id="a payment bounces",
        ),
        pytest.param(
            claim((30, 100), voided_on=day(9)),
            Credit("EUR", 100, day(0)),
            {},
            {("EUR", UNALLOCATED): -100},
            id="an invoice is void",
        ),
        pytest.param(
            claim((30, 100), issued=9),
            Credit("EUR", 100, day(0)),
            {("EUR", UNALLOCATED): -100},
            {},
            id="a deposit before the invoice",
        ),
        pytest.param(
            claim((30, 100)),
            Credit("EUR", 100, day(9)),
            {("EUR", "current"): 100},
            {},
            id="a post-dated cheque",
        ),
        pytest.param(
            claim((30, 100)),
            Credit("EUR", 150, day(0), back=(Back(50, day(9)),)),
            {("EUR", UNALLOCATED): -50},
            {},
            id="unused money is refunded",
        ),
        pytest.param(
            claim((30, 100), issued=None),
            Credit("EUR", 100, day(0)),
            {("EUR", UNALLOCATED): -100},
            {("EUR", UNALLOCATED): -100},
            id="a draft",
        ),
        pytest.param(
            claim((30, 100)),
            Credit("EUR", 150, day(9), is_write_off=True),
            {("EUR", "current"): 100},
            {},
            id="a write-off is worth what is allocated",
        ),
    ],
)
def test_an_allocation_counts_while_both_its_sides_stand(
    invoice: Claim, credit: Credit, before: dict[tuple[str, str], int], after: dict[tuple[str, str], int]
) -> None:
    ledger = of(invoice, (credit, 100, 0))
    for n, expected in ((8, before), (9, after)):
        assert age(ledger, day(n)) == expected
        balance = sum(expected.values())
        assert receivable(ledger, day(n)) == ({"EUR": balance} if balance else {})


def test_a_missing_instalment_is_due_by_the_terms() -> None:
    ledger = of(claim(total_minor=500, terms_days=14))
    assert age(ledger, day(14)) == {("EUR", "current"): 500}
    assert age(ledger, day(15)) == {("EUR", "1-30"): 500}


def test_what_instalments_lack_of_the_total_belongs_to_the_last() -> None:
    ledger = of(claim((50, 30), (10, 30), (50, 30), total_minor=100))
    assert [part.amount_minor for part in ledger.claims[0].parts()] == [30, 30, 40]
    assert age(ledger, day(50)) == {("EUR", "31-60"): 30, ("EUR", "current"): 70}
