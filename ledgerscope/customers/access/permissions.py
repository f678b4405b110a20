"""Permissions, and the roles that have them: one row for each role."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

__all__ = ["NEEDED", "PLATFORM_ADMINISTRATOR", "ROLES", "Permission"]


class Permission(StrEnum):
    """What can be allowed, by area and kind."""

    CUSTOMERS_LIST = "customers:list"
    """Any customer, in lists, searches and analytics of the company."""
    CUSTOMERS_VIEW = "customers:view"
    """One customer in detail. A grant for a customer allows it for that one."""
    CUSTOMERS_CREATE = "customers:create"
    CUSTOMERS_UPDATE = "customers:update"
    CUSTOMERS_DELETE = "customers:delete"
    CUSTOMERS_ERASE = "customers:erase"
    CREDIT_REQUEST = "credit:request"
    CREDIT_DECIDE = "credit:decide"
    CREDIT_OVERRIDE = "credit:override"
    RECEIVABLES_WRITE = "receivables:write"
    STATEMENTS_GENERATE = "statements:generate"
    """Statements of account, and snapshots of the aging."""
    TRANSFERS_RUN = "transfers:run"
    """Imports and exports."""
    CREDENTIALS_MANAGE = "credentials:manage"
    """Saving, revoking and listing what opens customers' outside systems, which shows no secret."""
    CREDENTIALS_USE = "credentials:use"
    """Taking a secret out, which is kept in the access log."""
    SYNC_MANAGE = "sync:manage"
    """Schedules of synchronisation: made, paused, resumed, asked for at once."""
    SYNC_RUN = "sync:run"
    """Due synchronisations: claimed, run and recorded, by a worker."""
    AUDIT_READ = "audit:read"
    ACCESS_GRANT = "access:grant"


P = Permission
_VIEWER: Final = frozenset({P.CUSTOMERS_LIST, P.CUSTOMERS_VIEW})
_CLERK: Final = _VIEWER | {P.CUSTOMERS_CREATE, P.CUSTOMERS_UPDATE, P.CREDIT_REQUEST, P.STATEMENTS_GENERATE}
_ACCOUNTANT: Final = _CLERK | {P.RECEIVABLES_WRITE, P.TRANSFERS_RUN}
_CREDIT_MANAGER: Final = _VIEWER | {P.CREDIT_REQUEST, P.CREDIT_DECIDE, P.CREDIT_OVERRIDE}
_INTEGRATOR: Final = _VIEWER | {P.CREDENTIALS_MANAGE, P.CREDENTIALS_USE, P.SYNC_MANAGE, P.SYNC_RUN}
_AUDITOR: Final = _VIEWER | {P.AUDIT_READ}

PLATFORM_ADMINISTRATOR: Final = "platform-administrator"
ROLES: Final[dict[str, frozenset[Permission]]] = {
    "viewer": _VIEWER,
    "clerk": _CLERK,
    "accountant": _ACCOUNTANT,
    "credit-manager": _CREDIT_MANAGER,
    "integrator": _INTEGRATOR,
    "auditor": _AUDITOR,
    "administrator": frozenset(Permission),
    PLATFORM_ADMINISTRATOR: frozenset(Permission),
}
"""By the name that a token gives. Whoever only has grants for some customers needs no role."""

NEEDED: Final[dict[str, Permission]] = {
    "access.granted": P.ACCESS_GRANT,
    "access.revoked": P.ACCESS_GRANT,
    "aging.refreshed": P.STATEMENTS_GENERATE,
    "audit.sealed": P.ACCESS_GRANT,
    "communication.logged": P.CUSTOMERS_UPDATE,
    "contact.created": P.CUSTOMERS_UPDATE,
    "contact.removed": P.CUSTOMERS_UPDATE,
    "contact.updated": P.CUSTOMERS_UPDATE,
    "credit.held": P.CREDIT_DECIDE,
    "credential.opened": P.CREDENTIALS_USE,
    "credential.reencrypted": P.CREDENTIALS_MANAGE,
    "credential.rejected": P.CREDENTIALS_MANAGE,
    "credential.revoked": P.CREDENTIALS_MANAGE,
    "credential.saved": P.CREDENTIALS_MANAGE,
    "credit.limit.decided": P.CREDIT_DECIDE,
    "credit.limit.granted": P.CREDIT_DECIDE,
    "credit.limit.requested": P.CREDIT_REQUEST,
    "credit.released": P.CREDIT_DECIDE,
    "credit_note.allocated": P.RECEIVABLES_WRITE,
    "credit_note.issued": P.RECEIVABLES_WRITE,
    "credit_note.refunded": P.RECEIVABLES_WRITE,
    "customer.created": P.CUSTOMERS_CREATE,
    "customer.deleted": P.CUSTOMERS_DELETE,
    "customer.erased": P.CUSTOMERS_ERASE,
    "customer.settings.changed": P.CUSTOMERS_UPDATE,
    "customer.status.changed": P.CUSTOMERS_UPDATE,
    "customer.updated": P.CUSTOMERS_UPDATE,
    "customers.exported": P.TRANSFERS_RUN,
    "customers.import.rows": P.TRANSFERS_RUN,
    "customers.import.started": P.TRANSFERS_RUN,
    "customers.import.undone": P.TRANSFERS_RUN,
    "customers.imported": P.TRANSFERS_RUN,
    "debt.restored": P.RECEIVABLES_WRITE,
    "debt.written_off": P.RECEIVABLES_WRITE,
    "interaction.logged": P.CUSTOMERS_UPDATE,
    "interaction.status.changed": P.CUSTOMERS_UPDATE,
    "invoice.drafted": P.RECEIVABLES_WRITE,
    "invoice.issued": P.RECEIVABLES_WRITE,
    "invoice.refused": P.RECEIVABLES_WRITE,
    "invoice.voided": P.RECEIVABLES_WRITE,
    "payment.allocated": P.RECEIVABLES_WRITE,
    "payment.received": P.RECEIVABLES_WRITE,
    "payment.refunded": P.RECEIVABLES_WRITE,
    "payment.reversed": P.RECEIVABLES_WRITE,
    "requests.pruned": P.ACCESS_GRANT,
    "segment.assigned": P.CUSTOMERS_UPDATE,
    "segment.removed": P.CUSTOMERS_UPDATE,
    "segment.replaced": P.CUSTOMERS_UPDATE,
    "statement.failed": P.STATEMENTS_GENERATE,
    "statement.generated": P.STATEMENTS_GENERATE,
    "sync.failed": P.SYNC_RUN,
    "sync.paused": P.SYNC_MANAGE,
    "sync.requested": P.SYNC_MANAGE,
    "sync.resumed": P.SYNC_MANAGE,
    "sync.scheduled": P.SYNC_MANAGE,
    "sync.started": P.SYNC_RUN,
    "sync.succeeded": P.SYNC_RUN,
}
"""What each action of the audit log takes."""
