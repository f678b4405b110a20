"""From the settings of an issuer to the issuer, with the keys of its file; or what is wrong with them.

Reading tokens takes the packages of the extra `operations`. They are imported only where an issuer is set.
"""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from exporter.settings.model import IssuerSettings
    from ledgerscope.customers.access.issuers import Issuer

__all__ = ["UnusableIssuer", "issuer_of", "issuers_of"]

_NEEDED: Final = ("joserfc", "limits")
_PEM: Final = re.compile(r"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----", re.DOTALL)
_INSTALL: Final = "install them: pip install 'ledgerscope[api]'"
_KEYS: Final = "it holds PEM texts, a JWK or a set of JWKs"


class UnusableIssuer(Exception):
    """Which setting of the issuer is at fault, what is wrong, what would be right; no part of a key."""

    def __init__(self, setting: str | None, wrong: str, right: str) -> None:
        super().__init__(f"{wrong}; {right}")
        self.setting, self.wrong, self.right = setting, wrong, right


def issuers_of(settings: Mapping[str, IssuerSettings]) -> tuple[Issuer, ...]:
    """All issuers by the name that the settings give them; raises UnusableIssuer."""
    return tuple(issuer_of(name, one) for name, one in settings.items())


def issuer_of(name: str, settings: IssuerSettings) -> Issuer:
    """The issuer; raises UnusableIssuer."""
    missing = [package for package in _NEEDED if find_spec(package) is None]
    if missing:
        raise UnusableIssuer(None, f"the API needs {' and '.join(missing)}, not installed here", _INSTALL)
    if settings.keys_file is None:
        raise UnusableIssuer("keys_file", "is not set", "name the file with the keys that verify its tokens")
    from ledgerscope.customers.access.issuers import InvalidIssuer, Issuer  # noqa: PLC0415 - see above

    keys = _keys(settings.keys_file)
    try:
        return Issuer.create(
            settings.issuer or name,
            audience=settings.audience,
            algorithm=settings.algorithm,
            keys=keys,
            tenant_claim=settings.tenant_claim,
            roles_claim=settings.roles_claim,
        )
    except InvalidIssuer as refused:
        raise UnusableIssuer("keys_file", str(refused), _KEYS) from None


def _keys(file: str) -> Sequence[str | Mapping[str, Any]]:
    try:
        text = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        right = "name a file that exists and may be read"
        raise UnusableIssuer("keys_file", f"cannot read {file}: {reason}", right) from None
    found = _jwks(file, text) if text.startswith("{") else [match[0] for match in _PEM.finditer(text)]
    if not found:
        raise UnusableIssuer("keys_file", f"{file} has no keys", _KEYS)
    return found


def _jwks(file: str, text: str) -> list[Mapping[str, Any]]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        raise UnusableIssuer("keys_file", f"{file} is not JSON", _KEYS) from None
    keys = whole.get("keys", [whole])
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise UnusableIssuer("keys_file", f"{file} is no set of JWKs", _KEYS)
    return keys
