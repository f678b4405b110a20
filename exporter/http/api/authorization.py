"""From the headers of a request to who asks (RFC 6750); one header, one token, nothing else counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from exporter.http.api.problems import REALM, Kind, Problem
from ledgerscope.customers.access.tokens import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from ledgerscope.customers.access.principal import Principal
    from ledgerscope.customers.access.tokens import TokenReader

__all__ = ["principal_of"]

_BEARER: Final = re.compile(r"bearer +([A-Za-z0-9._~+/=-]+) *", re.IGNORECASE)


def principal_of(
    headers: Iterable[tuple[bytes, bytes]],
    reader: TokenReader,
    now: datetime,
    rejected: Callable[[Rejected], None],
) -> Principal | Problem:
    """Who asks at this instant, or the problem with that; `rejected` learns more of it than whoever asks."""
    given = [value.decode("latin-1") for name, value in headers if name.lower() == b"authorization"]
    if not given:
        return Problem(Kind.UNAUTHENTICATED)
    if len(given) > 1:
        return _challenge(
            Kind.BAD_REQUEST, "invalid_request", "The header Authorization is sent more than once."
        )
    token = _BEARER.fullmatch(given[0])
    if token is None:
        return Problem(Kind.UNAUTHENTICATED)
    found = reader.principal(token[1], now)
    if isinstance(found, Rejected):
        rejected(found)
        return _challenge(Kind.UNAUTHENTICATED, "invalid_token", found.reason.capitalize() + ".")
    return found


def _challenge(kind: Kind, error: str, detail: str) -> Problem:
    header = f'{REALM}, error="{error}", error_description="{detail}"'
    return Problem(kind, detail, headers={"WWW-Authenticate": header})
