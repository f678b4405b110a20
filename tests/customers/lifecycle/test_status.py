"""Decisions about the status of a customer, without a database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ledgerscope.customers import Moment, Refused
from ledgerscope.customers.lifecycle.status import ChangeStatus, CustomerState, change_status
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import StatusChange

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
MOMENT = Moment("acme", NOW, NOW.date())


def test_a_change_is_written_with_its_history_and_told() -> None:
    decision = change_status(
        CustomerState("c", "active"), ChangeStatus(MOMENT, "blocked", "overdue", "accounts")
    )
    assert isinstance(decision, Changes)
    update, history, _ = decision.rows
    assert isinstance(update, Update)
    assert isinstance(history, StatusChange)
    assert update.values == {"status": "blocked", "updated_at": NOW}
    assert (history.from_status, history.to_status) == ("active", "blocked")
    assert decision.events[0].labels == '{"from_status": "active", "to_status": "blocked"}'


@pytest.mark.parametrize(
    ("customer", "to", "reason"),
    [
        (CustomerState("c", "active"), "active", "can become blocked or inactive, not active"),
        (CustomerState("c", "active", deleted=True), "blocked", "is deleted"),
        (CustomerState("c", "blocked"), "erased", "not erased"),
    ],
)
def test_what_cannot_be_is_refused(customer: CustomerState, to: str, reason: str) -> None:
    decision = change_status(customer, ChangeStatus(MOMENT, to, "overdue", "accounts"))
    assert isinstance(decision, Refused)
    assert reason in decision.reason
