"""Reads bearer tokens (JWT): who asks, or why nobody can know."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from joserfc import jwt
from joserfc.errors import (
    ExpiredTokenError,
    InvalidClaimError,
    JoseError,
    MissingClaimError,
    UnsupportedAlgorithmError,
)
from joserfc.jwt import JWTClaimsRegistry

from ledgerscope.customers.access.principal import Principal
from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.operations.given import fault_of_actor, fault_of_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ledgerscope.customers.access.issuers import Issuer

__all__ = ["Rejected", "TokenReader"]

_LARGEST_BYTES: Final = 8192
_LEEWAY_SECONDS: Final = 30
_PARTS: Final = 3
_INVALID: Final = "the token is not valid"
"""One answer for whatever is wrong: which check failed would help only a forger."""
_EXPIRED: Final = "the token has expired; ask its issuer for another"
_BROKEN: Final = (JoseError, ValueError, TypeError, KeyError, OverflowError)
"""What the library raises for a token that it cannot read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected(Refused):
    """A token that is not accepted. `cause` is for the log of whoever runs the server, not for whoever asks.

    It repeats nothing of the token but the `issuer`, where that is one that is set up.
    """

    fault: Fault = Fault.UNAUTHENTICATED
    cause: str
    issuer: str | None = None


class TokenReader:
    """Accepts the tokens of the given issuers."""

    def __init__(self, issuers: Iterable[Issuer]) -> None:
        self._issuers = {issuer.name: issuer for issuer in issuers}

    def principal(self, token: str, now: datetime) -> Principal | Rejected:
        """Who asks with this token at this instant."""
        if len(token) > _LARGEST_BYTES:
            return Rejected(_INVALID, cause=f"it is longer than {_LARGEST_BYTES} bytes")
        unverified = _unverified(token)
        if unverified is None:
            return Rejected(_INVALID, cause="it has not the form of a signed token")
        header, claims = unverified
        issuer = self._issuers.get(_text(claims.get("iss")) or "")
        if issuer is None:
            return Rejected(_INVALID, cause="its issuer (iss) is not set up")
        verified = _verified(token, _text(header.get("kid")), issuer)
        if isinstance(verified, str):
            return Rejected(_INVALID, cause=verified, issuer=issuer.name)
        return _valid(verified, issuer, now)


def _verified(token: str, kid: str | None, issuer: Issuer) -> dict[str, Any] | str:
    """The claims of a token that a key of the issuer has signed; otherwise why they are none."""
    keys = issuer.keys_for(kid)
    for key in keys:
        try:
            return jwt.decode(token, key, algorithms=[issuer.algorithm]).claims
        except UnsupportedAlgorithmError:
            return f"it is not signed as the issuer signs ({issuer.algorithm})"
        except _BROKEN:
            continue  # another key of the issuer may be the right one
    return f"no key of the issuer {'verifies its signature' if keys else 'has its kid'}"


def _valid(claims: dict[str, Any], issuer: Issuer, now: datetime) -> Principal | Rejected:
    """Whom verified claims name at this instant."""
    try:
        _registry(issuer, now).validate(claims)
    except ExpiredTokenError:
        return Rejected(_EXPIRED, cause="it has expired", issuer=issuer.name)
    except MissingClaimError as missing:
        return Rejected(_INVALID, cause=f"the claim {missing.claim} is missing", issuer=issuer.name)
    except InvalidClaimError as wrong:
        cause = f"the claim {wrong.claim} is not what the issuer's tokens have"
        return Rejected(_INVALID, cause=cause, issuer=issuer.name)
    except _BROKEN:
        return Rejected(_INVALID, cause="its claims cannot be read", issuer=issuer.name)
    found = _principal(claims, issuer)
    return Rejected(_INVALID, cause=found, issuer=issuer.name) if isinstance(found, str) else found


def _registry(issuer: Issuer, now: datetime) -> JWTClaimsRegistry:
    required: dict[str, Any] = {
        "iss": {"essential": True, "value": issuer.name},
        "aud": {"essential": True, "value": issuer.audience},
        "exp": {"essential": True},
        "sub": {"essential": True},
        issuer.tenant_claim: {"essential": True},
    }
    return JWTClaimsRegistry(now=int(now.timestamp()), leeway=_LEEWAY_SECONDS, **required)


def _unverified(token: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The header and the claims before anything is verified: they only say whose keys to try, and which."""
    parts = token.split(".")
    if len(parts) != _PARTS or not token.isascii():
        return None
    header, claims = _fields(parts[0]), _fields(parts[1])
    return None if header is None or claims is None else (header, claims)


def _fields(part: str) -> dict[str, Any] | None:
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _principal(claims: dict[str, Any], issuer: Issuer) -> Principal | str:
    """Who the claims name, or what is wrong with one; roles may be a list or words of one text."""
    tenant_id, actor, roles = claims[issuer.tenant_claim], claims["sub"], claims.get(issuer.roles_claim, [])
    if isinstance(roles, str):
        roles = roles.split()
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        return f"the claim {issuer.roles_claim} is no list of names"
    faults = {issuer.tenant_claim: fault_of_identifier(tenant_id), "sub": fault_of_actor(actor)}
    for name, fault in faults.items():
        if fault is not None:
            return f"the claim {name}: {fault}"
    return Principal(actor, tenant_id, frozenset(roles))
