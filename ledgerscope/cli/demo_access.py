"""Access to the API of a demo: an issuer that only this start knows, and a token of it for one company."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.customers.access.issuers import Issuer

__all__ = ["DemoAccess", "demo_access"]

_NEEDED: Final = ("joserfc", "limits")
_NAME, _AUDIENCE, _ALGORITHM = "ledgerscope-demo", "ledgerscope", "HS256"
_LIFE: Final = timedelta(hours=12)
_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class DemoAccess:
    """Whose tokens the demo accepts, and one of them, which reads the data of `company`."""

    issuer: Issuer
    company: str
    token: str


def demo_access(company: str, now: datetime) -> DemoAccess | None:
    """Access for twelve hours with a key that is nowhere else; None without the extra `operations`."""
    if any(find_spec(package) is None for package in _NEEDED):
        return None
    from joserfc import jwt  # noqa: PLC0415 - may be missing
    from joserfc.jwk import OctKey  # noqa: PLC0415 - the same

    from ledgerscope.customers.access.issuers import Issuer  # noqa: PLC0415 - takes them

    key = OctKey.import_key(secrets.token_bytes(_BYTES))
    issuer = Issuer.create(_NAME, audience=_AUDIENCE, algorithm=_ALGORITHM, keys=[key.as_dict()])
    claims = {
        "iss": _NAME,
        "aud": _AUDIENCE,
        "sub": "demo",
        "exp": int((now + _LIFE).timestamp()),
        issuer.tenant_claim: company,
        issuer.roles_claim: ["viewer"],
    }
    return DemoAccess(issuer, company, jwt.encode({"alg": _ALGORITHM}, claims, key))
