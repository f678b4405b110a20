"""Schedules that change by request: made, paused, resumed, asked to run at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.customers.decision import Call, Decision, Fault, Refused
from ledgerscope.customers.operations.checks import check_choice
from ledgerscope.customers.sync.state import DELETED, NOT_SCHEDULED, Schedule, Synchronised
from ledgerscope.customers.sync.timing import next_due_at
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import SyncSchedule
from ledgerscope.store.tables.values import SYNC_FREQUENCIES

if TYPE_CHECKING:
    from typing import Any

    from ledgerscope.store.records import Id

__all__ = [
    "DEFAULT_FREQUENCY",
    "initial_schedule",
    "pause",
    "place_of",
    "request_now",
    "resume",
    "set_frequency",
]

DEFAULT_FREQUENCY = "hourly"
"""What holds where nobody has asked for another."""


def place_of(tenant_id: str, customer_id: Id) -> str:
    """What the customer's place in its interval follows from."""
    return f"{tenant_id}/{customer_id}"


def set_frequency(customer: Synchronised, frequency: str, call: Call) -> Decision:
    """A first schedule is due at once; a new frequency of one that exists holds from the last start on."""
    fault = (DELETED if customer.deleted else None) or check_choice("frequency", frequency, SYNC_FREQUENCIES)
    if fault is not None:
        return fault
    schedule = customer.schedule
    if schedule is None:
        return initial_schedule(customer.customer_id, frequency, call)
    if schedule.frequency == frequency:
        return Changes()
    values = {"frequency": frequency, "next_due_at": _moved(customer.customer_id, schedule, frequency, call)}
    event = call.event(EventType.SYNC_SCHEDULED, frequency, customer_id=customer.customer_id)
    audit = call.audit(
        "sync.scheduled", customer.customer_id, frequency=frequency, frequency_before=schedule.frequency
    )
    return Changes((_update(customer, values, call), audit), (event,))


def initial_schedule(customer_id: Id, frequency: str, call: Call) -> Changes:
    """The schedule of a customer that has none: its initial synchronisation is due at once."""
    moment = call.moment
    row = SyncSchedule(
        moment.tenant_id, customer_id, frequency, "active", moment.at, None, None, 0, None, "initial"
    )
    event = call.event(EventType.SYNC_SCHEDULED, frequency, customer_id=customer_id)
    return Changes((row, call.audit("sync.scheduled", customer_id, frequency=frequency)), (event,))


def pause(customer: Synchronised, call: Call) -> Decision:
    """Not due any more, until it is resumed; a run under way goes on."""
    schedule = _standing(customer)
    if isinstance(schedule, Refused):
        return schedule
    if schedule.status == "paused":
        return Changes()
    event = call.event(EventType.SYNC_PAUSED, customer_id=customer.customer_id)
    audit = call.audit("sync.paused", customer.customer_id, status_before=schedule.status)
    return Changes((_update(customer, {"status": "paused"}, call), audit), (event,))


def resume(customer: Synchronised, call: Call) -> Decision:
    """Due again as before, now where that has passed: a pause is no wait. Failures are counted anew."""
    schedule = _standing(customer)
    if isinstance(schedule, Refused):
        return schedule
    if schedule.status != "paused":
        return Changes()
    event = call.event(EventType.SYNC_RESUMED, customer_id=customer.customer_id)
    due = max(schedule.next_due_at, call.moment.at)
    values = {"status": "active", "backoff": 0, "next_due_at": due}
    audit = call.audit("sync.resumed", customer.customer_id)
    return Changes((_update(customer, values, call), audit), (event,))


def request_now(customer: Synchronised, trigger: str, call: Call) -> Decision:
    """Due at once, also after failures; a run under way is followed by another one."""
    schedule = _standing(customer)
    if isinstance(schedule, Refused):
        return schedule
    if schedule.status == "paused":
        return Refused("the synchronisation is paused; resume it first", Fault.CONFLICT, "status")
    if schedule.requested_trigger is not None:
        return Changes()
    at = call.moment.at
    values = {"requested_trigger": trigger, "next_due_at": min(schedule.next_due_at, at)}
    event = call.event(EventType.SYNC_REQUESTED, trigger, customer_id=customer.customer_id)
    audit = call.audit("sync.requested", customer.customer_id, trigger=trigger)
    return Changes((_update(customer, values, call), audit), (event,))


def _standing(customer: Synchronised) -> Schedule | Refused:
    return DELETED if customer.deleted else customer.schedule or NOT_SCHEDULED


def _moved(customer_id: Id, schedule: Schedule, frequency: str, call: Call) -> Any:
    at = call.moment.at
    if schedule.next_due_at <= at or schedule.failures:
        return schedule.next_due_at
    place = place_of(call.moment.tenant_id, customer_id)
    return max(next_due_at(place, frequency, schedule.last_attempt_at or at), at)


def _update(customer: Synchronised, values: dict[str, Any], call: Call) -> Update:
    return Update(SyncSchedule, (call.moment.tenant_id, customer.customer_id), values)
