"""Threads that act on one customer at once: the limit holds, money is used once, nobody waits for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING, TypeVar

import pytest

from ledgerscope.customers import Refused
from ledgerscope.customers.credit import OverLimit
from ledgerscope.customers.operations import Caller, Note, Operations
from ledgerscope.customers.receivables.operations import (
    AllocatedPayment,
    Invoices,
    IssuedInvoice,
    NewPayment,
    Payments,
    ReceivedPayment,
    ReversedPayment,
)
from ledgerscope.store.engine import Session, create_engine
from tests.customers.receivables.conftest import Desk, done, faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from tests.customers.conftest import Clock, Ledger

THREADS = 50
LIMIT = 1000
PATIENCE = timedelta(minutes=2)
"""A deadlock is found by the server at once; whoever only waits for a turn may do so on a busy machine."""
T = TypeVar("T")


@pytest.fixture
def wide(app_url: str) -> Iterator[Engine]:
    """An engine with a connection for each thread."""
    engine = create_engine(app_url, Session(lock_timeout=PATIENCE), pool_size=THREADS)
    yield engine
    engine.dispose()


@pytest.fixture
def operations(wide: Engine, ledger: Ledger, clock: Clock) -> Operations:
    return Operations(wide, Caller(tenant_id="acme", actor="anna"), clock=clock)


def at_once(count: int, ask: Callable[[int], T]) -> list[T]:
    """What `count` threads get that ask at the same instant; a thread that fails fails the test."""
    together = Barrier(count)

    def wait_and_ask(place: int) -> T:
        together.wait()
        return ask(place)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(wait_and_ask, range(count)))


def test_fifty_threads_never_exceed_a_limit(desk: Desk, ledger: Ledger) -> None:
    desk.limit(LIMIT)
    totals = [10 + place * 7 % 90 for place in range(THREADS)]
    assert sum(totals) > 2 * LIMIT

    def issue(place: int) -> IssuedInvoice | Refused:
        return Invoices(desk.operations).issue(desk.new(totals[place]))

    results = at_once(THREADS, issue)
    accepted = [total for total, each in zip(totals, results, strict=True) if isinstance(each, IssuedInvoice)]
    rejected = [total for total, each in zip(totals, results, strict=True) if isinstance(each, OverLimit)]
    assert len(accepted) + len(rejected) == THREADS
    assert desk.owed() == sum(accepted) <= LIMIT
    assert sum(accepted) + min(rejected) > LIMIT  # whoever was refused did not fit
    numbers = sorted(each.number for each in results if isinstance(each, IssuedInvoice))
    assert numbers == [f"INV-{place:06d}" for place in range(1, len(accepted) + 1)]
    assert ledger.count("credit_breach") == 0
    ((breaches,),) = ledger.rows("select count(*) from event where event_type = 'CreditLimitBreached'")
    assert breaches == len(rejected)
    assert faults(ledger) == []


def test_one_of_those_that_want_the_same_number_gets_it(desk: Desk, ledger: Ledger) -> None:
    def issue(place: int) -> IssuedInvoice | Refused:
        return Invoices(desk.operations).issue(desk.new(1 + place, number="2026/1"))

    results = at_once(6, issue)
    assert len([each for each in results if isinstance(each, IssuedInvoice)]) == 1
    said = {each.reason for each in results if isinstance(each, Refused)}
    assert said == {"number: another invoice has '2026/1'"}
    assert ledger.count("invoice") == 1


def test_only_an_override_exceeds_a_limit(desk: Desk, ledger: Ledger) -> None:
    desk.limit(LIMIT)

    def issue(place: int) -> IssuedInvoice | Refused:
        by = "boss-1" if place % 5 == 0 else None
        return Invoices(desk.operations).issue(desk.new(300, override_by=by), Note(reason="agreed"))

    results = at_once(20, issue)
    assert all(isinstance(each, IssuedInvoice) for each in results[::5])
    within = [each for each in results if isinstance(each, IssuedInvoice) and not each.over_limit]
    assert len(within) * 300 <= LIMIT
    beyond = [each for each in results if isinstance(each, IssuedInvoice) and each.over_limit]
    assert ledger.count("credit_breach") == len(beyond)
    assert desk.owed() == 300 * (len(within) + len(beyond))


def test_a_payment_is_used_once_however_many_allocate_it(desk: Desk, ledger: Ledger) -> None:
    invoices = [desk.invoice(30).invoice_id for _ in range(12)]
    payment_id = desk.pay(100, allocate=False).payment_id

    def allocate(place: int) -> AllocatedPayment | Refused:
        named = invoices[place] if place % 2 else None
        return Payments(desk.operations).allocate(payment_id, named, limit_minor=20)

    results = at_once(len(invoices), allocate)
    used = sum(each.allocated_minor for each in results if isinstance(each, AllocatedPayment))
    assert used == 100
    assert done(desk.payments.get(payment_id)).left_minor == 0
    assert desk.exposure().open_minor == 12 * 30 - 100
    assert faults(ledger) == []


def test_a_payment_is_taken_back_once_while_others_allocate_it(desk: Desk, ledger: Ledger) -> None:
    for _ in range(4):
        desk.invoice(30)
    payment_id = desk.pay(100, allocate=False).payment_id

    def act(place: int) -> AllocatedPayment | ReversedPayment | Refused:
        payments = Payments(desk.operations)
        if place % 2:
            return payments.reverse(payment_id, "bounced")
        return payments.allocate(payment_id, limit_minor=25)

    results = at_once(8, act)
    assert len([each for each in results if isinstance(each, ReversedPayment)]) == 1
    assert desk.owed() == 4 * 30
    assert faults(ledger) == []


def test_invoices_and_payments_of_a_customer_go_on_side_by_side(desk: Desk, ledger: Ledger) -> None:
    def act(place: int) -> IssuedInvoice | ReceivedPayment | Refused:
        if place % 2:
            return Invoices(desk.operations).issue(desk.new(40))
        new = NewPayment(customer_id=desk.customer_id, amount_minor=30)
        return Payments(desk.operations).receive(new)

    results = at_once(16, act)
    assert not [each for each in results if isinstance(each, Refused)]
    assert desk.owed() == 8 * 40 - 8 * 30
    assert faults(ledger) == []
