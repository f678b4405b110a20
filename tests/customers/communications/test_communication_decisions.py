"""Decisions about communications, without a database."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledgerscope.customers import Call, Decision, Fault, Moment, Refused
from ledgerscope.customers.communications.logging import Correspondent, NewCommunication, log_communication
from ledgerscope.store.changes import Changes
from ledgerscope.store.records import AuditEntry, Communication

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
CALL = Call(moment=Moment("acme", NOW, NOW.date()), actor="anna", request_id="r")
CUSTOMER = Correspondent("c", {"p": None, "gone": NOW - HOUR})
NEW = NewCommunication(channel="email", direction="inbound", subject="Our order", body="Dear Ann,\n\n...")


def changes(decision: Decision) -> Changes:
    assert isinstance(decision, Changes), decision
    return decision


def refusal(decision: Decision) -> Refused:
    assert isinstance(decision, Refused), decision
    return decision


def test_what_was_said_is_kept_with_who_logged_it() -> None:
    row, audit = changes(log_communication(CUSTOMER, replace(NEW, contact_id="p"), CALL)).rows
    assert isinstance(row, Communication)
    assert isinstance(audit, AuditEntry)
    assert (row.customer_id, row.contact_id, row.channel, row.direction) == ("c", "p", "email", "inbound")
    assert (row.subject, row.body, row.actor, row.at) == ("Our order", "Dear Ann,\n\n...", "anna", NOW)
    assert json.loads(audit.details) == {"channel": "email", "customer_id": "c", "direction": "inbound"}


def test_the_event_tells_channel_and_direction_and_no_text() -> None:
    (event,) = changes(log_communication(CUSTOMER, NEW, CALL)).events
    assert (event.event_type, event.customer_id) == ("CommunicationLogged", "c")
    assert json.loads(event.labels) == {"channel": "email", "direction": "inbound"}


@pytest.mark.parametrize(
    ("at", "accepted"),
    [
        (NOW, True),
        (NOW - HOUR, True),
        (NOW + timedelta(microseconds=1), False),
        (datetime(1900, 1, 1, tzinfo=UTC), True),
        (datetime(1899, 12, 31, 23, 59, tzinfo=UTC), False),
        (datetime(2026, 2, 1), False),  # noqa: DTZ001 - what is refused
    ],
)
def test_nothing_is_said_in_the_future(at: datetime, accepted: bool) -> None:
    decided = log_communication(CUSTOMER, replace(NEW, at=at), CALL)
    if accepted:
        row = changes(decided).rows[0]
        assert isinstance(row, Communication)
        assert row.at == at
    else:
        assert refusal(decided).field == "at"


def test_an_instant_that_cannot_be_is_said_with_what_would_be_right() -> None:
    late = refusal(log_communication(CUSTOMER, replace(NEW, at=NOW + HOUR), CALL))
    assert late.reason == (
        "at: 2026-03-01T10:00:00+00:00 is in the future; now it is 2026-03-01T09:00:00+00:00"
    )
    nowhere = refusal(log_communication(CUSTOMER, replace(NEW, at=datetime(2026, 2, 1)), CALL))  # noqa: DTZ001
    assert nowhere.reason == "at: 2026-02-01T00:00:00 needs a time zone"


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("channel", "fax", "channel: one of email, phone, meeting, note; not 'fax'"),
        ("direction", "up", "direction: one of inbound, outbound; not 'up'"),
        ("subject", "two\nlines", "subject: holds a control character (U+000A)"),
        ("subject", "", "subject: is empty; leave it out instead"),
        ("subject", "x" * 201, "subject: has 201 characters; at most 200"),
        ("body", "x" * 100_001, "body: has 100001 characters; at most 100000"),
        ("body", "a\x00b", "body: holds a control character (U+0000)"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_its_field(field: str, value: Any, reason: str) -> None:
    refused = refusal(log_communication(CUSTOMER, replace(NEW, **{field: value}), CALL))
    assert (refused.field, refused.fault, refused.reason) == (field, Fault.INVALID, reason)


def test_a_note_says_something() -> None:
    empty = replace(NEW, channel="note", subject=None, body=None)
    assert (
        refusal(log_communication(CUSTOMER, empty, CALL)).reason == "body: a note needs a subject or a body"
    )
    changes(log_communication(CUSTOMER, replace(empty, subject="Asked twice"), CALL))
    changes(log_communication(CUSTOMER, replace(empty, channel="phone"), CALL))


@pytest.mark.parametrize(
    ("contact_id", "at", "reason"),
    [
        ("nobody", None, "contact_id: the customer has no contact 'nobody'"),
        ("gone", None, "the contact was removed at 2026-03-01T08:00:00+00:00, before this was said"),
        ("gone", NOW - HOUR, "was removed at"),
    ],
)
def test_a_contact_is_one_of_the_customer_at_the_time(
    contact_id: str, at: datetime | None, reason: str
) -> None:
    refused = refusal(log_communication(CUSTOMER, replace(NEW, contact_id=contact_id, at=at), CALL))
    assert refused.field == "contact_id"
    assert reason in refused.reason


def test_what_was_said_before_a_contact_left_can_be_logged() -> None:
    changes(log_communication(CUSTOMER, replace(NEW, contact_id="gone", at=NOW - 2 * HOUR), CALL))


def test_nothing_is_logged_for_a_deleted_customer() -> None:
    gone = replace(CUSTOMER, deleted=True)
    assert "the customer is deleted" in refusal(log_communication(gone, NEW, CALL)).reason
