"""Which values the fields of a customer may have, one row for each field."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.decision import Fault, Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["EVENT_FIELDS", "check_fields"]

_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+")
_LONGEST_TERMS_DAYS: Final = 3650


@dataclass(frozen=True, slots=True)
class _TextRule:
    """A text of at most so many characters, on one line unless stated."""

    longest: int
    required: bool = False
    lines: bool = False
    pattern: re.Pattern[str] | None = None
    wanted: str = ""


_TEXTS: Final = {
    "name": _TextRule(200, required=True),
    "email": _TextRule(254, pattern=_EMAIL, wanted="an address such as accounts@example.com"),
    "phone": _TextRule(40),
    "address": _TextRule(500, lines=True),
    "external_id": _TextRule(100, required=True),
}
EVENT_FIELDS: Final = {"terms_days": "terms", "signup_channel": "other"}
"""How events name a field that they do not name as the row does."""


def check_fields(
    values: Mapping[str, Any], *, currencies: Collection[str], channels: Collection[str]
) -> Refused | None:
    """What is wrong with the first faulty one of these fields; None where they can be stored."""
    for field, value in values.items():
        fault = _fault(field, value, currencies, channels)
        if fault is not None:
            return Refused(f"{field}: {fault}", Fault.INVALID, field)
    return None


def _fault(field: str, value: Any, currencies: Collection[str], channels: Collection[str]) -> str | None:
    if field in _TEXTS:
        return _fault_of_text(value, _TEXTS[field])
    if field == "terms_days":
        return None if 0 <= value <= _LONGEST_TERMS_DAYS else f"0 to {_LONGEST_TERMS_DAYS} days, not {value}"
    if field == "currency":
        return None if value in currencies else f"{value!r} is no currency of the database; ISO 4217, as EUR"
    if field == "signup_channel":
        known = ", ".join(sorted(channels))
        return None if value is None or value in channels else f"one of {known}; not {value!r}"
    raise KeyError(field)


def _fault_of_text(value: str | None, rule: _TextRule) -> str | None:
    if value is None:
        return "is required" if rule.required else None
    if not value.strip():
        return "is empty" if rule.required else "is empty; leave it out instead"
    if len(value) > rule.longest:
        return f"has {len(value)} characters; at most {rule.longest}"
    if any(not each.isprintable() and not (rule.lines and each == "\n") for each in value):
        return "holds a control character"
    if rule.pattern is not None and rule.pattern.fullmatch(value) is None:
        return f"{value!r} is not {rule.wanted}"
    return None
