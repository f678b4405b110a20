"""The operations on segments."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, or_, select

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.decision import Call, Refused
from ledgerscope.customers.operations import Note, Operations, Verdict
from ledgerscope.customers.operations.checks import check_instant
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.lookups import customer_exists, hold_customer, no_row, plain_id
from ledgerscope.customers.operations.types import typed
from ledgerscope.customers.segments.reading import StayView, list_stays
from ledgerscope.customers.segments.stays import (
    Assignment,
    SegmentState,
    Stay,
    assign_segment,
    end_segment,
    replace_segment,
)
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from ledgerscope.customers.decision import Decision
    from ledgerscope.store.records import Id

__all__ = ["Membership", "Segments"]

_NO_NOTE: Final = Note()


@dataclass(frozen=True, slots=True)
class Membership:
    """Whether a customer is in a segment, as it stands after a request."""

    customer_id: Id
    segment: str
    member: bool


@typed
class Segments:
    """Which segments the customers of one company are in: assigned, replaced, ended, listed.

    A customer can be in several segments, in each of them once. What is wrong with a request comes back as
    `Refused`; StoreError and UnknownCompany are raised.
    """

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id

    def assign(self, customer_id: Id, new: Assignment, note: Note = _NO_NOTE) -> Membership | Refused:
        """Put the customer into a segment. Writes SegmentAssigned."""
        return self._begin("segment.assigned", assign_segment, customer_id, new, note)

    def replace(self, customer_id: Id, new: Assignment, note: Note = _NO_NOTE) -> Membership | Refused:
        """Give the membership another value and description from now on. Writes SegmentReplaced.

        Both are replaced, also by nothing; the ones before stay known for the time before.
        """
        return self._begin("segment.replaced", replace_segment, customer_id, new, note)

    def end(self, customer_id: Id, segment: str, note: Note = _NO_NOTE) -> Membership | Refused:
        """Take the customer out of a segment. Writes SegmentRemoved."""

        def decide(customer: SegmentState, call: Call) -> Decision:
            return end_segment(customer, segment, call)

        return self._change("segment.removed", customer_id, segment, {"segment": segment}, decide, note)

    @takes(Permission.CUSTOMERS_VIEW)
    def list(self, customer_id: Id, at: datetime | None = None) -> tuple[StayView, ...] | Refused:
        """Every stay of a customer, deleted or not, or those at an instant, by their start."""
        fault = None if at is None else check_instant("at", at)
        if fault is not None:
            return fault
        with self._operations.read() as connection:
            if not customer_exists(connection, self._tenant_id, customer_id):
                return no_row("customer", customer_id)
            return list_stays(connection, self._tenant_id, customer_id, at)

    def _begin(
        self,
        action: str,
        decision: Callable[[SegmentState, Assignment, Call], Decision],
        customer_id: Id,
        new: Assignment,
        note: Note,
    ) -> Membership | Refused:
        def decide(customer: SegmentState, call: Call) -> Decision:
            return decision(customer, new, call)

        return self._change(action, customer_id, new.segment, asdict(new), decide, note)

    def _change(
        self,
        action: str,
        customer_id: Id,
        segment: str,
        content: dict[str, Any],
        decision: Callable[[SegmentState, Call], Decision],
        note: Note,
    ) -> Membership | Refused:
        customer_id = plain_id(customer_id)

        def decide(connection: Connection, call: Call) -> Verdict[Membership] | Refused:
            row = hold_customer(connection, self._tenant_id, customer_id)
            if isinstance(row, Refused):
                return row
            decided = decision(self._state(connection, row, segment, call.moment.at), call)
            if isinstance(decided, Refused):
                return decided
            member = action != "segment.removed"
            return Verdict(decided, Membership(customer_id, segment, member=member))

        named = {"customer_id": customer_id, **content}
        return self._operations.write(action, named, decide, returns=Membership, note=note)

    def _state(self, connection: Connection, customer: Row[Any], segment: str, at: datetime) -> SegmentState:
        c = t.segment_assignment.c
        start, end = func.lower(c.valid), func.upper(c.valid)
        query = (
            select(c.assignment_id, start.label("start"), end.label("end"))
            .where(
                c.tenant_id == self._tenant_id, c.customer_id == customer.customer_id, c.segment == segment,
                or_(end.is_(None), end > at),
            )
            .order_by(start)
        )  # fmt: skip
        stays = tuple(Stay(row.assignment_id.hex, row.start, row.end) for row in connection.execute(query))
        return SegmentState(customer.customer_id.hex, stays, deleted=customer.deleted_at is not None)
