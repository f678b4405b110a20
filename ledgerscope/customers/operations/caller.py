"""Who asks, and what comes with a request besides its content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.customers.decision import Fault, Refused

if TYPE_CHECKING:
    from ledgerscope.customers.access.permissions import Permission

__all__ = ["Caller", "Note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """On whose behalf operations run.

    `actor` is the identifier of a user or service, which events and the audit log keep: no name or address.
    `source` is the channel: `ui`, `cli`, `api` or `import`. `correlation_id` ties what happened to the
    request of another system. `permissions` are those of the actor; None is code that decides by itself who
    may do what, and may do everything.
    """

    tenant_id: str
    actor: str
    source: str = "api"
    correlation_id: str | None = None
    permissions: frozenset[Permission] | None = None

    def lacks(self, permission: Permission) -> Refused | None:
        """The refusal of what the actor may not do; None where it may."""
        if self.permissions is None or permission in self.permissions:
            return None
        return Refused(f"{self.actor} lacks the permission {permission}", Fault.FORBIDDEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Why something is done, for the audit log, and a key that makes it safe to ask twice.

    With a key, the same request again returns the first result and changes nothing; another request with the
    same key is refused. Keys belong to the company and are up to 200 characters long.
    """

    reason: str | None = None
    comment: str | None = None
    key: str | None = None
