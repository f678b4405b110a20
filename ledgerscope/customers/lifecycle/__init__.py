"""Customer records: created, read, updated, moved between statuses, deleted and erased."""

from __future__ import annotations

from ledgerscope.customers.lifecycle.creation import NewCustomer
from ledgerscope.customers.lifecycle.customers import CreatedCustomer, CustomerName, Customers, Done
from ledgerscope.customers.lifecycle.profile import CHANGEABLE
from ledgerscope.customers.lifecycle.reading import CustomerPage, CustomerView, ListCustomers

__all__ = [
    "CHANGEABLE",
    "CreatedCustomer",
    "CustomerName",
    "CustomerPage",
    "CustomerView",
    "Customers",
    "Done",
    "ListCustomers",
    "NewCustomer",
]
