"""Decisions about credit limits, without a database."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from ledgerscope.customers import Moment, Refused
from ledgerscope.customers.credit import (
    CheckInvoice,
    DecideLimit,
    GrantLimit,
    LimitInForce,
    PendingLimit,
    RequestLimit,
    Used,
    check_invoice,
    decide_limit,
    grant_limit,
    request_limit,
)
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import AuditEntry, CreditBreach, CreditLimit

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
MOMENT = Moment("acme", NOW, NOW.date())
PENDING = PendingLimit("l2", "c", "EUR", "requested", "increase", "sales")
IN_FORCE = LimitInForce("l1", 1000, NOW - timedelta(days=90))


def test_a_request_waits_and_changes_no_limit() -> None:
    request = RequestLimit(
        moment=MOMENT,
        credit_limit_id="l",
        customer_id="c",
        currency="EUR",
        limit_minor=5,
        direction="increase",
        requested_by="sales",
    )
    decision = request_limit(request)
    assert isinstance(decision, Changes)
    row, audit = decision.rows
    assert isinstance(row, CreditLimit)
    assert isinstance(audit, AuditEntry)
    assert (row.status, row.approved_by, row.decided_at) == ("requested", None, None)
    assert [event.event_type for event in decision.events] == ["CreditLimitAdjustmentRequested"]


def test_an_approval_ends_the_limit_in_force_where_the_new_one_begins() -> None:
    decision = decide_limit(
        PENDING, IN_FORCE, DecideLimit(moment=MOMENT, approved=True, decided_by="credit desk")
    )
    assert isinstance(decision, Changes)
    ended, approved, audit = decision.rows
    assert isinstance(ended, Update)
    assert isinstance(approved, Update)
    assert isinstance(audit, AuditEntry)
    assert ended.values["valid"].endswith(f",{NOW.isoformat()})")
    assert approved.values["valid"] == f"[{NOW.isoformat()},)"
    assert (audit.action, json.loads(audit.details)) == (
        "credit.limit.decided",
        {"credit_limit_id": "l2", "outcome": "approved"},
    )
    assert [event.event_type for event in decision.events] == ["CreditLimitAdjusted"]


def test_a_rejection_changes_the_request_only() -> None:
    request = DecideLimit(moment=MOMENT, approved=False, decided_by="credit desk", reason="too high")
    decision = decide_limit(PENDING, IN_FORCE, request)
    assert isinstance(decision, Changes)
    rejected, audit = decision.rows
    assert isinstance(rejected, Update)
    assert isinstance(audit, AuditEntry)
    assert rejected.values == {"status": "rejected", "decided_at": NOW, "reason": "too high"}
    assert [event.event_type for event in decision.events] == ["CreditLimitRejected"]


def test_a_request_is_decided_once() -> None:
    decided = PendingLimit("l2", "c", "EUR", "rejected", "increase", "sales")
    decision = decide_limit(decided, None, DecideLimit(moment=MOMENT, approved=True, decided_by="x"))
    assert decision == Refused("the request is rejected already")


def test_a_limit_that_begins_now_cannot_be_replaced_now() -> None:
    fresh = LimitInForce("l1", 1000, NOW)
    decision = decide_limit(PENDING, fresh, DecideLimit(moment=MOMENT, approved=True, decided_by="x"))
    assert isinstance(decision, Refused)
    assert "must begin after it" in decision.reason


@pytest.mark.parametrize(
    ("limit", "exposure", "override", "expected"),
    [
        (None, 10**9, None, None),
        (LimitInForce("l", None, NOW), 10**9, None, None),
        (IN_FORCE, 1000, None, None),
        (IN_FORCE, 1001, None, ("warning", "false", 1)),
        (IN_FORCE, 1100, "credit desk", ("warning", "true", 100)),
        (IN_FORCE, 1101, None, ("critical", "false", 101)),
        (LimitInForce("l", 0, NOW), 1, None, ("critical", "false", 1)),
    ],
)
def test_an_invoice_breaks_the_limit_or_not(
    limit: LimitInForce | None, exposure: int, override: str | None, expected: tuple[str, str, int] | None
) -> None:
    request = CheckInvoice(
        moment=MOMENT,
        breach_id="b",
        customer_id="c",
        invoice_id="i",
        override_by=override,
    )
    used = None if limit is None else Used("EUR", limit.limit_minor, exposure)
    decision = check_invoice(used, request)
    if expected is None:
        assert decision == Changes()
        return
    (row,), (event,) = decision.rows, decision.events
    assert isinstance(row, CreditBreach)
    assert (row.severity, f'"{expected[1]}"' in event.labels, event.amount_minor) == (
        expected[0],
        True,
        expected[2],
    )
    assert row.override_by == override


def test_a_limit_is_granted_where_there_is_none() -> None:
    request = GrantLimit(
        moment=MOMENT,
        credit_limit_id="l",
        customer_id="c",
        currency="EUR",
        limit_minor=0,
        approved_by="credit desk",
        until=NOW + timedelta(days=1),
    )
    decision = grant_limit(None, request)
    assert isinstance(decision, Changes)
    assert [event.event_type for event in decision.events] == ["CreditLimitGranted"]
    assert isinstance(grant_limit(IN_FORCE, request), Refused)
