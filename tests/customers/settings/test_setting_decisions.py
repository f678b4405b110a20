"""Decisions about settings, without a database."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from ledgerscope.customers import Call, Decision, Moment, Refused
from ledgerscope.customers.settings.changes import CustomerSettings, set_values, unset_keys
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import AuditEntry, CustomerSetting

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
CALL = Call(moment=Moment("acme", NOW, NOW.date()), actor="anna", request_id="r")
NOTHING = CustomerSettings("c")
FORMAT = CustomerSettings("c", {"export.format": "json"})


def audit_of(decision: Decision) -> dict[str, Any]:
    assert isinstance(decision, Changes)
    (entry,) = (row for row in decision.rows if isinstance(row, AuditEntry))
    said: dict[str, Any] = json.loads(entry.details)["settings"]
    return said


def events_of(decision: Decision) -> list[tuple[str, str]]:
    assert isinstance(decision, Changes)
    labels = [json.loads(event.labels) for event in decision.events]
    return [(each["key"], each["change"]) for each in labels]


def test_a_value_is_stored_told_and_audited_with_the_one_before() -> None:
    decided = set_values(FORMAT, {"export.format": "csv", "export.gone_workflows": True}, CALL)
    assert isinstance(decided, Changes)
    place = ("acme", "c", "export.format")
    assert decided.rows[0] == Update(CustomerSetting, place, {"value": '"csv"', "changed_at": NOW})
    assert decided.rows[1] == CustomerSetting("acme", "c", "export.gone_workflows", "true", NOW)
    assert events_of(decided) == [("export.format", "set"), ("export.gone_workflows", "set")]
    assert audit_of(decided) == {
        "export.format": {"old": "json", "new": "csv"},
        "export.gone_workflows": {"new": True},
    }


def test_what_is_set_already_changes_nothing() -> None:
    assert set_values(FORMAT, {"export.format": "json"}, CALL) == Changes()
    assert unset_keys(NOTHING, ["export.format"], CALL) == Changes()


def test_a_default_that_is_set_is_kept_whatever_the_default_becomes() -> None:
    assert events_of(set_values(NOTHING, {"export.format": "csv"}, CALL)) == [("export.format", "set")]


def test_an_unset_key_can_be_set_again() -> None:
    decided = unset_keys(FORMAT, ["export.format"], CALL)
    assert audit_of(decided) == {"export.format": {"old": "json"}}
    again = set_values(
        CustomerSettings("c", unset=frozenset({"export.format"})), {"export.format": "csv"}, CALL
    )
    assert isinstance(again, Changes)
    assert isinstance(again.rows[0], Update)


def test_null_is_a_value() -> None:
    decided = set_values(NOTHING, {"webhooks.url": None}, CALL)
    assert isinstance(decided, Changes)
    assert decided.rows[0] == CustomerSetting("acme", "c", "webhooks.url", "null", NOW)


def test_the_audit_log_keeps_no_personal_value() -> None:
    url = "https://jane-doe.example/in"
    decided = set_values(NOTHING, {"webhooks.url": url}, CALL)
    assert audit_of(decided) == {"webhooks.url": {"new": "not kept"}}
    assert isinstance(decided, Changes)
    assert url not in repr(decided.events)


def test_one_faulty_value_refuses_all_of_them() -> None:
    refused = set_values(NOTHING, {"export.format": "csv", "export.delimiter": "x"}, CALL)
    assert isinstance(refused, Refused)
    assert refused.field == "export.delimiter"


def test_settings_of_a_deleted_customer_stay() -> None:
    gone = CustomerSettings("c", {"export.format": "json"}, deleted=True)
    assert isinstance(set_values(gone, {"export.format": "csv"}, CALL), Refused)
    assert isinstance(unset_keys(gone, ["export.format"], CALL), Refused)
