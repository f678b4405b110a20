"""Where a customer's Zuora is and what opens it; only known hosts are ever asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ledgerscope.customers.decision import Fault, Refused

if TYPE_CHECKING:
    from collections.abc import Collection
    from urllib.parse import SplitResult

__all__ = ["HOSTS", "Login", "fault_of_login", "hosts_of"]

HOSTS: Final = (
    "rest.zuora.com",
    "rest.na.zuora.com",
    "rest.eu.zuora.com",
    "rest.ap.zuora.com",
    "rest.test.zuora.com",
    "rest.test.eu.zuora.com",
    "rest.test.ap.zuora.com",
    "rest.apisandbox.zuora.com",
    "rest.sandbox.na.zuora.com",
    "rest.sandbox.eu.zuora.com",
    "rest.pt1.zuora.com",
)
"""The data centres of Zuora: production, central sandbox, API sandbox, performance test."""

_SECRET: Final = re.compile(r"[\x21-\x7e]{1,255}")
_HOST: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[1-9][0-9]{0,4})?")
_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Login:
    """The address of a customer's Zuora and an OAuth client of it. The secret is not part of its text."""

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)


def fault_of_login(login: Login, allow: Collection[str] = ()) -> Refused | None:
    """What is wrong with a login before anybody is asked; None where it can be used.

    `allow` are hosts, as `host` or `host:port`, that are asked besides Zuora's own; plain HTTP only on the
    machine itself.
    """
    reason = _fault_of_url(login.base_url, allow)
    if reason is not None:
        return Refused(f"base_url: {reason}", Fault.INVALID, "base_url")
    for name, value in (("client_id", login.client_id), ("client_secret", login.client_secret)):
        if _SECRET.fullmatch(value) is None:
            said = f"{name}: 1 to 255 characters of ASCII without spaces, as Zuora shows it"
            return Refused(said, Fault.INVALID, name)
    return None


def hosts_of(text: str) -> frozenset[str]:
    """The hosts in a list separated by commas or spaces; raises ValueError for what is no host."""
    hosts = frozenset(each.lower() for each in re.split(r"[\s,]+", text.strip()) if each)
    for each in sorted(hosts):
        if _HOST.fullmatch(each) is None:
            raise ValueError(f"{each!r} is no host; as zuora.example.com or 127.0.0.1:8080")
    return hosts


def _fault_of_url(url: str, allow: Collection[str]) -> str | None:
    parts = _split(url)
    known = f"https:// and one of {', '.join((*HOSTS, *sorted(allow)))}"
    if parts is None or parts.username is not None or parts.password is not None:
        return f"expected {known}"
    if parts.path not in {"", "/"} or parts.query or parts.fragment or "?" in url or "#" in url:
        return "nothing stands behind the host, no path and no query"
    if not _is_known(parts, allow):
        return f"the host is not one that is asked; expected {known}"
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        return None
    return "expected https://; a secret is not sent over plain HTTP"


def _split(url: str) -> SplitResult | None:
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def _is_known(parts: SplitResult, allow: Collection[str]) -> bool:
    """Zuora's hosts at the usual port; an allowed host at the usual port or at the one allowed with it."""
    host, usual = parts.hostname or "", _PORTS.get(parts.scheme)
    port = parts.port or usual
    shown = f"[{host}]" if ":" in host else host
    if f"{shown}:{port}" in allow:
        return True
    return port == usual and (host in HOSTS or shown in allow)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
