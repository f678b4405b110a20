"""What the exporter counts of credit moves by exactly one for each operation that it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from collectors.credit import CreditCollector
from ledgerscope.customers import Refused
from ledgerscope.customers.credit import Adjustment, Credit
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Note, Operations
from ledgerscope.customers.receivables.operations import Invoices, NewInvoice, NewPayment, Payments

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from tests.customers.conftest import Clock, Ledger

ADJUSTED = "customer_credit_limit_adjusted_total"
BREACH = "customer_credit_breach_total"


class Desk:
    """Two people of acme, a customer, and what is needed for the operations of the table below."""

    def __init__(self, app: Engine, clock: Clock) -> None:
        self.anna, self.ben = (
            Operations(app, Caller(tenant_id="acme", actor=actor), clock=clock) for actor in ("anna", "ben")
        )
        made = Customers(self.anna).create(NewCustomer(name="Northwind"))
        assert isinstance(made, CreatedCustomer)
        self.customer_id = made.customer_id
        self._clock = clock

    def ask(self, minor: int) -> str:
        self._clock.forward(days=1)
        adjustment = Adjustment(customer_id=self.customer_id, currency="EUR", limit_minor=minor)
        made = Credit(self.anna).request_adjustment(adjustment)
        assert not isinstance(made, Refused)
        return made.credit_limit_id

    def approve(self, minor: int) -> None:
        limit_id = self.ask(minor)
        assert not isinstance(Credit(self.ben).approve(limit_id), Refused)

    def issue(self, total: int, override_by: str | None = None) -> object:
        new = NewInvoice(customer_id=self.customer_id, total_minor=total, override_by=override_by)
        return Invoices(self.anna).issue(new, Note(reason="agreed"))

    def charge_back(self) -> None:
        self.issue(100)
        paid = Payments(self.anna).receive(NewPayment(customer_id=self.customer_id, amount_minor=100))
        assert not isinstance(paid, Refused)
        self.issue(100)
        Payments(self.anna).reverse(paid.payment_id, "charged_back")


@pytest.fixture
def desk(app: Engine, ledger: Ledger, clock: Clock) -> Desk:
    del ledger  # its companies are there
    return Desk(app, clock)


def counts(engine: Engine, clock: Clock) -> dict[tuple[str, ...], Any]:
    """The counters of credit of acme, by name and labels."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        return {
            (one.metric.name, *one.labels[1:]): one.value
            for one in CreditCollector().collect(connection, clock.now)
            if one.metric.name in {ADJUSTED, BREACH} and one.labels[0] == "acme"
        }


@pytest.mark.parametrize(
    ("act", "moved"),
    [
        (lambda desk: desk.ask(200), {(ADJUSTED, "increase", "requested"): 1}),
        (lambda desk: desk.ask(50), {(ADJUSTED, "decrease", "requested"): 1}),
        (
            lambda desk: desk.approve(200),
            {(ADJUSTED, "increase", "requested"): 1, (ADJUSTED, "increase", "approved"): 1},
        ),
        (
            lambda desk: Credit(desk.ben).reject(desk.ask(50), Note(reason="no")),
            {(ADJUSTED, "decrease", "requested"): 1, (ADJUSTED, "decrease", "rejected"): 1},
        ),
        (lambda desk: desk.issue(100), {}),
        (lambda desk: desk.issue(105), {(BREACH, "warning", "false"): 1}),
        (lambda desk: desk.issue(111), {(BREACH, "critical", "false"): 1}),
        (lambda desk: desk.issue(105, "boss-1"), {(BREACH, "warning", "true"): 1}),
        (lambda desk: desk.issue(111, "boss-1"), {(BREACH, "critical", "true"): 1}),
        (lambda desk: desk.charge_back(), {(BREACH, "critical", "false"): 1}),
    ],
    ids=[
        "asked for more", "asked for less", "approved", "rejected", "issued", "refused by little",
        "refused by much", "allowed by little", "allowed by much", "charged back",
    ],
)  # fmt: skip
def test_a_counter_moves_by_one(
    desk: Desk,
    exporter: Engine,
    clock: Clock,
    act: Callable[[Desk], object],
    moved: dict[tuple[str, ...], int],
) -> None:
    desk.approve(100)
    before = counts(exporter, clock)
    act(desk)
    after = counts(exporter, clock)
    assert {key: after[key] - before[key] for key in after if after[key] != before[key]} == moved
