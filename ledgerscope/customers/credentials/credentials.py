"""The operations on credentials."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.access.permissions import NEEDED, Permission
from ledgerscope.customers.credentials.access import ListAccess, list_access, read_access
from ledgerscope.customers.credentials.encryption import Place, fingerprint_of, unseal
from ledgerscope.customers.credentials.loading import load_credential
from ledgerscope.customers.credentials.reading import ListCredentials, list_credentials, view_credential
from ledgerscope.customers.credentials.reencryption import (
    LARGEST_BATCH,
    Batch,
    Reencrypted,
    UnreadableCredential,
    left_by_key,
    reencrypt_batch,
)
from ledgerscope.customers.credentials.validation import SOON, Failed, try_login
from ledgerscope.customers.credentials.versions import (
    log_access,
    reject_credential,
    revoke_credential,
    save_credential,
    version_after,
)
from ledgerscope.customers.decision import Call, Fault, Refused
from ledgerscope.customers.operations import Note, Operations, Verdict
from ledgerscope.customers.operations.given import fault_of_note
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.lookups import customer_exists, hold_customer, no_row, plain_id
from ledgerscope.customers.operations.types import typed
from ledgerscope.customers.sync.initial import first_schedule
from ledgerscope.customers.zuora import Zuora, fault_of_login

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sqlalchemy import Connection

    from ledgerscope.customers.credentials.access import AccessPage
    from ledgerscope.customers.credentials.keys import CredentialKeys
    from ledgerscope.customers.credentials.reading import CredentialPage, CredentialView
    from ledgerscope.customers.credentials.validation import Validated
    from ledgerscope.customers.credentials.versions import CustomerCredential
    from ledgerscope.customers.zuora import Login
    from ledgerscope.store.records import Id

__all__ = ["Credentials", "Revoked", "Saved"]

_NO_NOTE: Final = Note()
_SAVED: Final = "credential.saved"
_NO_KEYS: Final = Refused("credentials need keys that encrypt them; there are none")


@dataclass(frozen=True, slots=True)
class Saved:
    """The version that holds a login, and whether it is new; if not, the one in use held it already."""

    customer_id: Id
    version: int
    changed: bool


@dataclass(frozen=True, slots=True)
class Revoked:
    """The customer that has no credential any more."""

    customer_id: Id


@dataclass(frozen=True, slots=True)
class _Done:
    """Written; what the caller gets is not kept."""


@typed
class Credentials:
    """What opens the Zuora of the customers of one company: saved, used, revoked, encrypted anew.

    Without `keys` nothing can be saved or taken out. `connect` makes the client that a login is tried with;
    by default one that asks Zuora's own hosts and those of `allow`, and gives up within half a minute. Zuora
    is never asked within a transaction. What is wrong with a request comes back as `Refused`, which shows no
    secret; StoreError and UnknownCompany are raised.
    """

    def __init__(
        self,
        operations: Operations,
        keys: CredentialKeys | None = None,
        *,
        allow: Collection[str] = (),
        connect: Callable[[Login], Zuora] | None = None,
    ) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id
        self._keys = keys
        self._allow = allow
        self._connect = connect or (lambda login: Zuora(login, allow=allow, limits=SOON))

    @takes(Permission.CREDENTIALS_MANAGE)
    def validate(self, login: Login) -> Validated | Refused:
        """Whether a login works: it signs in, and may list workflows. Nothing is kept."""
        found = self._try(login)
        return found.refused if isinstance(found, Failed) else found

    def validate_saved(
        self, customer_id: Id, address: str | None = None, user_agent: str | None = None
    ) -> Validated | Refused:
        """Whether the login of a customer still works; takes what `open` takes, and is logged as it is."""
        login = self.open(customer_id, "validate", address, user_agent)
        if isinstance(login, Refused):
            return login
        found = self._try(login)
        return found.refused if isinstance(found, Failed) else found

    def save(self, customer_id: Id, login: Login, note: Note = _NO_NOTE) -> Saved | Refused:
        """Keep a login that works, as a new version that is used from now on.

        It is tried first; until the new version is written, the one before is used. Writes CredentialSaved
        for a customer without one, else CredentialRotated; for a login that does not work with the outcome
        `failure`, and the one before stays. A customer that is not synchronised yet is so from now on.
        """
        customer_id, keys = plain_id(customer_id), self._keys
        if keys is None:
            return _NO_KEYS
        refused = self._operations.caller.lacks(NEEDED[_SAVED]) or fault_of_note(note)
        refused = refused or fault_of_login(login, self._allow)
        if refused is not None:
            return refused
        content = {"customer_id": customer_id, "login": fingerprint_of(keys, login)}
        known = self._known(customer_id, content, note)
        if known is not None:
            return known
        found = self._try(login)
        if isinstance(found, Failed):
            return self._reject(customer_id, found, note)

        def decide(connection: Connection, call: Call) -> Verdict[Saved] | Refused:
            customer = self._held(connection, customer_id)
            if isinstance(customer, Refused):
                return customer
            decided = save_credential(customer, login, keys, call)
            if isinstance(decided, Refused):
                return decided
            changed = bool(decided.rows)
            version = version_after(customer) if changed else customer.last
            if changed:
                decided += first_schedule(connection, customer_id, call)
            return Verdict(decided, Saved(customer_id, version, changed))

        return self._operations.write(_SAVED, content, decide, returns=Saved, note=note)

    def open(
        self,
        customer_id: Id,
        purpose: str,
        address: str | None = None,
        user_agent: str | None = None,
        note: Note = _NO_NOTE,
    ) -> Login | Refused:
        """Take out the login of a customer, for `sync`, `validate` or `support`.

        It is handed over once the access log, the audit log and CredentialAccessed are written. A key in the
        note is of no use: each time is logged.
        """
        keys, access = self._keys, read_access(purpose, address, user_agent)
        if keys is None:
            return _NO_KEYS
        if isinstance(access, Refused):
            return access
        taken: list[Login] = []

        def decide(connection: Connection, call: Call) -> Verdict[_Done] | Refused:
            customer = self._held(connection, customer_id)
            if isinstance(customer, Refused):
                return customer
            version = customer.in_use
            if isinstance(version, Refused):
                return version
            place = Place(self._tenant_id, customer.customer_id, version.version)
            login = unseal(keys, place, version.ciphertext)
            if login is None:
                return _unreadable(version.version, version.key_id)
            taken[:] = [login]
            return Verdict(log_access(customer, version, access, call), _Done())

        content = {"customer_id": plain_id(customer_id), "purpose": purpose}
        done = self._operations.write(
            "credential.opened", content, decide, returns=_Done, note=replace(note, key=None)
        )
        return done if isinstance(done, Refused) else taken[0]

    def revoke(self, customer_id: Id, note: Note = _NO_NOTE) -> Revoked | Refused:
        """No longer use a login, and forget its secret. Writes CredentialRevoked."""
        customer_id = plain_id(customer_id)

        def decide(connection: Connection, call: Call) -> Verdict[Revoked] | Refused:
            customer = self._held(connection, customer_id)
            decided = customer if isinstance(customer, Refused) else revoke_credential(customer, call)
            return decided if isinstance(decided, Refused) else Verdict(decided, Revoked(customer_id))

        content = {"customer_id": customer_id}
        return self._operations.write("credential.revoked", content, decide, returns=Revoked, note=note)

    @takes(Permission.CREDENTIALS_MANAGE)
    def get(self, customer_id: Id) -> CredentialView | Refused:
        """The version in use, without its secret."""
        with self._operations.read() as connection:
            if not customer_exists(connection, self._tenant_id, customer_id):
                return no_row("customer", customer_id)
            found = view_credential(connection, self._tenant_id, customer_id)
        return found or Refused("the customer has no credential", Fault.NOT_FOUND, "customer_id")

    @takes(Permission.CREDENTIALS_MANAGE)
    def list(self, asked: ListCredentials = ListCredentials()) -> CredentialPage | Refused:  # noqa: B008 - frozen
        """A page of credentials, without their secrets."""
        with self._operations.read() as connection:
            return list_credentials(connection, self._tenant_id, asked)

    @takes(Permission.AUDIT_READ)
    def access(self, asked: ListAccess = ListAccess()) -> AccessPage | Refused:  # noqa: B008 - frozen
        """A page of the access log."""
        with self._operations.read() as connection:
            return list_access(connection, self._tenant_id, asked)

    def reencrypt(
        self,
        batch_size: int = 100,
        note: Note = _NO_NOTE,
        *,
        progress: Callable[[int], object] = lambda _: None,
    ) -> Reencrypted | Refused:
        """Encrypt with the current key what other keys encrypted, so that those can go.

        Each batch is a transaction of its own, so that what breaks off can be started again, and others save
        and open credentials in between. `progress` is told how many were encrypted so far. What cannot be
        read stays as it is.
        """
        keys = self._keys
        if keys is None:
            return _NO_KEYS
        if not 1 <= batch_size <= LARGEST_BATCH:
            return Refused(f"batch_size: 1 to {LARGEST_BATCH}, not {batch_size}", Fault.INVALID, "batch_size")
        done, unreadable, after = 0, list[UnreadableCredential](), None
        while True:
            batch = self._reencrypt(keys, after, batch_size, replace(note, key=None))
            if isinstance(batch, Refused):
                return batch
            if batch.last is None:
                break
            done, after = done + batch.reencrypted, batch.last
            unreadable += batch.unreadable
            progress(done)
        with self._operations.read() as connection:
            left = left_by_key(connection, self._tenant_id, keys)
        return Reencrypted(done, left, tuple(unreadable))

    def _reencrypt(
        self, keys: CredentialKeys, after: tuple[Id, int] | None, size: int, note: Note
    ) -> Batch | Refused:
        def decide(connection: Connection, call: Call) -> Verdict[Batch]:
            return Verdict(*reencrypt_batch(connection, keys, call, after, size))

        content = {"after": after, "size": size}
        return self._operations.write("credential.reencrypted", content, decide, returns=Batch, note=note)

    def _known(self, customer_id: Id, content: object, note: Note) -> Saved | Refused | None:
        """What an earlier request with this key came to, or why nobody needs to be asked."""
        with self._operations.read() as connection:
            first = self._operations.first_result(connection, _SAVED, content, returns=Saved, note=note)
            if first is not None:
                return first
            there = customer_exists(connection, self._tenant_id, customer_id)
            return None if there else no_row("customer", customer_id)

    def _try(self, login: Login) -> Validated | Failed:
        fault = fault_of_login(login, self._allow)
        return try_login(login, self._connect) if fault is None else Failed("configuration", fault)

    def _reject(self, customer_id: Id, failed: Failed, note: Note) -> Refused:
        """Record that a login was not saved; its key stays free for another try."""

        def decide(connection: Connection, call: Call) -> Verdict[_Done] | Refused:
            customer = self._held(connection, customer_id)
            if isinstance(customer, Refused):
                return customer
            return Verdict(reject_credential(customer, failed.error_class, call), _Done())

        content = {"customer_id": customer_id, "error_class": failed.error_class}
        done = self._operations.write(
            "credential.rejected", content, decide, returns=_Done, note=replace(note, key=None)
        )
        return done if isinstance(done, Refused) else failed.refused

    def _held(self, connection: Connection, customer_id: Id) -> CustomerCredential | Refused:
        row = hold_customer(connection, self._tenant_id, customer_id)
        return row if isinstance(row, Refused) else load_credential(connection, self._tenant_id, row)


def _unreadable(version: int, key_id: str) -> Refused:
    said = (
        f"version {version} cannot be read: it names the key {key_id}, and no key at hand reads it; "
        "add that key, or save the login anew"
    )
    return Refused(said, Fault.CONFLICT, "credential")
