"""A customer of acme, and the operations on its receivables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import pytest

from ledgerscope.customers import Refused
from ledgerscope.customers.credit import Credit, Exposure, NewLimit
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Note, Operations
from ledgerscope.customers.receivables.operations import (
    CreditNotes,
    Invoices,
    InvoiceView,
    IssuedInvoice,
    NewInvoice,
    NewPayment,
    Payments,
    ReceivedPayment,
    WriteOffs,
)
from ledgerscope.store import data_check

if TYPE_CHECKING:
    from tests.customers.conftest import Ledger

T = TypeVar("T")

WRITTEN = (
    "invoice",
    "payment",
    "credit_note",
    "write_off",
    "allocation",
    "credit_breach",
    "event",
    "audit_log",
)


@dataclass
class Desk:
    """The operations of a company on one customer; what was refused fails the test."""

    operations: Operations
    customer_id: str

    def __post_init__(self) -> None:
        self.credit = Credit(self.operations)
        self.invoices = Invoices(self.operations)
        self.payments = Payments(self.operations)
        self.credit_notes = CreditNotes(self.operations)
        self.write_offs = WriteOffs(self.operations)

    def limit(self, minor: int | None) -> None:
        done(self.credit.grant(NewLimit(customer_id=self.customer_id, currency="EUR", limit_minor=minor)))

    def new(self, total: int, **more: object) -> NewInvoice:
        return NewInvoice(customer_id=self.customer_id, total_minor=total, **more)  # type: ignore[arg-type] # of the test's table

    def invoice(self, total: int, reason: str | None = None, **more: object) -> IssuedInvoice:
        return done(self.invoices.issue(self.new(total, **more), Note(reason=reason)))

    def pay(self, amount: int, **more: object) -> ReceivedPayment:
        new = NewPayment(customer_id=self.customer_id, amount_minor=amount, **more)  # type: ignore[arg-type] # of the test's table
        return done(self.payments.receive(new))

    def shown(self, invoice_id: str) -> InvoiceView:
        return done(self.invoices.get(invoice_id))

    def owed(self, currency: str = "EUR") -> int:
        return self.exposure(currency).minor

    def exposure(self, currency: str = "EUR") -> Exposure:
        return done(self.credit.exposure(self.customer_id, currency))


def done(result: T | Refused) -> T:
    assert not isinstance(result, Refused), result
    return result


def refused(result: object) -> Refused:
    assert isinstance(result, Refused), result
    return result


def faults(ledger: Ledger) -> list[str]:
    """What the data checks of `ledgerscope db check` find."""
    with ledger.owner.connect() as connection:
        return [finding.message for finding in data_check.find(connection)]


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    """The ledger, its counts those of receivables."""
    ledger.tables = WRITTEN
    return ledger


@pytest.fixture
def desk(operations: Operations) -> Desk:
    made = Customers(operations).create(NewCustomer(name="Northwind", terms_days=14))
    assert isinstance(made, CreatedCustomer)
    return Desk(operations, made.customer_id)
