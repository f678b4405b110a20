"""Zuora: whom to ask with which secret, and a client that lists the workflows of a tenant."""

from __future__ import annotations

from ledgerscope.customers.zuora.client import Limits, Zuora
from ledgerscope.customers.zuora.errors import ZuoraError
from ledgerscope.customers.zuora.login import HOSTS, Login, fault_of_login, hosts_of
from ledgerscope.customers.zuora.rate_limit import RateLimit
from ledgerscope.customers.zuora.workflows import Workflow

__all__ = [
    "HOSTS",
    "Limits",
    "Login",
    "RateLimit",
    "Workflow",
    "Zuora",
    "ZuoraError",
    "fault_of_login",
    "hosts_of",
]
