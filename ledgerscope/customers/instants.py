"""Which instants can be given for what has happened already."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.decision import Fault, Refused

if TYPE_CHECKING:
    from datetime import date

    from ledgerscope.customers.decision import Moment

__all__ = ["fault_of_day", "fault_of_past"]

_EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
"""Before it a date is a mistake, and the first years of the calendar cannot be read back everywhere."""


def fault_of_past(field: str, at: datetime, moment: Moment) -> Refused | None:
    """What is wrong with an instant at which something is said to have happened; now is early enough."""
    if at.utcoffset() is None:
        return Refused(f"{field}: {at.isoformat()} needs a time zone", Fault.INVALID, field)
    if at > moment.at:
        late = f"{field}: {at.isoformat()} is in the future; now it is {moment.at.isoformat()}"
        return Refused(late, Fault.INVALID, field)
    if at < _EARLIEST:
        return Refused(f"{field}: {at.isoformat()} is before {_EARLIEST.year}", Fault.INVALID, field)
    return None


def fault_of_day(field: str, day: date | None) -> Refused | None:
    """What is wrong with the day of a document, whether it has come or not; None is for today."""
    if day is None or day >= _EARLIEST.date():
        return None
    return Refused(f"{field}: {day} is before {_EARLIEST.year}", Fault.INVALID, field)
