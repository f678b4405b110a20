"""Subscribers are told what has been committed, exactly, and cannot break an operation."""

from __future__ import annotations

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers import Refused
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Caller, CommittedEvent, Note, Operations, Subscribers
from ledgerscope.customers.receivables.operations import Invoices, NewInvoice, NewPayment, Payments
from ledgerscope.customers.transfers import ImportCustomers, Imports
from ledgerscope.domain.events import EventType
from ledgerscope.store.engine import create_engine
from ledgerscope.store.errors import StoreError
from tests.customers.operations.test_faults import Breaking

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from tests.customers.conftest import Clock, Ledger


class Desk:
    """Operations of acme, and what a subscriber heard of them."""

    def __init__(self, app: Engine, clock: Clock) -> None:
        self.heard: list[CommittedEvent] = []
        self.subscribers = Subscribers()
        self.end = self.subscribers.subscribe(self.heard.append)
        caller = Caller(tenant_id="acme", actor="anna", correlation_id="c-1")
        self.operations = Operations(app, caller, clock=clock, subscribers=self.subscribers)

    def create(self, name: str = "Northwind", key: str | None = None) -> CreatedCustomer:
        made = Customers(self.operations).create(NewCustomer(name=name), Note(key=key))
        assert isinstance(made, CreatedCustomer)
        return made

    def types(self) -> list[str]:
        return [each.event_type.value for each in self.heard]


@pytest.fixture
def desk(app: Engine, ledger: Ledger, clock: Clock) -> Desk:
    return Desk(app, clock)


def in_the_database(ledger: Ledger) -> list[tuple[object, ...]]:
    query = (
        "select event_type, tenant_id, user_id, replace(customer_id::text, '-', ''), occurred_at, labels,"
        " amount_minor, currency, duration_ms, correlation_id from event order by event_id"
    )
    return [tuple(row) for row in ledger.rows(query)]


def as_rows(heard: list[CommittedEvent]) -> list[tuple[object, ...]]:
    rows = []
    for each in heard:
        labels = dict(each.metadata)
        measures = [labels.pop(name, None) for name in ("amount_minor", "currency", "duration_ms")]
        rows.append((
            each.event_type.value, each.company_id, each.user_id, each.customer_id, each.timestamp, labels,
            *measures, each.correlation_id,
        ))  # fmt: skip
    return rows


def test_what_is_told_is_what_stands_in_the_database(
    desk: Desk, ledger: Ledger, clock: Clock, tmp_path: Path
) -> None:
    made = desk.create()
    clock.forward(hours=1)
    Customers(desk.operations).update(made.customer_id, {"phone": "1", "terms_days": 7})
    Invoices(desk.operations).issue(NewInvoice(customer_id=made.customer_id, total_minor=100))
    Payments(desk.operations).receive(NewPayment(customer_id=made.customer_id, amount_minor=100))
    file = tmp_path / "customers.json"
    file.write_text("\n".join(json.dumps({"external_id": f"X{n}", "name": "N"}) for n in range(5)))
    imports = Imports(desk.operations)
    done = imports.run(ImportCustomers(path=file))
    assert not isinstance(done, Refused)
    assert done.import_batch_id is not None
    assert not isinstance(imports.undo(done.import_batch_id), Refused)
    assert as_rows(desk.heard) == in_the_database(ledger)
    assert len(desk.heard) > 15


def test_nothing_is_told_of_requests_that_are_refused_or_repeated(desk: Desk) -> None:
    desk.create(key="k")
    desk.create(key="k")
    assert isinstance(Customers(desk.operations).create(NewCustomer(name="")), Refused)
    assert desk.types() == ["CustomerCreated"]


def test_nothing_is_told_of_what_was_rolled_back(
    app_url: str, administration: Engine, ledger: Ledger, clock: Clock
) -> None:
    engine = create_engine(app_url, pool_size=1)
    desk, breaking = Desk(engine, clock), Breaking(engine, administration)
    while True:
        breaking.at, breaking.passed = breaking.at + 1, 0
        try:
            desk.create()
        except StoreError:
            assert desk.heard == []
            continue
        break
    assert breaking.at > 3
    assert desk.types() == ["CustomerCreated"]
    engine.dispose()


def test_a_race_that_is_decided_anew_is_told_once(desk: Desk, ledger: Ledger) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: desk.create(key="k"), range(8)))
    assert desk.types() == ["CustomerCreated"]
    assert as_rows(desk.heard) == in_the_database(ledger)


def test_a_subscriber_that_raises_breaks_nothing_and_is_logged(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(told: CommittedEvent) -> None:
        raise ValueError(f"cannot mail ann@northwind.example: {told.event_type}")

    desk.end()
    desk.subscribers.subscribe(broken)
    desk.subscribers.subscribe(desk.heard.append)
    with caplog.at_level(logging.ERROR, "ledgerscope.subscribers"):
        desk.create()
    assert desk.types() == ["CustomerCreated"]
    (record,) = caplog.records
    context = record.__dict__["context"]
    assert record.getMessage() == "A subscriber failed"
    assert context["subscriber"].endswith("broken")
    assert (context["error"], context["correlation_id"]) == ("ValueError", "c-1")
    assert "ann@" not in caplog.text
    assert "ann@" not in context["exception"]


def test_a_subscriber_hears_the_types_it_asked_for_until_it_ends(desk: Desk) -> None:
    heard: list[CommittedEvent] = []
    end = desk.subscribers.subscribe(heard.append, EventType.CUSTOMER_UPDATED)
    made = desk.create()
    Customers(desk.operations).update(made.customer_id, {"phone": "1"})
    end()
    Customers(desk.operations).update(made.customer_id, {"phone": "2"})
    assert [each.metadata["field_changed"] for each in heard] == ["phone"]


def test_a_subscriber_may_carry_out_operations_itself(desk: Desk) -> None:
    def block(told: CommittedEvent) -> None:
        Customers(desk.operations).change_status(told.customer_id or "", "blocked", Note(reason="new"))

    desk.subscribers.subscribe(block, EventType.CUSTOMER_CREATED)
    made = desk.create()
    found = Customers(desk.operations).get(made.customer_id)
    assert not isinstance(found, Refused)
    assert found.status == "blocked"


def test_an_event_cannot_be_changed(desk: Desk) -> None:
    desk.create()
    with pytest.raises(TypeError):
        desk.heard[0].metadata["status"] = "x"  # type: ignore[index] # that is the point
    with pytest.raises(AttributeError):
        desk.heard[0].company_id = "x"  # type: ignore[misc] # that is the point
