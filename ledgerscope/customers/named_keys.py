"""Secret keys with identifiers, as operators give them: the first is used, all of them are accepted."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

__all__ = ["InvalidKeys", "parse_keys"]

_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,40}")
_LEAST_BYTES: Final = 32


class InvalidKeys(Exception):
    """A text holds no usable keys. The message repeats no part of a key."""


def parse_keys(text: str) -> dict[str, bytes]:
    """Keys from `id:base64` pairs, separated by commas or line breaks, in their order; raises InvalidKeys."""
    secrets: dict[str, bytes] = {}
    for place, pair in enumerate(re.split(r"[,\n]", text.strip()), 1):
        name, colon, encoded = pair.strip().partition(":")
        if not colon or _NAME.fullmatch(name) is None:
            raise InvalidKeys(f"key {place}: expected id:base64, the id of letters, digits, dots and dashes")
        if name in secrets:
            raise InvalidKeys(f"key {place}: a second key with the id {name}")
        secrets[name] = _decoded(name, encoded)
    return secrets


def _decoded(name: str, encoded: str) -> bytes:
    try:
        secret = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidKeys(f"key {name}: is not base64") from None
    if len(secret) < _LEAST_BYTES:
        raise InvalidKeys(
            f"key {name}: has {len(secret)} bytes; at least {_LEAST_BYTES}, as from: openssl rand -base64 32"
        )
    return secret
