"""Reads bearer tokens (JWT): who asks, or why nobody can know."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any, Final

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwt import JWTClaimsRegistry

from ledgerscope.customers.access.principal import Principal
from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.operations.given import fault_of_actor, fault_of_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ledgerscope.customers.access.issuers import Issuer

__all__ = ["TokenReader"]

_LARGEST_BYTES: Final = 8192
_LEEWAY_SECONDS: Final = 30
_PARTS: Final = 3
_INVALID: Final = Refused("the token is not valid", Fault.UNAUTHENTICATED)
"""One answer for whatever is wrong: which check failed would help only a forger."""
_EXPIRED: Final = Refused("the token has expired; ask its issuer for another", Fault.UNAUTHENTICATED)


class TokenReader:
    """Accepts the tokens of the given issuers."""

    def __init__(self, issuers: Iterable[Issuer]) -> None:
        self._issuers = {issuer.name: issuer for issuer in issuers}

    def principal(self, token: str, now: datetime) -> Principal | Refused:
        """Who asks with this token at this instant."""
        issuer = self._issuers.get(_claimed_issuer(token))
        if issuer is None:
            return _INVALID
        try:
            claims = jwt.decode(token, issuer.keys, algorithms=[issuer.algorithm]).claims
            _registry(issuer, now).validate(claims)
        except ExpiredTokenError:
            return _EXPIRED
        except (JoseError, ValueError, TypeError, KeyError, OverflowError):
            return _INVALID
        return _principal(claims, issuer)


def _registry(issuer: Issuer, now: datetime) -> JWTClaimsRegistry:
    required: dict[str, Any] = {
        "iss": {"essential": True, "value": issuer.name},
        "aud": {"essential": True, "value": issuer.audience},
        "exp": {"essential": True},
        "sub": {"essential": True},
        issuer.tenant_claim: {"essential": True},
    }
    return JWTClaimsRegistry(now=int(now.timestamp()), leeway=_LEEWAY_SECONDS, **required)


def _claimed_issuer(token: str) -> str:
    """The issuer that an unverified token names, which only says whose keys to try; empty where none."""
    parts = token.split(".")
    if len(token) > _LARGEST_BYTES or len(parts) != _PARTS or not token.isascii():
        return ""
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return ""
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    return issuer if isinstance(issuer, str) else ""


def _principal(claims: dict[str, Any], issuer: Issuer) -> Principal | Refused:
    """Who the claims name; roles may be a list or words of one text."""
    tenant_id, actor, roles = claims[issuer.tenant_claim], claims["sub"], claims.get(issuer.roles_claim, [])
    if isinstance(roles, str):
        roles = roles.split()
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        return _INVALID
    if fault_of_identifier(tenant_id) is not None or fault_of_actor(actor) is not None:
        return _INVALID
    return Principal(actor, tenant_id, frozenset(roles))
