"""Stays of a customer in a segment: begun, revised, ended; never two at once.

A stay is a half-open range of time. A revision ends one stay and begins the next at the same instant, so that
what was known at a past instant stays known and the customer is never out of the segment in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.operations.checks import check_choice
from ledgerscope.customers.texts import TextRule, fault_of_text
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import SegmentAssignment, span
from ledgerscope.store.tables.values import SEGMENTS

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.customers.decision import Call, Decision
    from ledgerscope.store.records import Id

__all__ = [
    "Assignment",
    "SegmentState",
    "Stay",
    "assign_segment",
    "end_segment",
    "replace_segment",
    "stay_id_of",
]

_DESCRIPTION: Final = TextRule(2_000, lines=True)
_STEP: Final = Decimal("0.000001")
_LIMIT: Final = Decimal(10) ** 14
_DELETED: Final = Refused("the customer is deleted; its segments no longer change")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What puts a customer into a segment: vip, premium, regular, new, high_value or at_risk.

    `value` is the company's own measure, without a unit, of less than 10^14 and at most six decimals.
    """

    segment: str
    value: Decimal | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay in the segment that is not over: [start, end), without an end where none is known."""

    assignment_id: Id
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class SegmentState:
    """A customer and its stays in one segment that are not over, in the order of time."""

    customer_id: Id
    stays: tuple[Stay, ...] = ()
    deleted: bool = False


def assign_segment(customer: SegmentState, new: Assignment, call: Call) -> Decision:
    """The customer in the segment from now on."""
    fault = _fault(customer, new)
    if fault is not None:
        return fault
    if customer.stays:
        return _taken(customer.stays[0], new.segment, call.moment.at)
    row = _stay(customer, new, call, None)
    return _changes(EventType.SEGMENT_ASSIGNED, "segment.assigned", customer, new.segment, call, row)


def replace_segment(customer: SegmentState, new: Assignment, call: Call) -> Decision:
    """Another value and description from now on; an end that is known already stays."""
    fault = _fault(customer, new)
    if fault is not None:
        return fault
    current = _current(customer, new.segment, call.moment.at)
    if isinstance(current, Refused):
        return current
    rows = (_ended(current, call), _stay(customer, new, call, current.end))
    return _changes(EventType.SEGMENT_REPLACED, "segment.replaced", customer, new.segment, call, *rows)


def end_segment(customer: SegmentState, segment: str, call: Call) -> Decision:
    """The customer no longer in the segment from now on."""
    fault = _DELETED if customer.deleted else check_choice("segment", segment, SEGMENTS)
    if fault is not None:
        return fault
    current = _current(customer, segment, call.moment.at)
    if isinstance(current, Refused):
        return current
    ended = _ended(current, call)
    return _changes(EventType.SEGMENT_REMOVED, "segment.removed", customer, segment, call, ended)


def stay_id_of(call: Call) -> Id:
    """The identifier of the stay that a call begins."""
    return call.new_id("stay")


def _fault(customer: SegmentState, new: Assignment) -> Refused | None:
    if customer.deleted:
        return _DELETED
    chosen = check_choice("segment", new.segment, SEGMENTS)
    if chosen is not None:
        return chosen
    for field, fault in (
        ("value", _fault_of_value(new.value)),
        ("description", fault_of_text(new.description, _DESCRIPTION)),
    ):
        if fault is not None:
            return Refused(f"{field}: {fault}", Fault.INVALID, field)
    return None


def _fault_of_value(value: Decimal | None) -> str | None:
    if value is None:
        return None
    if not value.is_finite():
        return f"{value} is no number that can be stored"
    if not -_LIMIT < value < _LIMIT:
        return f"{value} is too large; less than 10^14"
    if value.quantize(_STEP) != value:
        return f"{value} has too many decimals; at most six"
    return None


def _current(customer: SegmentState, segment: str, at: datetime) -> Stay | Refused:
    """The stay that goes on, if it began before now: no stay is empty."""
    if not customer.stays:
        return Refused(f"the customer is not in the segment {segment}; assign it first")
    current = customer.stays[0]
    if current.start >= at:
        return Refused(
            f"the stay in the segment {segment} begins at {current.start.isoformat()}; "
            "it can change after that only"
        )
    return current


def _taken(stay: Stay, segment: str, at: datetime) -> Refused:
    end = "" if stay.end is None else f" until {stay.end.isoformat()}"
    held = "is" if stay.start <= at else "will be"
    return Refused(
        f"the customer {held} in the segment {segment} from {stay.start.isoformat()}{end}; "
        "replace or end that stay instead"
    )


def _stay(customer: SegmentState, new: Assignment, call: Call, end: datetime | None) -> SegmentAssignment:
    moment = call.moment
    return SegmentAssignment(
        moment.tenant_id, stay_id_of(call), customer.customer_id, new.segment, new.value, call.actor,
        span(moment.at, end), new.description,
    )  # fmt: skip


def _ended(stay: Stay, call: Call) -> Update:
    key = (call.moment.tenant_id, stay.assignment_id)
    return Update(SegmentAssignment, key, {"valid": span(stay.start, call.moment.at)})


def _changes(
    event_type: EventType,
    action: str,
    customer: SegmentState,
    segment: str,
    call: Call,
    *rows: SegmentAssignment | Update,
) -> Changes:
    audit = call.audit(action, customer.customer_id, segment=segment)
    event = call.event(event_type, segment, customer_id=customer.customer_id)
    return Changes((*rows, audit), (event,))
