"""Events are read page by page, of one company, as far as the caller may."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.events import EventPage, Events, ListEvents
from ledgerscope.customers.lifecycle import Customers
from ledgerscope.customers.operations import Caller, Operations
from ledgerscope.customers.receivables.operations import Invoices, NewInvoice
from tests.customers.conftest import NOON

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from tests.customers.conftest import Clock


def page(operations: Operations, **asked: object) -> EventPage:
    found = Events(operations).list(ListEvents(**asked))  # type: ignore[arg-type] # of this file
    assert isinstance(found, EventPage), found
    return found


@pytest.fixture
def history(operations: Operations, clock: Clock, northwind: str) -> str:
    """Seven events of the customer whose identifier this is, an hour apart."""
    for number in range(6):
        clock.forward(hours=1)
        Customers(operations).update(northwind, {"phone": str(number)})
    return northwind


def test_an_event_has_the_envelope_and_its_labels(operations: Operations, northwind: str) -> None:
    (event,) = page(operations).events
    assert (event.event_type, event.company_id, event.user_id) == ("CustomerCreated", "acme", "anna")
    assert (event.customer_id, event.timestamp, event.correlation_id) == (northwind, NOON, "c-1")
    assert event.metadata == {"source": "api", "status": "active"}
    assert Events(operations).get(event.event_id) == event


def test_measures_are_metadata_too(operations: Operations, northwind: str) -> None:
    Invoices(operations).issue(NewInvoice(customer_id=northwind, total_minor=700))
    (event,) = page(operations, event_type="InvoiceFinalised").events
    assert (event.metadata["amount_minor"], event.metadata["currency"]) == (700, "EUR")


def test_pages_follow_each_other_in_both_directions(operations: Operations, history: str) -> None:
    whole = page(operations).events
    assert [each.event_id for each in whole] == sorted((each.event_id for each in whole), reverse=True)
    for way, start, order in (("before", None, whole), ("after", 0, whole[::-1])):
        seen: list[object] = []
        at: int | None = start
        while True:
            one = page(operations, limit=3, **{way: at})
            seen += one.events
            if (at := one.next) is None:
                break
        assert tuple(seen) == order


@pytest.mark.parametrize(
    ("asked", "n"),
    [
        ({"event_type": "CustomerUpdated"}, 6),
        ({"event_type": "CustomerUpdated", "since": NOON + timedelta(hours=5)}, 2),
        ({"customer_id": "f" * 32}, 0),
        ({"since": NOON + timedelta(days=1)}, 0),
    ],
)
def test_what_is_asked_for_is_found(
    operations: Operations, history: str, asked: dict[str, object], n: int
) -> None:
    assert len(page(operations, **asked).events) == n
    assert len(page(operations, customer_id=history).events) == 7


def test_nothing_of_another_company_is_seen(
    operations: Operations, operations_of: Callable[[str], Operations], history: str
) -> None:
    bolt = operations_of("bolt")
    (first, *_) = page(operations).events
    assert page(bolt).events == page(bolt, customer_id=history).events == page(bolt, after=0).events == ()
    missing = Events(bolt).get(first.event_id)
    assert isinstance(missing, Refused)
    assert missing.fault is Fault.NOT_FOUND


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (ListEvents(limit=0), "limit"),
        (ListEvents(limit=501), "limit"),
        (ListEvents(event_type="Nothing"), "event_type"),
        (ListEvents(customer_id="x"), "customer_id"),
        (ListEvents(before=1, after=1), "after"),
        (ListEvents(before=-1), "before"),
        (ListEvents(after=2**63), "after"),
        (ListEvents(since=datetime(2026, 1, 1)), "since"),  # noqa: DTZ001 - that is the point
    ],
)
def test_what_cannot_be_asked_is_refused(operations: Operations, asked: ListEvents, field: str) -> None:
    said = Events(operations).list(asked)
    assert isinstance(said, Refused)
    assert said.field == field


@pytest.mark.parametrize("event_id", [0, -1, 2**63])
def test_an_event_that_is_not_there_is_refused(operations: Operations, event_id: int) -> None:
    said = Events(operations).get(event_id)
    assert isinstance(said, Refused)
    assert said.fault is Fault.NOT_FOUND


def test_reading_takes_the_permission(app: Engine, ledger: object) -> None:
    events = Events(Operations(app, Caller(tenant_id="acme", actor="eve", permissions=frozenset())))
    for said in (events.list(), events.get(1)):
        assert isinstance(said, Refused)
        assert said.fault is Fault.FORBIDDEN
