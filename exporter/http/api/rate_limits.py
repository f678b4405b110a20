"""How often whom: a window of a minute that moves, for each network address and for each user of a company.

Counted in memory, by each process for itself. Whoever counts is put into one of a fixed number of places by a
keyed hash, so that no flood of addresses or users can fill the memory; two that share a place share a limit.
"""

from __future__ import annotations

import ipaddress
import os
import time
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil
from typing import TYPE_CHECKING, Final, Self

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from exporter.http.api.problems import Kind, Problem

if TYPE_CHECKING:
    from ledgerscope.customers.access.principal import Principal

__all__ = ["Limits", "RateLimit", "address_key", "principal_key"]

_PLACES: Final = 2**16
_WINDOW: Final = 60
_NEIGHBOURS: Final = 64
"""The bits of an IPv6 address that tell networks apart; whoever has a network has all addresses in it."""


class RateLimit:
    """One limit: so many requests per minute for each key. `policy` names it in the headers."""

    def __init__(self, policy: str, per_minute: int) -> None:
        self._policy = policy
        self._item = RateLimitItemPerMinute(per_minute)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._secret = os.urandom(16)

    def take(self, key: str) -> Problem | dict[str, str]:
        """Count a request: the headers of its answer (draft-ietf-httpapi-ratelimit-headers), or a refusal."""
        place = self._place(key)
        admitted = self._limiter.hit(self._item, place)
        reset, left = self._limiter.get_window_stats(self._item, place)
        wait = min(max(1, ceil(reset - time.time())), _WINDOW)
        headers = {
            "RateLimit-Policy": f'"{self._policy}";q={self._item.amount};w={_WINDOW}',
            "RateLimit": f'"{self._policy}";r={left};t={wait}',
        }
        if admitted:
            return headers
        return Problem(Kind.TOO_MANY_REQUESTS, headers={**headers, "Retry-After": str(wait)})

    def _place(self, key: str) -> str:
        digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=4, key=self._secret).digest()
        return str(int.from_bytes(digest) % _PLACES)


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits of the API: of an address with valid tokens and without them, and of a user of a company."""

    address: RateLimit
    without_token: RateLimit
    user: RateLimit

    @classmethod
    def of(cls, from_address: int, of_user: int) -> Self:
        """Limits per minute."""
        return cls(
            RateLimit("address", from_address),
            RateLimit("address-without-token", from_address),
            RateLimit("user", of_user),
        )


def principal_key(principal: Principal) -> str:
    """A user of a company."""
    return f"{len(principal.tenant_id)}:{principal.tenant_id}:{principal.actor}"


def address_key(client: tuple[str, int] | None) -> str:
    """A network address; an IPv6 address stands for its whole network."""
    host = client[0] if client else ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if address.version == 4:  # noqa: PLR2004 - the version
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _NEIGHBOURS), strict=False))
