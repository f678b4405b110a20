"""Statements add up: opening, movements and closing, and each with the aging of the same day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import accumulate

import pytest
from hypothesis import given, settings

from ledgerscope.customers.statements.account import Account, Kind, Returned
from ledgerscope.customers.statements.statement import COLUMNS_OF_AGING, Period, make_statement
from ledgerscope.domain.aging import Allocation, Claim, Credit, Instalment, Ledger, age, receivable
from tests.customers.statements.histories import DAYS, account_of, ledgers
from tests.thoroughness import tries

JANUARY = Period(date(2026, 1, 1), date(2026, 1, 31))
FEBRUARY = Period(date(2026, 2, 1), date(2026, 2, 28))


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def invoice(issued: str, due: str, minor: int, voided: str | None = None) -> Claim:
    return Claim(
        "EUR", minor, day(issued), (Instalment(1, day(due), minor),), None if voided is None else day(voided)
    )


def account(ledger: Ledger) -> Account:
    money = tuple(one for one in ledger.credits if not one.is_write_off)
    return account_of(ledger, ledger.claims, money)


def listed(one: Account, period: Period) -> list[tuple[str, str, int, int]]:
    lines = make_statement(one, period, period.last).lines
    return [(f"{line.day:%m-%d}", line.kind.value, line.amount_minor, line.balance_minor) for line in lines]


def test_a_statement_opens_with_what_was_owed_and_closes_with_what_is() -> None:
    claims = (invoice("01-10", "02-09", 100), invoice("02-03", "03-05", 50))
    payment = Credit("EUR", 70, day("02-20"))
    ledger = Ledger(claims, (payment,), (Allocation(payment, claims[0], 1, 70, day("02-20")),))
    made = make_statement(account(ledger), FEBRUARY, day("02-28"))
    assert made.opening_minor == 100
    assert [line.amount_minor for line in made.lines] == [50, -70]
    assert made.closing_minor == 80
    assert dict(zip(COLUMNS_OF_AGING, made.aging, strict=True)) == {
        "current": 50, "1-30": 30, "31-60": 0, "61-90": 0, "90+": 0, "unallocated": 0,
    }  # fmt: skip


def test_both_ends_of_the_period_are_in_it() -> None:
    claims = tuple(invoice(on, "03-31", 1) for on in ("01-31", "02-01", "02-28", "03-01"))
    assert listed(account(Ledger(claims, (), ())), FEBRUARY) == [
        ("02-01", "invoice", 1, 2),
        ("02-28", "invoice", 1, 3),
    ]


def test_what_is_undone_is_charged_and_taken_back_on_its_own_days() -> None:
    claim = invoice("01-05", "01-19", 100, voided="01-25")
    bounced = Credit("EUR", 60, day("01-10"), day("01-20"), (Returned(10, day("01-12"), Kind.REFUND),))
    assert listed(account(Ledger((claim,), (bounced,), ())), JANUARY) == [
        ("01-05", "invoice", 100, 100),
        ("01-10", "payment", -60, 40),
        ("01-12", "refund", 10, 50),
        ("01-20", "payment_reversed", 50, 100),
        ("01-25", "invoice_voided", -100, 0),
    ]


def test_a_write_off_is_worth_what_is_allocated_from_it() -> None:
    claim = invoice("01-05", "01-10", 100)
    loss = Credit("EUR", 100, day("01-15"), is_write_off=True)
    settled = (Allocation(loss, claim, 1, 90, day("01-15")), Allocation(loss, claim, 1, -40, day("01-20")))
    assert listed(account(Ledger((claim,), (loss,), settled)), JANUARY) == [
        ("01-05", "invoice", 100, 100),
        ("01-15", "write_off", -90, 10),
        ("01-20", "write_off_reversed", 40, 50),
    ]


def test_a_parent_company_pays() -> None:
    claim = invoice("01-05", "01-10", 100)
    payment = Credit("EUR", 100, day("01-08"))
    ledger = Ledger((claim,), (payment,), (Allocation(payment, claim, 1, 100, day("01-09")),))
    assert listed(account_of(ledger, (claim,), ()), JANUARY) == [
        ("01-05", "invoice", 100, 100),
        ("01-09", "paid_by_other", -100, 0),
    ]
    assert listed(account_of(ledger, (), (payment,)), JANUARY) == [
        ("01-08", "payment", -100, -100),
        ("01-09", "paid_for_other", 100, 0),
    ]


@pytest.mark.parametrize(
    "claim",
    [
        Claim("EUR", 100, None, (Instalment(1, day("01-10"), 100),)),
        invoice("01-05", "01-10", 100, voided="01-05"),
        invoice("01-05", "01-10", 0),
    ],
    ids=["draft", "void from its first day on", "of nothing"],
)
def test_what_never_was_owed_is_not_listed(claim: Claim) -> None:
    made = make_statement(account(Ledger((claim,), (), ())), JANUARY, JANUARY.last)
    assert (made.opening_minor, made.lines, made.closing_minor) == (0, (), 0)


@settings(max_examples=tries(100, thorough=1000))
@given(ledger=ledgers(), first=DAYS, last=DAYS)
def test_every_balance_is_the_receivable_and_the_aging_of_its_day(
    ledger: Ledger, first: date, last: date
) -> None:
    first, last = sorted((first, last))
    made = make_statement(account(ledger), Period(first, last), last)
    before = first - timedelta(days=1)
    assert made.opening_minor == receivable(ledger, before).get("EUR", 0) == sum(age(ledger, before).values())
    assert made.closing_minor == receivable(ledger, last).get("EUR", 0) == made.balance_minor
    assert made.aging == tuple(age(ledger, last).get(("EUR", bucket), 0) for bucket in COLUMNS_OF_AGING)
    amounts = (line.amount_minor for line in made.lines)
    balances = list(accumulate(amounts, initial=made.opening_minor))
    assert [line.balance_minor for line in made.lines] == balances[1:]
    assert balances[-1] == made.closing_minor


@settings(max_examples=tries(60, thorough=800))
@given(ledger=ledgers(), first=DAYS, last=DAYS)
def test_the_accounts_of_two_customers_add_up_to_the_company(ledger: Ledger, first: date, last: date) -> None:
    """Also where one pays the other's invoices: that moves between the two and adds up to nothing."""
    first, last = sorted((first, last))
    money = tuple(one for one in ledger.credits if not one.is_write_off)
    halves = [account_of(ledger, ledger.claims[place::2], money[place::2]) for place in (0, 1)]
    made = [make_statement(half, Period(first, last), last) for half in halves]
    for one in made:
        assert one.closing_minor == one.balance_minor
    assert sum(one.closing_minor for one in made) == receivable(ledger, last).get("EUR", 0)
    whole = age(ledger, last)
    for place, bucket in enumerate(COLUMNS_OF_AGING):
        assert sum(one.aging[place] for one in made) == whole.get(("EUR", bucket), 0)
