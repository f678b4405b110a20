"""The text of a YAML file: UTF-8, or UTF-16 with a byte order mark, as for the reader of Prometheus."""

from __future__ import annotations

import codecs

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decoded(data: bytes, errors: str = "strict") -> str:
    """The text of a file's bytes. Raises UnicodeDecodeError."""
    return data.decode("utf-16" if data.startswith(_UTF16) else "utf-8", errors)


def why_not(error: UnicodeDecodeError) -> str:
    """What is wrong with the bytes of a file, for a person."""
    return f"not {error.encoding.upper()[:6].rstrip('-')}: {error.reason}"
