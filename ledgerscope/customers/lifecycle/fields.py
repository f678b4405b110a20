"""Which values the fields of a customer may have, one row for each field."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.decision import Fault, Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["EVENT_FIELDS", "check_fields", "faults_of"]

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
    return next(faults_of(values, currencies=currencies, channels=channels), None)


def faults_of(
    values: Mapping[str, Any], *, currencies: Collection[str], channels: Collection[str]
) -> Iterator[Refused]:
    """What is wrong with each faulty one of these fields."""
    for field, value in values.items():
        fault = _fault(field, value, currencies, channels)
        if fault is not None:
            yield Refused(f"{field}: {fault}", Fault.INVALID, field)


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
    if not (value.replace("\n", " ") if rule.lines else value).isprintable():
        return "holds a control character"
    if rule.pattern is not None and rule.pattern.fullmatch(value) is None:
        return f"{value!r} is not {rule.wanted}"
    return None
