"""A login as a ciphertext that is good in one row only: that of its company, customer and version."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ledgerscope.customers.zuora.login import Login

if TYPE_CHECKING:
    from ledgerscope.customers.credentials.keys import CredentialKeys
    from ledgerscope.store.records import Id

__all__ = ["Place", "Sealed", "fingerprint_of", "seal", "unseal"]


@dataclass(frozen=True, slots=True)
class Place:
    """The row that a ciphertext belongs to."""

    tenant_id: str
    customer_id: Id
    version: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """A login as its row keeps it: encrypted with the key of this id, and a fingerprint of it."""

    key_id: str
    ciphertext: bytes
    fingerprint: str


def seal(keys: CredentialKeys, place: Place, login: Login) -> Sealed:
    """Encrypt a login with the current key, for one row."""
    plain = json.dumps([asdict(place), asdict(login)], sort_keys=True).encode()
    return Sealed(keys.current, keys.encrypt(plain), fingerprint_of(keys, login))


def unseal(keys: CredentialKeys, place: Place, ciphertext: bytes) -> Login | None:
    """The login of a row; None where no key reads the ciphertext, or where it was made for another row."""
    plain = keys.decrypt(ciphertext)
    if plain is None:
        return None
    made_for, login = json.loads(plain)
    return Login(**login) if made_for == asdict(place) else None


def fingerprint_of(keys: CredentialKeys, login: Login) -> str:
    """Equal for equal logins, as long as the current key is the same."""
    return keys.fingerprint(json.dumps(asdict(login), sort_keys=True).encode())
