"""Who asks, and what comes with a request besides its content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.operations.given import fault_of_actor, fault_of_identifier
from ledgerscope.domain.values import SOURCES

if TYPE_CHECKING:
    from ledgerscope.customers.access.permissions import Permission

__all__ = ["Caller", "Note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """On whose behalf operations run.

    `actor` is the identifier of a user or service, which events and the audit log keep: no name or address.
    `source` is the channel: `ui`, `cli`, `api` or `import`. `correlation_id` ties what happened to the
    request of another system. `permissions` are those of the actor; None is code that decides by itself who
    may do what, and may do everything. Raises ValueError for what is no identifier, as an e-mail address.
    """

    tenant_id: str
    actor: str
    source: str = "api"
    correlation_id: str | None = None
    permissions: frozenset[Permission] | None = None

    def __post_init__(self) -> None:
        known = self.correlation_id is not None
        faults = {
            "tenant_id": fault_of_identifier(self.tenant_id),
            "actor": fault_of_actor(self.actor),
            "correlation_id": fault_of_identifier(self.correlation_id) if known else None,
        }
        for field, fault in faults.items():
            if fault is not None:
                raise ValueError(f"{field}: {fault}")
        if self.source not in SOURCES:
            raise ValueError(f"source: one of {', '.join(SOURCES)}; not {self.source!r}")
        if self.permissions is not None and not isinstance(self.permissions, frozenset):
            raise ValueError(f"permissions: a frozenset, not {type(self.permissions).__name__}")

    def lacks(self, permission: Permission) -> Refused | None:
        """The refusal of what the actor may not do; None where it may."""
        if self.permissions is None or permission in self.permissions:
            return None
        return Refused(f"{self.actor} lacks the permission {permission}", Fault.FORBIDDEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Why something is done, for the audit log, and a key that makes it safe to ask twice.

    Reason and comment are up to 2,000 characters long, and are kept until the customer is erased that they
    are about; what is remarked on an erasure, or on many customers at once, is kept for good. With a key, the
    same request again, with the same reason and comment, returns the first result and changes nothing;
    another request with the same key is refused. Keys belong to the company, with up to 200 characters.
    """

    reason: str | None = None
    comment: str | None = None
    key: str | None = None
