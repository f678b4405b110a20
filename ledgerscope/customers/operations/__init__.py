"""How an operation runs: one transaction, of one company, for one caller, repeatable by a key."""

from __future__ import annotations

from ledgerscope.customers.operations.caller import Caller, Note
from ledgerscope.customers.operations.errors import UnknownCompany
from ledgerscope.customers.operations.operations import Operations
from ledgerscope.customers.operations.pruning import Keys, PrunedKeys
from ledgerscope.customers.operations.subscribers import CommittedEvent, Subscribers
from ledgerscope.customers.operations.verdict import Verdict

__all__ = [
    "Caller", "CommittedEvent", "Keys", "Note", "Operations", "PrunedKeys", "Subscribers", "UnknownCompany",
    "Verdict",
]  # fmt: skip
