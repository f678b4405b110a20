"""Masks what no log may hold: secrets and personal data, by the key they stand under and by their form.

What is known by its key (a name, a text, a password) is masked whole wherever the key stands before it, also
in the text of an exception. E-mail addresses, telephone numbers, tokens and passwords in URLs are found by
their form in any text. A name in the middle of a sentence has no form: no caller may put one there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MASKED", "mask", "mask_text"]

MASKED: Final = "[masked]"
_DEEPEST: Final = 12
"""Levels; what lies deeper is masked whole."""
_LONGEST: Final = 100_000
"""Characters of one text; what follows is cut off."""

_SECRET: Final = (
    "password", "passwd", "passphrase", "secret", "token", "authorization", "apikey", "api_key", "api-key",
    "credential", "private_key", "privatekey", "dsn", "cookie", "pwd",
)  # fmt: skip
"""A key that holds one of these has a secret as its value."""
_PERSONAL: Final = frozenset({
    "name", "firstname", "lastname", "surname", "fullname", "email", "emails", "mail", "phone", "phones",
    "mobile", "fax", "address", "addresses", "street", "city", "postcode", "zip", "body", "text", "comment",
    "comments", "note", "notes", "description", "recipient", "recipients", "birthday",
})  # fmt: skip
"""A key that holds one of these as a word has personal data as its value."""
_NOT_PERSONAL: Final = frozenset(
    {"job_name", "collector_name", "event_name", "file_name", "application_name"}
)
_IDENTIFIERS: Final = frozenset(
    {"company_id", "customer_id", "customer_number", "correlation_id", "operation", "timestamp"}
)
"""Keys whose values may be digits that look like a telephone number, and are none."""
_IDENTIFIER: Final = re.compile(r"[\w.:-]+|\d[\w.:-]*(?: \d[\w.:-]*)*")
"""One word, or groups of digits: what stands under such a key may be anything that somebody asked for."""

_WORDS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_KEYS: Final = "|".join(map(re.escape, (*_SECRET, *sorted(_PERSONAL, key=len, reverse=True))))
_KEY: Final = rf"(?P<key>[\w.-]{{0,60}}?(?:{_KEYS})[\w-]{{0,60}})"
_QUOTED: Final = r"""(?:b?'(?:[^'\\]|\\.)*(?:'|\Z)|b?"(?:[^"\\]|\\.)*(?:"|\Z))"""
_UNDER_A_KEY: Final = re.compile(
    rf"(?<![\w.-]){_KEY}(?P<mark>\\?['\"]?\s*(?:=>?|:)\s*)"
    rf"(?P<value>{_QUOTED}|(?:Bearer|Basic)\s+[^\s,;]+|[^\s,;&'\"()\[\]{{}}]+)",
    re.IGNORECASE | re.DOTALL,
)
_IN_URL: Final = re.compile(r"://[^\s'\"<>]*@")
_EMAIL: Final = re.compile(r"[^\s@<>()\[\],;\"]+@[^\s@<>()\[\],;\"']+")
_TOKEN: Final = re.compile(r"\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}|\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*")
_PHONE: Final = re.compile(
    r"(?<![\w.:/-])(?!\d{4}-\d\d-\d\d(?!\d))(?!\d{1,3}(?:\.\d{1,3}){3}(?![\d.]))"
    r"(?:\+|\()?\d(?:[\s ().\-/\u2010-\u2015]{0,3}\d){6,18}(?![\w])"
)
_PLAIN_NUMBER: Final = re.compile(r"[1-9]\d{0,8}")
_SAID_BY_POSTGRESQL: Final = (
    (
        re.compile(r"(Key \([^)]*\)=\().*?(\) (?:already|is not|is still|conflicts)|\Z)", re.DOTALL),
        rf"\1{MASKED}\2",
    ),
    (re.compile(r"(Failing row contains \().*\)", re.DOTALL), rf"\1{MASKED})"),
    (re.compile(r"(Failing row contains \()(?!\[masked\]).*", re.DOTALL), rf"\1{MASKED}"),
    (re.compile(r"(invalid input [^:\n]*: )\"(?:[^\"]|\"(?!\n|\Z))*(?:\"|\Z)"), rf"\1{MASKED}"),
    (re.compile(r"(COPY [^\n]*, column [^:\n]*: )\"[^\n]*"), rf"\1{MASKED}"),
    (re.compile(r"(\[parameters: ).*", re.DOTALL), rf"\1{MASKED}]"),
)  # fmt: skip


def mask(value: object) -> Any:
    """The same value, of JSON's types, with everything masked that no log may hold."""
    return _mask(value, None, 0)


def mask_text(text: str) -> str:
    """The text without secrets, addresses and numbers, and without what stands under a key of such."""
    return _mask_text(text, phones=True)


def _mask(value: object, key: str | None, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if key is not None and _is_private(key):
        return MASKED
    if isinstance(value, str):
        return _mask_text(value, phones=not (key in _IDENTIFIERS and _IDENTIFIER.fullmatch(value)))
    if isinstance(value, (int, float)):
        return value
    return _mask_whole(value, key, depth) if depth < _DEEPEST else MASKED


def _mask_whole(value: object, key: str | None, depth: int) -> Any:
    if (pairs := _pairs_of(value)) is not None:
        return _mask_pairs(pairs, depth)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_mask(each, key, depth + 1) for each in value]
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, (UUID, Decimal, timedelta)) else mask_text(_shown(value))


