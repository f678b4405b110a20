"""What a request for a statement leaves behind, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from ledgerscope.customers import Call, Moment
from ledgerscope.customers.statements.request import Asked, Outcome, months_of, record_statement
from ledgerscope.customers.statements.statement import Period
from ledgerscope.store.records import AuditEntry, Statement

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
CALL = Call(moment=Moment("acme", NOW, NOW.date()), actor="anna", request_id="r")
ASKED = Asked("c", "EUR", Period(date(2026, 2, 1), date(2026, 2, 28)), "pdf", date(2026, 2, 28), "email")


@pytest.mark.parametrize(
    ("first", "last", "size"),
    [
        ("2026-02-01", "2026-02-01", "1"),
        ("2026-02-01", "2026-02-28", "1"),
        ("2026-01-15", "2026-02-14", "1"),
        ("2026-01-15", "2026-02-15", "2-3"),
        ("2026-01-01", "2026-03-31", "2-3"),
        ("2026-01-01", "2026-04-01", "4-12"),
        ("2025-03-01", "2026-02-28", "4-12"),
        ("2025-03-01", "2026-03-01", "13+"),
    ],
)
def test_periods_have_a_size_in_months(first: str, last: str, size: str) -> None:
    assert months_of(Period(date.fromisoformat(first), date.fromisoformat(last))) == size


@pytest.mark.parametrize(
    ("failure_class", "outcome", "delivered_at", "labels"),
    [
        (
            None, "success", NOW,
            '{"delivery_method": "email", "format": "pdf", "outcome": "success", "period_months": "1"}',
        ),
        (
            "timeout", "failure", None,
            '{"delivery_method": "email", "format": "pdf", "outcome": "failure", "reason_class": "timeout"}',
        ),
    ],
)  # fmt: skip
def test_a_request_leaves_a_row_an_event_and_an_audit_entry(
    failure_class: str | None, outcome: str, delivered_at: datetime | None, labels: str
) -> None:
    asked_at = NOW - timedelta(seconds=2)
    made = record_statement(ASKED, Outcome("s", asked_at, 2000, failure_class), CALL)
    row, audit = made.rows
    assert isinstance(row, Statement)
    assert isinstance(audit, AuditEntry)
    assert (row.outcome, row.failure_class, row.at, row.delivered_at) == (
        outcome,
        failure_class,
        asked_at,
        delivered_at,
    )
    assert (row.period_start, row.period_end) == (date(2026, 2, 1), date(2026, 3, 1))
    (event,) = made.events
    assert (event.labels, event.duration_ms, event.customer_id) == (labels, 2000, "c")
