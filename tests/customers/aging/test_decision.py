"""Whether a day may be kept, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime

from ledgerscope.customers import Call, Moment
from ledgerscope.customers.aging.decision import RefreshAging, check_refresh, record_refresh
from ledgerscope.store.changes import Update
from ledgerscope.store.records import AgingSnapshot, AuditEntry

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
CALL = Call(moment=Moment("acme", NOW, NOW.date()), actor="anna", request_id="r")


def test_today_and_days_before_may_be_kept() -> None:
    for day in (None, date(2026, 3, 1), date(2020, 1, 1)):
        assert check_refresh(RefreshAging(day=day), NOW.date()) is None


def test_a_refresh_says_its_size_and_what_asked_for_it() -> None:
    made = record_refresh(date(2026, 2, 28), "scheduled", 7, CALL)
    update, audit = made.rows
    assert update == Update(AgingSnapshot, ("acme", date(2026, 2, 28)), {"accounts": 7})
    assert isinstance(audit, AuditEntry)
    assert (audit.action, audit.subject, audit.details) == (
        "aging.refreshed",
        "2026-02-28",
        '{"accounts": 7, "trigger": "scheduled"}',
    )
    assert [event.labels for event in made.events] == ['{"trigger": "scheduled"}']
