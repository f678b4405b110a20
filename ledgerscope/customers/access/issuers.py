"""Who may issue tokens: one algorithm and one family of keys for each issuer.

That an issuer has exactly one algorithm is what rules out key confusion: a token that names another one, such
as HS256 with the text of a public key as its secret, is never tried.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey, import_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["InvalidIssuer", "Issuer"]

_FAMILIES: Final = {
    "HS256": "oct", "HS384": "oct", "HS512": "oct",
    "RS256": "RSA", "RS384": "RSA", "RS512": "RSA", "PS256": "RSA", "PS384": "RSA", "PS512": "RSA",
    "ES256": "EC", "ES384": "EC", "ES512": "EC",
    "Ed25519": "OKP",
}  # fmt: skip
"""The algorithms that can be set, and the type of their keys."""
_LEAST_SECRET_BYTES: Final = 32
_LEAST_RSA_BITS: Final = 2048


class InvalidIssuer(Exception):
    """An issuer cannot be set up so. The message repeats no part of a key."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer (`iss`), whom its tokens are for (`aud`), its algorithm, and the keys that verify them.

    `tenant_claim` and `roles_claim` name the claims with the company and the roles.
    """

    name: str
    audience: str
    algorithm: str
    keys: tuple[Key, ...] = field(repr=False)
    tenant_claim: str = "organization_id"
    roles_claim: str = "roles"

    @classmethod
    def create(
        cls,
        name: str,
        *,
        audience: str,
        algorithm: str,
        keys: Sequence[str | Mapping[str, Any]],
        tenant_claim: str = "organization_id",
        roles_claim: str = "roles",
    ) -> Self:
        """An issuer with keys as JWK objects or, but for secrets, as PEM texts; raises InvalidIssuer."""
        if not name.strip() or not audience.strip():
            raise InvalidIssuer("an issuer has a name (iss) and an audience (aud)")
        if algorithm not in _FAMILIES:
            raise InvalidIssuer(f"{name}: no algorithm {algorithm!r}; one of {', '.join(_FAMILIES)}")
        if not keys:
            raise InvalidIssuer(f"{name}: has no keys")
        known = tuple(_key(f"{name}: key {place}", algorithm, key) for place, key in enumerate(keys, 1))
        return cls(name, audience, algorithm, known, tenant_claim, roles_claim)

    def keys_for(self, kid: str | None) -> tuple[Key, ...]:
        """The keys that a token with this `kid` may be signed with: all, but for those with another one."""
        return tuple(key for key in self.keys if None in {kid, key.kid} or key.kid == kid)


def _key(place: str, algorithm: str, given: str | Mapping[str, Any]) -> Key:
    wanted = _FAMILIES[algorithm]
    key = _from_pem(given) if isinstance(given, str) else _from_jwk(given)
    if key is None:
        raise InvalidIssuer(f"{place}: is neither a JWK nor a PEM text")
    if key.key_type != wanted:
        raise InvalidIssuer(f"{place}: {algorithm} needs a key of type {wanted}, this is {key.key_type}")
    if key.is_private and wanted != "oct":
        raise InvalidIssuer(f"{place}: is a private key; only its public half belongs here")
    if isinstance(key, RSAKey) and key.raw_value.key_size < _LEAST_RSA_BITS:
        raise InvalidIssuer(f"{place}: an RSA key has at least {_LEAST_RSA_BITS} bits")
    if isinstance(key, OctKey) and len(key.raw_value) < _LEAST_SECRET_BYTES:
        raise InvalidIssuer(f"{place}: a secret has at least {_LEAST_SECRET_BYTES} bytes")
    return key


def _from_jwk(given: Mapping[str, Any]) -> Key | None:
    try:
        with warnings.catch_warnings(
            action="ignore", category=SecurityWarning
        ):  # short keys are refused above
            return import_key(dict(given))
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _from_pem(text: str) -> Key | None:
    for kind in (RSAKey, ECKey, OKPKey):
        try:
            with warnings.catch_warnings(action="ignore", category=SecurityWarning):  # refused by us
                return kind.import_key(text)
        except (JoseError, ValueError, TypeError):
            continue
    return None
