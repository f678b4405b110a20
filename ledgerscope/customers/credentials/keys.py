"""The keys that encrypt credentials, kept outside the database: who can read it cannot read a secret."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ledgerscope.customers.named_keys import parse_keys

__all__ = ["CredentialKeys"]

_ENCRYPTION: Final = b"ledgerscope credential encryption"
_FINGERPRINT: Final = b"ledgerscope credential fingerprint"
_FINGERPRINT_DIGITS: Final = 32


@dataclass(frozen=True, slots=True)
class CredentialKeys:
    """Secret keys by their identifiers: the first encrypts, each of them decrypts.

    To rotate, put a new key in front, encrypt anew (`Credentials.reencrypt`), and then let the old one go.
    """

    current: str
    secrets: dict[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Keys from `id:base64` pairs, separated by commas or line breaks; raises InvalidKeys."""
        secrets = parse_keys(text)
        return cls(next(iter(secrets)), secrets)

    def encrypt(self, plain: bytes) -> bytes:
        """A ciphertext, which tells nothing but its length and when it was made."""
        return self._fernet().encrypt(plain)

    def decrypt(self, ciphertext: bytes) -> bytes | None:
        """What was encrypted; None where none of the keys made this, or where a bit of it has changed."""
        try:
            return self._fernet().decrypt(ciphertext)
        except InvalidToken:
            return None

    def fingerprint(self, plain: bytes) -> str:
        """Equal for equal texts under the same current key, and of no use without it."""
        key = _derived(self.secrets[self.current], _FINGERPRINT)
        return hmac.new(key, plain, sha256).hexdigest()[:_FINGERPRINT_DIGITS]

    def encryption_key(self, name: str) -> bytes:
        """What the key of this id encrypts with."""
        return _derived(self.secrets[name], _ENCRYPTION)

    def _fernet(self) -> MultiFernet:
        first = [self.current, *(name for name in self.secrets if name != self.current)]
        return MultiFernet([Fernet(base64.urlsafe_b64encode(self.encryption_key(name))) for name in first])


def _derived(secret: bytes, purpose: bytes) -> bytes:
    """A key for one purpose, so that no key is used for two."""
    return HKDF(SHA256(), 32, None, purpose).derive(secret)
