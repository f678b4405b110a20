"""Versions of a customer's credential: a new one follows the one in use without a gap.

The secret of a version that is no longer in use is let go at once: nobody needs it any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.credentials.encryption import Place, fingerprint_of, seal
from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import Credential, CredentialAccess, span

if TYPE_CHECKING:
    from ledgerscope.customers.credentials.keys import CredentialKeys
    from ledgerscope.customers.decision import Call, Decision
    from ledgerscope.customers.zuora import Login
    from ledgerscope.store.records import Id

__all__ = [
    "Access",
    "CustomerCredential",
    "Version",
    "ended",
    "log_access",
    "reject_credential",
    "revoke_credential",
    "save_credential",
    "version_after",
]

_DELETED: Final = Refused("the customer is deleted; its credential is neither used nor changed")
_STEP: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a credential, with a secret: `start` is when its use began."""

    version: int
    start: datetime
    key_id: str
    ciphertext: bytes
    fingerprint: str


@dataclass(frozen=True, slots=True)
class CustomerCredential:
    """A customer and the version in use, where there is one.

    `last` is the number of the latest version, `ended_at` when the last that is no longer in use ended.
    """

    customer_id: Id
    last: int = 0
    current: Version | None = None
    ended_at: datetime | None = None
    deleted: bool = False

    @property
    def in_use(self) -> Version | Refused:
        """The version to use now."""
        if self.deleted:
            return _DELETED
        if self.current is None:
            said = "the customer has no credential; save one first"
            return Refused(said, Fault.NOT_FOUND, "customer_id")
        return self.current


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a secret is taken out for (CREDENTIAL_ACTIONS), and from where."""

    action: str
    address: str | None = None
    user_agent: str | None = None


def save_credential(customer: CustomerCredential, login: Login, keys: CredentialKeys, call: Call) -> Decision:
    """A new version from now on; nothing where the one in use holds the same login."""
    if customer.deleted:
        return _DELETED
    former = customer.current
    if former is not None and former.fingerprint == fingerprint_of(keys, login):
        return Changes()
    tenant_id, version, start = call.moment.tenant_id, version_after(customer), _from(customer, call)
    sealed = seal(keys, Place(tenant_id, customer.customer_id, version), login)
    row = Credential(
        tenant_id, customer.customer_id, version, sealed.key_id, sealed.ciphertext, sealed.fingerprint,
        span(start, None), start, login.base_url, _in_part(login.client_id),
    )  # fmt: skip
    before = () if former is None else (ended(tenant_id, customer.customer_id, former, start),)
    kind = EventType.CREDENTIAL_SAVED if former is None else EventType.CREDENTIAL_ROTATED
    event = call.event(kind, "success", customer_id=customer.customer_id)
    audit = call.audit(
        "credential.saved", customer.customer_id, version=version, key_id=sealed.key_id,
        replaced=None if former is None else former.version,
    )  # fmt: skip
    return Changes((*before, row, audit), (event,))


def reject_credential(customer: CustomerCredential, error_class: str, call: Call) -> Changes:
    """That a login was not saved, because it does not work."""
    kind = EventType.CREDENTIAL_SAVED if customer.current is None else EventType.CREDENTIAL_ROTATED
    event = call.event(kind, "failure", customer_id=customer.customer_id)
    audit = call.audit("credential.rejected", customer.customer_id, error_class=error_class)
    return Changes((audit,), (event,))


def revoke_credential(customer: CustomerCredential, call: Call) -> Decision:
    """No version in use from now on, and no secret kept."""
    current = customer.current
    if current is None:
        return Refused("the customer has no credential", Fault.NOT_FOUND, "customer_id")
    tenant_id, at = call.moment.tenant_id, _from(customer, call)
    audit = call.audit("credential.revoked", customer.customer_id, version=current.version)
    event = call.event(EventType.CREDENTIAL_REVOKED, customer_id=customer.customer_id)
    return Changes((ended(tenant_id, customer.customer_id, current, at), audit), (event,))


def log_access(customer: CustomerCredential, version: Version, access: Access, call: Call) -> Changes:
    """That the secret of a version was taken out."""
    row = CredentialAccess(
        call.moment.tenant_id, call.new_id("access"), customer.customer_id, version.version, access.action,
        call.actor, access.address, access.user_agent, call.moment.at,
    )  # fmt: skip
    audit = call.audit(
        "credential.opened", customer.customer_id, version=version.version, purpose=access.action
    )
    event = call.event(EventType.CREDENTIAL_ACCESSED, access.action, customer_id=customer.customer_id)
    return Changes((row, audit), (event,))


def ended(tenant_id: str, customer_id: Id, version: Version, at: datetime) -> Update:
    """The version no longer in use from an instant on, without its secret."""
    values: dict[str, Any] = {"valid": span(version.start, at), "ciphertext": b""}
    return Update(Credential, (tenant_id, customer_id, version.version), values)


def version_after(customer: CustomerCredential) -> int:
    """The number of the next version."""
    return customer.last + 1


def _from(customer: CustomerCredential, call: Call) -> datetime:
    """Now, or as soon as the version before has been in use for a moment and no other is."""
    current, at = customer.current, call.moment.at
    return max(at, customer.ended_at or at, at if current is None else current.start + _STEP)


def _in_part(client_id: str) -> str:
    """Enough to recognise a client id by."""
    return f"{client_id[:4]}...{client_id[-4:]}" if len(client_id) >= 16 else "..."  # noqa: PLR2004 - half is hidden
