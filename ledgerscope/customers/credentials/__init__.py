"""Credentials: what opens the outside system of a customer, kept encrypted, and a log of who took it out."""

from __future__ import annotations

from ledgerscope.customers.credentials.access import AccessPage, AccessView, ListAccess
from ledgerscope.customers.credentials.credentials import Credentials, Revoked, Saved
from ledgerscope.customers.credentials.keys import CredentialKeys
from ledgerscope.customers.credentials.reading import CredentialPage, CredentialView, ListCredentials
from ledgerscope.customers.credentials.reencryption import Reencrypted, UnreadableCredential
from ledgerscope.customers.credentials.validation import Validated
from ledgerscope.customers.named_keys import InvalidKeys

__all__ = [
    "AccessPage",
    "AccessView",
    "CredentialKeys",
    "CredentialPage",
    "CredentialView",
    "Credentials",
    "InvalidKeys",
    "ListAccess",
    "ListCredentials",
    "Reencrypted",
    "Revoked",
    "Saved",
    "UnreadableCredential",
    "Validated",
]
