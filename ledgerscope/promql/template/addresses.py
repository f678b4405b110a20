"""`stripPort` and `stripDomain`: what remains of a host and port, split as Go's `net.SplitHostPort` does."""

from __future__ import annotations

from ipaddress import ip_address


def split_host_port(text: str) -> tuple[str, str] | None:
    """Host and port of `host:port` or `[host]:port`; nothing where the text is neither."""
    colon = text.rfind(":")
    if colon < 0:
        return None
    if text.startswith("["):
        close = text.find("]")
        if close < 0 or close + 1 != colon:
            return None
        host, rest, tail = text[1:close], text[1:], text[close + 1 :]
    else:
        host, rest, tail = text[:colon], text, text
        if ":" in host:
            return None
    if "[" in rest or "]" in tail:
        return None
    return host, text[colon + 1 :]


def strip_port(text: str) -> str:
    """The host alone; a text that is no `host:port` stays as it is."""
    parts = split_host_port(text)
    return text if parts is None else parts[0]


def strip_domain(text: str) -> str:
    """The first part of a host name, its port kept; an address stays as it is."""
    host, port = split_host_port(text) or (text, "")
    if _is_address(host):
        return text
    name = host.split(".", 1)[0]
    if port and ":" in name:
        name = f"[{name}]"
    return f"{name}:{port}" if port else name


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text
