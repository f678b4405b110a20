"""Decisions about segments, without a database."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from ledgerscope.customers import Call, Decision, Fault, Moment, Refused
from ledgerscope.customers.segments.stays import (
    Assignment,
    SegmentState,
    Stay,
    assign_segment,
    end_segment,
    replace_segment,
)
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import AuditEntry, SegmentAssignment

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
CALL = Call(moment=Moment("acme", NOW, NOW.date()), actor="anna", request_id="r")
VIP = Assignment(segment="vip", value=Decimal("250.5"), description="Jane knows the founder")
OUT = SegmentState("c")
IN = SegmentState("c", (Stay("s", NOW - DAY),))
LEAVING = SegmentState("c", (Stay("s", NOW - DAY, NOW + DAY), Stay("t", NOW + 2 * DAY)))
LATER = SegmentState("c", (Stay("t", NOW + DAY),))


def changes(decision: Decision) -> Changes:
    assert isinstance(decision, Changes), decision
    return decision


def refusal(decision: Decision) -> Refused:
    assert isinstance(decision, Refused), decision
    return decision


def end_vip(customer: SegmentState, _: Assignment, call: Call) -> Decision:
    return end_segment(customer, "vip", call)


def begun(decision: Decision) -> SegmentAssignment:
    (row,) = (row for row in changes(decision).rows if isinstance(row, SegmentAssignment))
    return row


def test_an_assignment_begins_now_and_has_no_end() -> None:
    row = begun(assign_segment(OUT, VIP, CALL))
    assert (row.customer_id, row.segment, row.value) == ("c", "vip", Decimal("250.5"))
    assert (row.description, row.assigned_by) == ("Jane knows the founder", "anna")
    assert row.valid == "[2026-03-01T09:00:00+00:00,)"


def test_a_replacement_goes_on_where_the_stay_before_ends() -> None:
    decided = replace_segment(IN, VIP, CALL)
    assert changes(decided).rows[0] == Update(
        SegmentAssignment,
        ("acme", "s"),
        {"valid": "[2026-02-28T09:00:00+00:00,2026-03-01T09:00:00+00:00)"},
    )
    assert begun(decided).valid == "[2026-03-01T09:00:00+00:00,)"


def test_a_replacement_keeps_an_end_that_is_known() -> None:
    row = begun(replace_segment(LEAVING, VIP, CALL))
    assert row.valid == "[2026-03-01T09:00:00+00:00,2026-03-02T09:00:00+00:00)"


@pytest.mark.parametrize(
    ("decision", "customer", "event_type", "action"),
    [
        (assign_segment, OUT, "SegmentAssigned", "segment.assigned"),
        (replace_segment, IN, "SegmentReplaced", "segment.replaced"),
        (end_vip, IN, "SegmentRemoved", "segment.removed"),
    ],
)
def test_the_event_and_the_audit_entry_name_the_segment_and_no_text(
    decision: Callable[[SegmentState, Assignment, Call], Decision],
    customer: SegmentState,
    event_type: str,
    action: str,
) -> None:
    decided = changes(decision(customer, VIP, CALL))
    (event,) = decided.events
    assert (event.event_type, event.customer_id, json.loads(event.labels)) == (
        event_type,
        "c",
        {"segment": "vip"},
    )
    (entry,) = (row for row in decided.rows if isinstance(row, AuditEntry))
    assert (entry.action, entry.subject, json.loads(entry.details)) == (action, "c", {"segment": "vip"})


@pytest.mark.parametrize(
    ("decision", "customer", "reason"),
    [
        (assign_segment, IN, "is in the segment vip from 2026-02-28T09:00:00+00:00; replace or end that"),
        (assign_segment, LEAVING, "from 2026-02-28T09:00:00+00:00 until 2026-03-02T09:00:00+00:00"),
        (assign_segment, LATER, "will be in the segment vip from 2026-03-02T09:00:00+00:00"),
        (replace_segment, OUT, "the customer is not in the segment vip; assign it first"),
        (end_vip, OUT, "the customer is not in the segment vip; assign it first"),
        (replace_segment, LATER, "begins at 2026-03-02T09:00:00+00:00; it can change after that only"),
        (end_vip, LATER, "begins at 2026-03-02T09:00:00+00:00"),
        (end_vip, SegmentState("c", (Stay("s", NOW),)), "begins at 2026-03-01T09:00:00+00:00"),
        (assign_segment, replace(OUT, deleted=True), "the customer is deleted"),
        (replace_segment, replace(IN, deleted=True), "the customer is deleted"),
        (end_vip, replace(IN, deleted=True), "the customer is deleted"),
    ],
)
def test_no_two_stays_overlap_and_none_is_empty(
    decision: Callable[[SegmentState, Assignment, Call], Decision], customer: SegmentState, reason: str
) -> None:
    assert reason in refusal(decision(customer, VIP, CALL)).reason


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("segment", "best", "segment: one of vip, premium, regular, new, high_value, at_risk; not 'best'"),
        ("value", Decimal("NaN"), "value: NaN is no number that can be stored"),
        ("value", Decimal("-Infinity"), "value: -Infinity is no number that can be stored"),
        ("value", Decimal("1E+14"), "value: 1E+14 is too large; less than 10^14"),
        ("value", Decimal("0.0000001"), "value: 1E-7 has too many decimals; at most six"),
        ("value", Decimal("1." + "0" * 40 + "1"), "has too many decimals"),
        ("description", "x" * 2_001, "description: has 2001 characters; at most 2000"),
        ("description", " ", "description: is empty; leave it out instead"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_its_field(field: str, value: Any, reason: str) -> None:
    for decided in (
        assign_segment(OUT, replace(VIP, **{field: value}), CALL),
        replace_segment(IN, replace(VIP, **{field: value}), CALL),
    ):
        refused = refusal(decided)
        assert (refused.field, refused.fault) == (field, Fault.INVALID)
        assert reason in refused.reason


@pytest.mark.parametrize("value", ["0", "-0", "99999999999999.999999", "-1.5", "1E+13", "0.0000010"])
def test_a_value_of_any_sign_is_kept_exactly(value: str) -> None:
    assert begun(assign_segment(OUT, replace(VIP, value=Decimal(value)), CALL)).value == Decimal(value)


def test_a_segment_that_is_not_there_is_not_ended() -> None:
    assert refusal(end_segment(IN, "best", CALL)).field == "segment"
