"""A customer and its receivables, held until the transaction ends.

Guards that operations on one customer take turns: each holds the customer before it reads anything else, so
that what it decides on is what the one before it has left, and no two wait for each other's rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledgerscope.customers.credit import load_position
from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.operations import Verdict
from ledgerscope.customers.operations.lookups import as_id, hold_customer, owner_of
from ledgerscope.customers.receivables.loading import load_documents
from ledgerscope.store import tables as t
from ledgerscope.store.records import CreditBreach

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Table

    from ledgerscope.customers.credit import Position
    from ledgerscope.customers.decision import Decision, Moment
    from ledgerscope.customers.receivables.documents import Documents
    from ledgerscope.customers.receivables.state import InvoiceState
    from ledgerscope.store.records import Id

__all__ = ["Account", "hold_account", "hold_account_of", "is_breach", "is_taken", "verdict"]

_ANOTHERS: Final = Refused("the invoice belongs to another customer", Fault.INVALID, "invoice_id")


@dataclass(frozen=True, slots=True)
class Account:
    """A customer that is held, and its receivables; `found` is the document that led to it."""

    customer: Row[Any]
    documents: Documents
    found: Id = ""

    @property
    def customer_id(self) -> Id:
        """The identifier of the customer."""
        found: Id = self.customer.customer_id.hex
        return found

    @property
    def open_invoices(self) -> tuple[InvoiceState, ...]:
        """The invoices of which something is open."""
        return tuple(map(self.documents.invoice, self.documents.open_ids))

    def invoices(self, connection: Connection, invoice_id: Id | None) -> tuple[InvoiceState, ...] | Refused:
        """The named invoice of this customer, or all open ones where none is named."""
        if invoice_id is None:
            return self.open_invoices
        try:
            return (self.documents.invoice(as_id(invoice_id) or ""),)
        except KeyError:
            owner = owner_of(connection, self.customer.tenant_id, t.invoice, invoice_id)
            return owner if isinstance(owner, Refused) else _ANOTHERS

    def position(self, connection: Connection, moment: Moment, *codes: str) -> Position:
        """The customer's limits and what it owes."""
        return load_position(connection, moment, self.customer, *codes)


def hold_account(connection: Connection, tenant_id: str, customer_id: str) -> Account | Refused:
    """The account of a customer."""
    customer = hold_customer(connection, tenant_id, customer_id)
    if isinstance(customer, Refused):
        return customer
    return Account(customer, load_documents(connection, tenant_id, customer.customer_id))


def hold_account_of(connection: Connection, tenant_id: str, table: Table, value: str) -> Account | Refused:
    """The account that a document belongs to."""
    owner = owner_of(connection, tenant_id, table, value)
    if isinstance(owner, Refused):
        return owner
    account = hold_account(connection, tenant_id, owner)
    if isinstance(account, Refused):
        return account
    return Account(account.customer, account.documents, as_id(value) or "")


def is_taken(connection: Connection, tenant_id: str, table: Table, number: str | None) -> bool:
    """Whether a document of the company has a number."""
    if number is None:
        return False
    own = select(table).where(table.c.tenant_id == tenant_id, table.c.number == number)
    return bool(connection.execute(select(own.exists())).scalar_one())


def is_breach(decision: Decision) -> bool:
    """Whether a decision records that a customer is over its limit."""
    return not isinstance(decision, Refused) and any(isinstance(row, CreditBreach) for row in decision.rows)


def verdict(decision: Decision, result: Any) -> Verdict[Any] | Refused:
    """What is written and returned, or the refusal."""
    return decision if isinstance(decision, Refused) else Verdict(decision, result)
