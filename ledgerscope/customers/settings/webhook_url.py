"""Where webhooks may be sent: to public hosts, encrypted, with no secret in the address.

Looks at the address only. A name can still lead to a private address when it is resolved: whoever sends has
to look at the address that it connects to.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final
from urllib.parse import urlsplit

__all__ = ["fault_of_webhook_url"]

_LONGEST: Final = 500
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)
_INSIDE: Final = (
    "localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "private",
    "home.arpa", "test", "invalid", "onion",
)  # fmt: skip
"""Ends of names that lead nowhere outside."""
_NUMBER: Final = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)


def fault_of_webhook_url(url: str) -> str | None:
    """What is wrong with an address; None where webhooks may be sent to it."""
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return f"up to {_LONGEST} printable ASCII characters without blanks and backslashes"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "not an address"
    if parts.scheme != "https":
        return "only https://"
    if "@" in parts.netloc or "?" in url or "#" in url:
        return "no user, password, query or fragment"
    if port == 0:
        return "no port 0"
    return _fault_of_host(parts.hostname or "")


def _fault_of_host(host: str) -> str | None:
    try:
        address = ip_address(host)
    except ValueError:
        return _fault_of_name(host)
    return None if _is_public(address) else "no address of a private or special network"


def _fault_of_name(host: str) -> str | None:
    labels = host.removesuffix(".").split(".")
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):  # noqa: PLR2004 - DNS's own limit
        return "not a host name"
    if _NUMBER.fullmatch(labels[-1]):
        return "an IPv4 address has four decimal numbers"
    name = "." + ".".join(labels)
    if len(labels) == 1 or any(name.endswith(f".{end}") for end in _INSIDE):
        return "no name of an inner network"
    return None


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether the address, and any IPv4 address within it, can be reached from everywhere."""
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    within = [each for each in inner if each is not None]
    if address.packed[:12] == IPv6Address("64:ff9b::").packed[:12]:
        within.append(IPv4Address(address.packed[12:]))
    if within:
        return all(map(_is_public, within))
    return address.is_global and not address.is_multicast and not address.is_site_local
