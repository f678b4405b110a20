"""Whether the aging of a day may be kept, and what says that it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.customers.decision import Call, Fault, Refused
from ledgerscope.customers.instants import fault_of_day
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import AgingSnapshot
from ledgerscope.store.tables.values import AGING_TRIGGERS

if TYPE_CHECKING:
    from datetime import date

__all__ = ["RefreshAging", "check_refresh", "record_refresh"]


@dataclass(frozen=True, slots=True)
class RefreshAging:
    """Keep the aging of a day, today's where none is named; the schedule or somebody asks for it."""

    trigger: str = "on_demand"
    day: date | None = None


def check_refresh(request: RefreshAging, today: date) -> Refused | None:
    """What is wrong with a request; days to come are not known yet."""
    if request.trigger not in AGING_TRIGGERS:
        said = f"trigger: one of {', '.join(AGING_TRIGGERS)}; not {request.trigger!r}"
        return Refused(said, Fault.INVALID, "trigger")
    if request.day is not None and request.day > today:
        return Refused(f"day: {request.day} is to come; today is {today}", Fault.INVALID, "day")
    return fault_of_day("day", request.day)


def record_refresh(day: date, trigger: str, accounts: int, call: Call) -> Changes:
    """The size of the snapshot that was written, the event and the audit entry."""
    size = Update(AgingSnapshot, (call.moment.tenant_id, day), {"accounts": accounts})
    audit = call.audit("aging.refreshed", day.isoformat(), trigger=trigger, accounts=accounts)
    return Changes((size, audit), (call.event(EventType.AGING_SNAPSHOT_REFRESHED, trigger),))
