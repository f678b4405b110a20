"""Decisions about interactions, without a database."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from ledgerscope.customers import Call, Decision, Fault, Moment, Refused
from ledgerscope.customers.interactions.logging import NewInteraction, log_interaction
from ledgerscope.customers.interactions.status import NEXT, InteractionState, move_interaction
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import AuditEntry, Interaction
from ledgerscope.store.tables.values import INTERACTION_STATUSES, INTERACTION_TYPES

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
CALL = Call(moment=Moment("acme", NOW, NOW.date()), actor="anna", request_id="r")
NEW = NewInteraction(type="call", subject="Renewal", description="Wants\nmore seats")
STATE = InteractionState("i", "c", "complaint", "pending")
LEGAL = {
    ("pending", "in_progress"),
    ("pending", "completed"),
    ("pending", "cancelled"),
    ("in_progress", "completed"),
    ("in_progress", "cancelled"),
}


def changes(decision: Decision) -> Changes:
    assert isinstance(decision, Changes), decision
    return decision


def refusal(decision: Decision) -> Refused:
    assert isinstance(decision, Refused), decision
    return decision


@pytest.mark.parametrize(("kind", "status"), [*product(INTERACTION_TYPES, INTERACTION_STATUSES)])
def test_every_type_is_logged_in_every_status(kind: str, status: str) -> None:
    decided = changes(log_interaction("c", replace(NEW, type=kind, status=status), CALL))
    row, audit = decided.rows
    assert isinstance(row, Interaction)
    assert (row.type, row.status, row.subject, row.at, row.created_at) == (kind, status, "Renewal", NOW, NOW)
    assert (row.description, row.actor) == ("Wants\nmore seats", "anna")
    (event,) = decided.events
    assert (event.event_type, event.customer_id) == ("InteractionLogged", "c")
    assert json.loads(event.labels) == {"type": kind, "status": status}
    assert isinstance(audit, AuditEntry)
    assert json.loads(audit.details) == {"customer_id": "c", "type": kind, "status": status}


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("type", "fax", "type: one of call, email, meeting, support_ticket, complaint, feedback; not 'fax'"),
        ("status", "done", "status: one of pending, in_progress, completed, cancelled; not 'done'"),
        ("subject", " ", "subject: is empty"),
        ("description", "", "description: is empty; leave it out instead"),
        ("description", "x" * 20_001, "description: has 20001 characters; at most 20000"),
        (
            "at",
            NOW + timedelta(seconds=1),
            "at: 2026-03-01T09:00:01+00:00 is in the future; now it is 2026-03-01T09:00:00+00:00",
        ),
    ],
)
def test_what_cannot_be_logged_is_refused_with_its_field(field: str, value: Any, reason: str) -> None:
    refused = refusal(log_interaction("c", replace(NEW, **{field: value}), CALL))
    assert (refused.field, refused.fault, refused.reason) == (field, Fault.INVALID, reason)


def test_when_it_took_place_is_not_when_it_was_logged() -> None:
    at = NOW - timedelta(days=3)
    row = changes(log_interaction("c", replace(NEW, at=at), CALL)).rows[0]
    assert isinstance(row, Interaction)
    assert (row.at, row.created_at) == (at, NOW)


@pytest.mark.parametrize(("before", "after"), [*product(INTERACTION_STATUSES, repeat=2)])
def test_only_what_is_not_over_moves(before: str, after: str) -> None:
    decided = move_interaction(replace(STATE, status=before), after, CALL)
    if (before, after) not in LEGAL:
        assert f"an interaction that is {before} " in refusal(decided).reason
        return
    update, audit = changes(decided).rows
    assert update == Update(Interaction, ("acme", "i"), {"status": after, "updated_at": NOW})
    (event,) = changes(decided).events
    assert event.event_type == "InteractionStatusChanged"
    assert json.loads(event.labels) == {"type": "complaint", "from_status": before, "to_status": after}
    assert isinstance(audit, AuditEntry)
    assert (audit.action, audit.subject) == ("interaction.status.changed", "i")


def test_a_refusal_says_what_is_possible() -> None:
    working = replace(STATE, status="in_progress")
    assert refusal(move_interaction(working, "in_progress", CALL)).reason == (
        "an interaction that is in_progress can become completed or cancelled; it cannot become in_progress"
    )
    over = replace(STATE, status="cancelled")
    assert refusal(move_interaction(over, "completed", CALL)).reason == (
        "an interaction that is cancelled is over; it cannot become completed"
    )


def test_every_status_has_its_next_ones() -> None:
    assert {*NEXT} == {*INTERACTION_STATUSES}
    assert {(before, after) for before, ways in NEXT.items() for after in ways} == LEGAL


def test_nothing_changes_for_a_deleted_customer() -> None:
    assert "the customer is deleted" in refusal(log_interaction("c", NEW, CALL, deleted=True)).reason
    gone = replace(STATE, customer_deleted=True)
    assert "the customer is deleted" in refusal(move_interaction(gone, "completed", CALL)).reason
