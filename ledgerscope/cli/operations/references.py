"""What commands name by a number or an identifier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ledgerscope.cli.operations.session import accepted
from ledgerscope.customers.lifecycle import Customers
from ledgerscope.customers.receivables.operations import Invoices

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ledgerscope.customers.operations import Operations
    from ledgerscope.store.records import Id

__all__ = ["currency_of_customer", "customer_argument", "customer_of", "invoice_of", "numbers_of"]

customer_argument = click.argument("customer", metavar="CUSTOMER")


def customer_of(operations: Operations, reference: str) -> Id:
    """The customer with this number or identifier; the command ends where there is none."""
    return accepted(Customers(operations).identify(reference))


def invoice_of(operations: Operations, reference: str) -> Id:
    """The invoice with this number or identifier; the command ends where there is none."""
    return accepted(Invoices(operations).identify(reference))


def currency_of_customer(operations: Operations, customer_id: Id) -> str:
    """The customer's own currency."""
    return accepted(Customers(operations).get(customer_id)).currency


def numbers_of(operations: Operations, customer_ids: Iterable[Id]) -> Mapping[Id, str]:
    """The customer number of each customer, its identifier where it has none."""
    wanted = frozenset(customer_ids)
    names = accepted(Customers(operations).names(wanted)) if wanted else {}
    return {each: (names[each].customer_number if each in names else None) or each for each in wanted}
