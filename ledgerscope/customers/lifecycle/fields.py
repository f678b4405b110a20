"""Which values the fields of a customer may have, one row for each field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.texts import EMAIL, PERSON, PHONE, TextRule, fault_of_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["EVENT_FIELDS", "check_fields", "faults_of"]

_LONGEST_TERMS_DAYS: Final = 3650


_TEXTS: Final = {
    "name": PERSON,
    "email": EMAIL,
    "phone": PHONE,
    "address": TextRule(500, lines=True),
    "external_id": TextRule(100, required=True),
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
        return fault_of_text(value, _TEXTS[field])
    if field == "terms_days":
        return (
            None
            if type(value) is int and 0 <= value <= _LONGEST_TERMS_DAYS
            else f"0 to {_LONGEST_TERMS_DAYS} days, not {value}"
        )
    if field == "currency":
        known_currency = isinstance(value, str) and value in currencies
        return None if known_currency else f"{value!r} is no currency of the database; ISO 4217, as EUR"
    if field == "signup_channel":
        known = ", ".join(sorted(channels))
        return (
            None
            if value is None or (isinstance(value, str) and value in channels)
            else f"one of {known}; not {value!r}"
        )
    raise KeyError(field)
