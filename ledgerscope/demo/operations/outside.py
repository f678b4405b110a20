"""Customers' own systems in the demo: their logins, their workflows, and how each reading of them goes.

Everything follows from identifiers and the seed, ciphertexts too: the same business has the same bytes.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC

from ledgerscope.customers.credentials.keys import CredentialKeys
from ledgerscope.customers.sync.runs import Failure
from ledgerscope.customers.zuora import HOSTS, Login, Workflow
from ledgerscope.demo.random_source import RandomSource

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from ledgerscope.store.records import Id

__all__ = ["BROKEN", "Reading", "changes_of", "demo_keys", "login_of", "read", "workflows_of"]

_KEY: Final = "demo"
_FAILS: Final = 0.03
_ERRORS: Final = ("timeout", "rate_limited", "server_error", "unreachable")
BROKEN: Final = "unauthorized"
"""How a login is refused that is no longer good."""
_MOST_WORKFLOWS: Final = 5
_CHANGES: Final = 0.05
"""Share of the readings that find a workflow changed."""
_WORKFLOWS: Final = (
    "Invoice delivery", "Payment retry", "Renewal notice", "Usage upload", "Tax export", "Dunning",
    "Audit copy",
)  # fmt: skip
_TRIGGERS: Final = (("scheduled",), ("callout",), ("ondemand",), ("callout", "scheduled"))
_FERNET: Final = b"\x80"
_BLOCK: Final = 16


class _DemoKeys(CredentialKeys):
    """Keys whose ciphertexts tell equal texts apart from others: good for invented logins only."""

    __slots__ = ()

    def encrypt(self, plain: bytes) -> bytes:
        """A token in the form of Fernet, made at instant zero; its vector follows from key and text."""
        key = self.encryption_key(self.current)
        signing, encrypting = key[:_BLOCK], key[_BLOCK:]
        vector = hmac.digest(signing, plain, sha256)[:_BLOCK]
        missing = _BLOCK - len(plain) % _BLOCK
        encryptor = Cipher(AES128(encrypting), CBC(vector)).encryptor()
        sealed = encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()
        signed = _FERNET + bytes(8) + vector + sealed
        return base64.urlsafe_b64encode(signed + hmac.digest(signing, signed, sha256))


def demo_keys(seed: int) -> CredentialKeys:
    """The key that the demo of a seed encrypts its invented logins with; whoever has the seed reads them."""
    return _DemoKeys(_KEY, {_KEY: sha256(f"ledgerscope demo credentials {seed}".encode()).digest()})


def login_of(customer_id: Id, version: int) -> Login:
    """The login of a customer from a version on; nobody's, and of no use."""
    random = RandomSource("login", customer_id, version)
    return Login(f"https://{RandomSource('host', customer_id).choice(HOSTS)}", random.id(), random.id())


@dataclass(frozen=True, slots=True)
class Reading:
    """How one reading of a customer's workflows went: with a failure, or with what it found."""

    takes: timedelta
    api_calls: int
    failure: Failure | None
    changes: int
    """Whether a workflow has changed since the reading before: 1, else 0."""


def read(run_id: Id, *, broken: bool = False) -> Reading:
    """The reading of a run; a `broken` login is refused each time."""
    random = RandomSource("reading", run_id)
    failed = random.chance(_FAILS)
    error = BROKEN if broken else random.choice(_ERRORS) if failed else None
    calls = 1 if error else random.randrange(2, 8)
    takes = random.seconds(2, 40)
    return Reading(takes, calls, None if error is None else Failure(error), int(random.chance(_CHANGES)))


def workflows_of(customer_id: Id, changes: int) -> tuple[Workflow, ...]:
    """The workflows of a customer after so many changes."""
    random = RandomSource("workflows", customer_id)
    names = random.sample(_WORKFLOWS, random.randint(1, _MOST_WORKFLOWS))
    return tuple(
        Workflow(
            workflow_id=str(1000 + number),
            name=name,
            state="Active",
            version=f"0.0.{1 + (changes + number) // len(names)}",
            triggers=random.choice(_TRIGGERS),
        )
        for number, name in enumerate(names)
    )


def changes_of(versions: Iterable[str | None]) -> int:
    """After how many changes workflows have these versions, in any order."""
    return sum(int((version or "0.0.1").rpartition(".")[2]) - 1 for version in versions)
