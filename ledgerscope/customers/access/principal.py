"""Who asks, as a token says it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from ledgerscope.customers.access.permissions import PLATFORM_ADMINISTRATOR, ROLES, Permission
from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.operations.given import fault_of_identifier

__all__ = ["Principal"]


@dataclass(frozen=True, slots=True)
class Principal:
    """A user or service: its identifier, its company, and its roles. Unknown roles allow nothing."""

    actor: str
    tenant_id: str
    roles: frozenset[str]

    @property
    def permissions(self) -> frozenset[Permission]:
        """What its roles allow."""
        return frozenset().union(*(ROLES.get(role, frozenset()) for role in self.roles))

    def acting_for(self, tenant_id: str | None) -> Self | Refused:
        """The principal in the company that a request names: another one only for platform administrators."""
        if tenant_id is None or tenant_id == self.tenant_id:
            return self
        if (fault := fault_of_identifier(tenant_id)) is not None:
            return Refused(f"organization_id: {fault}", Fault.INVALID, "organization_id")
        if PLATFORM_ADMINISTRATOR not in self.roles:
            reason = "only platform administrators may name another organization"
            return Refused(reason, Fault.FORBIDDEN, "organization_id")
        return replace(self, tenant_id=tenant_id)
