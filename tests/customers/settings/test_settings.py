"""Settings of customers, on PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Note, Operations
from ledgerscope.customers.settings import KNOWN, BulkDone, Settings, SettingsDone

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.customers.conftest import Ledger

TABLES = ("customer_setting", "event", "audit_log", "operation_request")


@pytest.fixture
def settings(operations: Operations) -> Settings:
    return Settings(operations)


@pytest.fixture
def southwind(operations: Operations) -> str:
    made = Customers(operations).create(NewCustomer(name="Southwind"))
    assert isinstance(made, CreatedCustomer)
    return made.customer_id


def values(settings: Settings, customer_id: str) -> dict[str, object]:
    shown = settings.get(customer_id)
    assert not isinstance(shown, Refused)
    return {each.key: each.value for each in shown if each.is_set}


def test_every_setting_has_a_value_before_any_is_set(settings: Settings, northwind: str) -> None:
    shown = settings.get(northwind)
    assert not isinstance(shown, Refused)
    assert [(each.key, each.value) for each in shown] == [(each.key, each.default) for each in KNOWN]
    assert not any(each.is_set for each in shown)


def test_values_of_every_type_are_read_as_they_were_set(settings: Settings, northwind: str) -> None:
    wanted = {
        "sync.error_after_failures": 5,
        "notifications.sync_failed": False,
        "thresholds.health_score": 0.85,
        "workflows.states": ["Active"],
        "workflows.name_contains": None,
        "fields.mapping": {"accountNumber": "external_id"},
        "webhooks.url": "https://hooks.northwind.example/in",
    }
    assert settings.set(northwind, wanted) == SettingsDone(northwind, 7)
    assert values(settings, northwind) == wanted
    assert settings.set(northwind, wanted) == SettingsDone(northwind, 0)
    assert settings.unset(northwind, ["fields.mapping", "webhooks.url"]) == SettingsDone(northwind, 2)
    assert settings.set(northwind, {"fields.mapping": {}}) == SettingsDone(northwind, 1)
    assert values(settings, northwind)["fields.mapping"] == {}
    shown = settings.get(northwind, ["webhooks.url"])
    assert not isinstance(shown, Refused)
    assert [(each.value, each.is_set) for each in shown] == [(None, False)]


def test_a_change_with_a_key_happens_once(settings: Settings, northwind: str, ledger: Ledger) -> None:
    note = Note(key="k-1", reason="asked for")
    first = settings.set(northwind, {"export.format": "json"}, note)
    settings.set(northwind, {"export.format": "csv"})
    assert settings.set(northwind, {"export.format": "json"}, note) == first
    assert values(settings, northwind) == {"export.format": "csv"}
    assert ledger.count("customer_setting") == 1


def test_a_bulk_update_counts_by_customer(
    settings: Settings, northwind: str, southwind: str, ledger: Ledger
) -> None:
    settings.set(northwind, {"export.format": "json"})
    wanted: dict[str, dict[str, object]] = {
        northwind: {"export.format": "json", "export.delimiter": ";"},
        southwind: {"export.format": "json", "sync.error_after_failures": 4},
    }
    done = settings.bulk(wanted, Note(key="b-1"))
    assert done == BulkDone({northwind: 1, southwind: 2}, 3)
    assert settings.bulk(wanted, Note(key="b-1")) == done
    assert values(settings, southwind) == wanted[southwind]
    subjects = ledger.rows("select subject from audit_log where action = 'customer.settings.changed'")
    assert sorted(row.subject for row in subjects) == sorted([northwind, northwind, southwind])


@pytest.mark.parametrize(
    ("second", "fault"),
    [
        ({"export.format": "xml"}, Fault.INVALID),
        ({"webhook_secret": "s3cret"}, Fault.INVALID),
        (None, Fault.NOT_FOUND),
    ],
)
def test_a_bulk_update_changes_all_customers_or_none(
    settings: Settings,
    northwind: str,
    southwind: str,
    ledger: Ledger,
    second: dict[str, object] | None,
    fault: Fault,
) -> None:
    ledger.tables = TABLES
    before = ledger.counts()
    other = (southwind, second) if second is not None else ("0" * 32, {"export.format": "csv"})
    refused = settings.bulk({northwind: {"export.format": "json"}, other[0]: other[1]})
    assert isinstance(refused, Refused)
    assert refused.fault == fault
    assert ledger.counts() == before


def test_customers_are_named_once_and_at_least_one(settings: Settings, northwind: str) -> None:
    dashed = f"{northwind[:8]}-{northwind[8:12]}-{northwind[12:16]}-{northwind[16:20]}-{northwind[20:]}"
    twice = settings.bulk({northwind: {}, dashed: {}})
    assert isinstance(twice, Refused)
    assert "named twice" in twice.reason
    assert isinstance(settings.bulk({}), Refused)


def test_another_company_sees_and_changes_nothing(
    settings: Settings, operations_of: Callable[[str], Operations], northwind: str
) -> None:
    other = Settings(operations_of("bolt"))
    for refused in (
        other.get(northwind),
        other.set(northwind, {"export.format": "json"}),
        other.bulk({northwind: {"export.format": "json"}}),
    ):
        assert isinstance(refused, Refused)
        assert refused.fault == Fault.NOT_FOUND
    assert values(settings, northwind) == {}
