"""Credit limits through the public operations, on PostgreSQL with the application's rights."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.credit import (
    Adjustment,
    Credit,
    CreditCheck,
    CreditView,
    DecidedLimit,
    Exposure,
    LimitPage,
    ListLimits,
    NewLimit,
    RequestedLimit,
)
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Note, Operations

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from tests.customers.conftest import Clock, Ledger


@pytest.fixture
def customer_id(operations: Operations) -> str:
    made = Customers(operations).create(NewCustomer(name="Northwind"))
    assert isinstance(made, CreatedCustomer)
    return made.customer_id


@pytest.fixture
def desk(app: Engine, ledger: Ledger, clock: Clock) -> Credit:
    """The credit of acme, for another actor than `anna`."""
    return Credit(Operations(app, Caller(tenant_id="acme", actor="ben"), clock=clock))


def refused(result: object) -> Refused:
    assert isinstance(result, Refused), result
    return result


def asked(credit: Credit, customer_id: str, minor: int | None) -> RequestedLimit:
    made = credit.request_adjustment(Adjustment(customer_id=customer_id, currency="EUR", limit_minor=minor))
    assert isinstance(made, RequestedLimit), made
    return made


def view(credit: Credit, customer_id: str, currency: str = "EUR") -> CreditView:
    found = credit.utilization(customer_id, currency)
    assert isinstance(found, CreditView), found
    return found


def checked(credit: Credit, customer_id: str, currency: str, amount_minor: int) -> CreditCheck:
    found = credit.check(customer_id, currency, amount_minor)
    assert isinstance(found, CreditCheck), found
    return found


def granted(credit: Credit, customer_id: str, minor: int | None) -> DecidedLimit:
    made = credit.grant(NewLimit(customer_id=customer_id, currency="EUR", limit_minor=minor))
    assert isinstance(made, DecidedLimit), made
    return made


def written(ledger: Ledger) -> list[tuple[str, ...]]:
    """The events and audit entries of credit, in order."""
    events = ledger.rows(
        "select event_type, labels->>'adjustment_type' from event where event_type like 'Credit%' "
        "order by event_id"
    )
    audit = ledger.rows("select actor, action from audit_log where action like 'credit%' order by seq")
    return [tuple(row) for row in (*events, *audit)]


@pytest.mark.parametrize(
    ("minor", "share", "available"), [(1000, Fraction(0), 1000), (0, Fraction(1), 0), (None, None, None)]
)
def test_a_granted_limit_is_in_force(
    operations: Operations, customer_id: str, minor: int | None, share: Fraction | None, available: int | None
) -> None:
    credit = Credit(operations)
    assert view(credit, customer_id) == CreditView(customer_id, False, "EUR", None, 0, None)
    granted(credit, customer_id, minor)
    shown = view(credit, customer_id)
    assert shown == CreditView(customer_id, True, "EUR", minor, 0, share)
    assert shown.available_minor == available
    assert credit.exposure(customer_id, "EUR") == Exposure(customer_id, "EUR")


def test_what_is_asked_for_holds_once_somebody_else_approves_it(
    operations: Operations, desk: Credit, customer_id: str, ledger: Ledger, clock: Clock
) -> None:
    credit = Credit(operations)
    granted(credit, customer_id, 1000)
    clock.forward(days=1)
    wanted = asked(credit, customer_id, 2500)
    assert wanted.direction == "increase"
    assert view(credit, customer_id).limit_minor == 1000
    own = refused(credit.approve(wanted.credit_limit_id))
    assert (own.fault, own.reason) == (
        Fault.FORBIDDEN,
        "anna asked for this limit; somebody else has to approve it",
    )
    clock.forward(days=1)
    assert desk.approve(wanted.credit_limit_id) == DecidedLimit(wanted.credit_limit_id, "approved")
    assert view(credit, customer_id).limit_minor == 2500
    assert refused(desk.approve(wanted.credit_limit_id)).reason == "the request is approved already"
    assert written(ledger) == [
        ("CreditLimitGranted", None),
        ("CreditLimitAdjustmentRequested", "increase"),
        ("CreditLimitAdjusted", "increase"),
        ("anna", "credit.limit.granted"),
        ("anna", "credit.limit.requested"),
        ("ben", "credit.limit.decided"),
    ]
    ends = ledger.rows("select upper(valid) from credit_limit order by requested_at")
    assert [end for (end,) in ends] == [clock.now, None]


def test_a_rejection_needs_a_reason_and_changes_no_limit(
    operations: Operations, desk: Credit, customer_id: str, ledger: Ledger
) -> None:
    credit = Credit(operations)
    granted(credit, customer_id, 1000)
    wanted = asked(credit, customer_id, 500)
    assert wanted.direction == "decrease"
    assert refused(desk.reject(wanted.credit_limit_id, Note())).field == "reason"
    assert isinstance(desk.reject(wanted.credit_limit_id, Note(reason="no need")), DecidedLimit)
    assert view(credit, customer_id).limit_minor == 1000
    assert written(ledger)[1:3] == [
        ("CreditLimitAdjustmentRequested", "decrease"),
        ("CreditLimitRejected", "decrease"),
    ]


def test_whoever_asked_may_take_the_request_back(operations: Operations, customer_id: str) -> None:
    credit = Credit(operations)
    wanted = asked(credit, customer_id, 500)
    assert isinstance(credit.reject(wanted.credit_limit_id, Note(reason="asked by mistake")), DecidedLimit)


def test_limits_are_listed_once_each_the_latest_first(
    operations: Operations, operations_of: Callable[[str], Operations], customer_id: str, clock: Clock
) -> None:
    credit = Credit(operations)
    granted(credit, customer_id, 1)
    clock.forward(minutes=1)
    made = []
    for minor in range(2, 6):
        clock.forward(minutes=minor % 2)
        made.append(asked(credit, customer_id, minor).credit_limit_id)
    seen: list[str] = []
    asked_for = ListLimits(customer_id=customer_id, status="requested", limit=3)
    while True:
        page = credit.list(asked_for)
        assert isinstance(page, LimitPage)
        seen += [each.credit_limit_id for each in page.limits]
        if page.next_cursor is None:
            break
        asked_for = replace(asked_for, cursor=page.next_cursor)
    assert sorted(seen) == sorted(made)
    everything = credit.list()
    assert isinstance(everything, LimitPage)
    assert [each.limit_minor for each in everything.limits][-1] == 1
    assert Credit(operations_of("bolt")).list() == LimitPage((), None)


@pytest.mark.parametrize(
    ("listed", "field"),
    [
        (ListLimits(limit=0), "limit"),
        (ListLimits(limit=501), "limit"),
        (ListLimits(status="gone"), "status"),
        (ListLimits(customer_id="no id"), "customer_id"),
        (ListLimits(cursor="x"), "cursor"),
    ],
)
def test_a_list_that_cannot_be_is_refused(operations: Operations, listed: ListLimits, field: str) -> None:
    assert refused(Credit(operations).list(listed)).field == field


def test_a_limit_ends_at_its_instant(
    operations: Operations, desk: Credit, customer_id: str, clock: Clock
) -> None:
    wanted = asked(Credit(operations), customer_id, 500)
    until = clock.now + timedelta(days=30)
    for wrong in (clock.now, until.replace(tzinfo=None)):
        assert refused(desk.approve(wanted.credit_limit_id, until=wrong)).field == "until"
    assert isinstance(desk.approve(wanted.credit_limit_id, until=until), DecidedLimit)
    assert view(desk, customer_id).limited
    clock.now = until
    assert not view(desk, customer_id).limited


def test_a_request_with_its_key_is_carried_out_once(
    operations: Operations, customer_id: str, ledger: Ledger
) -> None:
    credit, note = Credit(operations), Note(key="k")
    adjustment = Adjustment(customer_id=customer_id, currency="EUR", limit_minor=None)
    first = credit.request_adjustment(adjustment, note)
    assert isinstance(first, RequestedLimit)
    assert credit.request_adjustment(adjustment, note) == first
    assert ledger.count("credit_limit") == 1


@pytest.mark.parametrize(
    ("currency", "minor", "field"), [("EUR", -1, "limit_minor"), ("XXY", 1, "currency"), ("", 1, "currency")]
)
def test_a_limit_that_cannot_be_is_refused(
    operations: Operations, customer_id: str, currency: str, minor: int, field: str
) -> None:
    credit = Credit(operations)
    for said in (
        credit.grant(NewLimit(customer_id=customer_id, currency=currency, limit_minor=minor)),
        credit.request_adjustment(Adjustment(customer_id=customer_id, currency=currency, limit_minor=minor)),
    ):
        assert (refused(said).fault, refused(said).field) == (Fault.INVALID, field)


def test_a_deleted_customer_gets_no_credit(operations: Operations, customer_id: str) -> None:
    Customers(operations).delete(customer_id, "closed")
    said = Credit(operations).grant(NewLimit(customer_id=customer_id, currency="EUR", limit_minor=1))
    assert refused(said).fault is Fault.CONFLICT


def test_of_two_that_approve_at_once_one_is_refused(
    operations: Operations, desk: Credit, customer_id: str, ledger: Ledger
) -> None:
    wanted, together = asked(Credit(operations), customer_id, 500), Barrier(2)

    def approve(_: int) -> DecidedLimit | Refused:
        together.wait()
        return desk.approve(wanted.credit_limit_id)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(approve, range(2)))
    assert sorted(isinstance(each, Refused) for each in results) == [False, True]
    assert len(ledger.rows("select 1 from event where event_type = 'CreditLimitAdjusted'")) == 1


def test_another_company_sees_and_changes_nothing(
    operations: Operations, operations_of: Callable[[str], Operations], customer_id: str, ledger: Ledger
) -> None:
    wanted = asked(Credit(operations), customer_id, 500)
    before, other = ledger.counts(), Credit(operations_of("bolt"))
    for said in (
        other.grant(NewLimit(customer_id=customer_id, currency="EUR", limit_minor=1)),
        other.request_adjustment(Adjustment(customer_id=customer_id, currency="EUR", limit_minor=1)),
        other.approve(wanted.credit_limit_id),
        other.reject(wanted.credit_limit_id, Note(reason="r")),
        other.exposure(customer_id, "EUR"),
        other.utilization(customer_id, "EUR"),
    ):
        assert refused(said).fault is Fault.NOT_FOUND
    assert ledger.counts() == before


@pytest.mark.parametrize("value", ["0" * 32, "no id", ""])
def test_what_is_not_there_is_said_to_be_missing(operations: Operations, value: str, ledger: Ledger) -> None:
    credit = Credit(operations)
    for said in (credit.approve(value), credit.exposure(value, "EUR"), credit.utilization(value, "EUR")):
        assert refused(said).fault is Fault.NOT_FOUND


@pytest.mark.parametrize(
    ("limit", "amount", "fits"),
    [(1000, 1000, True), (1000, 1001, False), (None, 10**15, True), (0, 1, False)],
)
def test_a_check_says_what_would_be_owed_and_records_nothing(
    operations: Operations, customer_id: str, ledger: Ledger, limit: int | None, amount: int, *, fits: bool
) -> None:
    credit = Credit(operations)
    granted(credit, customer_id, limit)
    before = ledger.counts()
    found = checked(credit, customer_id, "EUR", amount)
    assert replace(found, reason=None) == CreditCheck(customer_id, fits, "EUR", limit, amount)
    assert (found.reason is None) == fits
    assert ledger.counts() == before


def test_a_check_without_a_limit_checks_nothing(operations: Operations, customer_id: str) -> None:
    found = Credit(operations).check(customer_id, "EUR", 10**15)
    assert found == CreditCheck(customer_id, True, None, None, None)


@pytest.mark.parametrize("limit", [None, 1000])
def test_a_check_on_credit_hold_says_no(operations: Operations, customer_id: str, limit: int | None) -> None:
    credit = Credit(operations)
    if limit is not None:
        granted(credit, customer_id, limit)
    credit.hold(customer_id)
    found = checked(credit, customer_id, "EUR", 10)
    assert (found.fits, found.exposure_minor) == (False, None if limit is None else 10)
    assert "on credit hold" in (found.reason or "")
    assert checked(credit, customer_id, "EUR", 0).fits  # an invoice of nothing needs no credit


def test_what_no_rate_leads_from_is_not_known_to_fit(operations: Operations, customer_id: str) -> None:
    credit = Credit(operations)
    granted(credit, customer_id, 1000)
    found = checked(credit, customer_id, "USD", 1)
    assert (found.fits, found.limit_currency, found.limit_minor, found.exposure_minor) == (
        False, "EUR", 1000, None,
    )  # fmt: skip
    assert "no exchange rate from USD to EUR on 2026-03-10" in (found.reason or "")
    shown = view(credit, customer_id, "USD")
    assert (shown.limited, shown.has_rate, shown.limit_minor, shown.available_minor) == (True, False, 1000, 0)
    assert (view(credit, customer_id).has_rate, view(credit, customer_id).available_minor) == (True, 1000)


@pytest.mark.parametrize(
    ("customer", "currency", "amount", "field"),
    [("0" * 32, "EUR", 1, "customer_id"), ("x", "EUR", 1, "customer_id"), (None, "XXX", 1, "currency"),
     (None, "EUR", -1, "amount_minor")],
)  # fmt: skip
def test_a_check_of_what_cannot_be_invoiced_is_refused(
    operations: Operations, customer_id: str, customer: str | None, currency: str, amount: int, field: str
) -> None:
    refused = Credit(operations).check(customer or customer_id, currency, amount)
    assert isinstance(refused, Refused)
    assert refused.field == field
