"""What parts of a request may hold, each check with the refusal that says what would be right."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.amounts import amount_number, amount_words
from ledgerscope.customers.days import EARLIEST, LATEST
from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.operations.given import fault_of_actor
from ledgerscope.customers.texts import is_visible

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = [
    "LARGEST_MINOR",
    "check_actor",
    "check_amount",
    "check_choice",
    "check_currency",
    "check_instant",
    "check_text",
]

LARGEST_MINOR: Final = 10**15
"""Minor units: more than any document comes to, and far less than the database can add up."""
_LONGEST_ACTOR: Final = 100
_FIRST: Final = datetime.combine(EARLIEST, time(), UTC)
_LAST: Final = datetime.combine(LATEST, time.max, UTC)


def check_actor(field: str, value: str) -> Refused | None:
    """The identifier of a user or service that is kept with a document."""
    if (fault := fault_of_actor(value)) is not None:
        return Refused(f"{field}: {fault}", Fault.INVALID, field)
    return check_text(field, value, _LONGEST_ACTOR)


def check_amount(field: str, value: int, currency: str, *, least: int = 1) -> Refused | None:
    """Minor units of a document; the refusal says amounts of its currency, which is checked already."""
    if least <= value <= LARGEST_MINOR:
        return None
    most = amount_words(LARGEST_MINOR, currency)
    said = f"{field}: {amount_number(least, currency)} to {most}, not {amount_words(value, currency)}"
    return Refused(said, Fault.INVALID, field)


def check_choice(field: str, value: str | None, known: Collection[str]) -> Refused | None:
    """A word of a closed list, or none."""
    if value is None or value in known:
        return None
    return Refused(f"{field}: one of {', '.join(known)}; not {value!r}", Fault.INVALID, field)


def check_currency(value: str, known: Collection[str]) -> Refused | None:
    """A currency that the database knows."""
    if value in known:
        return None
    said = f"currency: {value!r} is no currency of the database; ISO 4217, as EUR"
    return Refused(said, Fault.INVALID, "currency")


def check_instant(field: str, value: datetime) -> Refused | None:
    """An instant that is the same everywhere, and can be reckoned with."""
    if value.utcoffset() is None:
        said = f"{field}: {value} has no time zone; as 2026-03-01T12:00+00:00"
    elif value < _FIRST:
        said = f"{field}: {value} is before {EARLIEST.year}"
    elif value > _LAST:
        said = f"{field}: {value} is after {LATEST.year}"
    else:
        return None
    return Refused(said, Fault.INVALID, field)


def check_text(field: str, value: str, longest: int) -> Refused | None:
    """A text on one line."""
    if len(value) <= longest and value.isprintable() and is_visible(value):
        return None
    return Refused(f"{field}: 1 to {longest} printable characters on one line", Fault.INVALID, field)
