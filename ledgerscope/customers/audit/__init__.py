"""The audit log: its entries, the seals on it, and the proof that nothing was changed or cut off."""

from __future__ import annotations

from ledgerscope.customers.audit.audit import Adopted, Audit, AuditPage, AuditRow, ListAudit
from ledgerscope.customers.audit.keys import AuditKeys, InvalidKeys
from ledgerscope.customers.audit.seals import Head, InvalidHead
from ledgerscope.customers.audit.verification import Verification

__all__ = [
    "Adopted",
    "Audit",
    "AuditKeys",
    "AuditPage",
    "AuditRow",
    "Head",
    "InvalidHead",
    "InvalidKeys",
    "ListAudit",
    "Verification",
]