def _pairs_of(value: object) -> Iterable[tuple[object, object]] | None:
    """The names and values of what has names; None for anything else."""
    if isinstance(value, Mapping):
        return value.items()
    if is_dataclass(value) and not isinstance(value, type):
        return [(each.name, getattr(value, each.name)) for each in fields(value)]
    return (
        zip(value._fields, value, strict=True)
        if isinstance(value, tuple) and hasattr(value, "_fields")
        else None
    )


def _mask_pairs(pairs: Iterable[tuple[object, object]], depth: int) -> Mapping[str, Any]:
    named = ((name if isinstance(name, str) else _shown(name), value) for name, value in pairs)
    return {mask_text(name): _mask(value, name, depth + 1) for name, value in named}


def _shown(value: object) -> str:
    try:
        return f"{type(value).__name__}: {value}" if isinstance(value, BaseException) else repr(value)
    except Exception:  # noqa: BLE001 - a value of somebody else's class may fail in any way
        return f"<{type(value).__name__}>"


def _is_private(key: str) -> bool:
    return _is_secret(key) or _is_personal(key)


def _is_secret(key: str) -> bool:
    lower = key.lower()
    return any(word in lower for word in _SECRET)


def _is_personal(key: str) -> bool:
    return key not in _NOT_PERSONAL and not _PERSONAL.isdisjoint(each.lower() for each in _WORDS.findall(key))


def _mask_text(text: str, *, phones: bool) -> str:
    if len(text) > _LONGEST:
        text = text[:_LONGEST]
    if "(" in text or '"' in text or "[" in text:
        for pattern, shown in _SAID_BY_POSTGRESQL:
            text = pattern.sub(shown, text)
    if "@" in text:
        text = _EMAIL.sub(MASKED, _IN_URL.sub(f"://{MASKED}@", text))
    if "=" in text or ":" in text:
        text = _UNDER_A_KEY.sub(_under_a_key, text)
    text = _TOKEN.sub(MASKED, text)
    return _PHONE.sub(_phone, text) if phones else text


def _under_a_key(found: re.Match[str]) -> str:
    key, mark, value = found["key"], found["mark"], found["value"]
    quoted = value.startswith(("'", '"', "b'", 'b"'))
    if _is_secret(key) or (
        _is_personal(key) and (quoted or "=" in mark or mark.startswith(("'", '"', "\\")))
    ):
        return f"{key}{mark}{MASKED}"
    return found[0]


def _phone(found: re.Match[str]) -> str:
    return found[0] if _PLAIN_NUMBER.fullmatch(found[0]) else MASKED
