"""Contacts: the people to talk to at a customer, one of whom is primary."""

from __future__ import annotations

from ledgerscope.customers.contacts.changes import CHANGEABLE
from ledgerscope.customers.contacts.contacts import ContactDone, Contacts, CreatedContact
from ledgerscope.customers.contacts.creation import NewContact
from ledgerscope.customers.contacts.reading import ContactPage, ContactView, ListContacts

__all__ = [
    "CHANGEABLE",
    "ContactDone",
    "ContactPage",
    "ContactView",
    "Contacts",
    "CreatedContact",
    "ListContacts",
    "NewContact",
]
