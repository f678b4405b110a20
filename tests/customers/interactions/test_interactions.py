"""Interactions through the public operations, on PostgreSQL with the application's rights."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.interactions import (
    InteractionDone,
    InteractionPage,
    Interactions,
    InteractionView,
    ListInteractions,
    LoggedInteraction,
    NewInteraction,
)
from ledgerscope.customers.lifecycle import Customers, Done
from ledgerscope.customers.operations import Note

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.customers.operations import Operations
    from tests.customers.conftest import Clock, Ledger

NEW = NewInteraction(type="complaint", subject="Late parcel", description="Jane called twice")


@pytest.fixture
def interactions(operations: Operations) -> Interactions:
    return Interactions(operations)


def log(interactions: Interactions, customer_id: str, new: NewInteraction = NEW) -> str:
    made = interactions.log(customer_id, new)
    assert isinstance(made, LoggedInteraction), made
    return made.interaction_id


def page(
    interactions: Interactions, customer_id: str, asked: ListInteractions | None = None
) -> InteractionPage:
    found = interactions.list(customer_id, asked or ListInteractions())
    assert isinstance(found, InteractionPage), found
    return found


def test_what_was_logged_is_listed_and_moves_to_its_end(
    interactions: Interactions, northwind: str, clock: Clock
) -> None:
    began = clock.now
    interaction_id = log(interactions, northwind)
    clock.forward(hours=1)
    assert interactions.start(interaction_id) == InteractionDone(interaction_id, "in_progress")
    clock.forward(hours=1)
    assert interactions.complete(interaction_id) == InteractionDone(interaction_id, "completed")
    assert page(interactions, northwind).interactions == (
        InteractionView(
            interaction_id=interaction_id, customer_id=northwind, type="complaint", status="completed",
            subject="Late parcel", description="Jane called twice", actor="anna", at=began, created_at=began,
            updated_at=clock.now,
        ),
    )  # fmt: skip
    assert isinstance(interactions.cancel(interaction_id), Refused)


def test_each_change_writes_one_event_and_one_audit_entry(
    interactions: Interactions, northwind: str, ledger: Ledger
) -> None:
    before = ledger.counts()
    interactions.cancel(log(interactions, northwind), Note(reason="asked twice"))
    moved = {name: after - before[name] for name, after in ledger.counts().items()}
    assert moved == {"customer": 0, "event": 2, "audit_log": 2, "operation_request": 0}
    events = ledger.rows(
        "select event_type, labels from event where event_type like 'Interaction%' order by event_id"
    )
    assert [tuple(row) for row in events] == [
        ("InteractionLogged", {"type": "complaint", "status": "pending"}),
        (
            "InteractionStatusChanged",
            {"type": "complaint", "from_status": "pending", "to_status": "cancelled"},
        ),
    ]
    held = str(ledger.rows("select to_jsonb(e) from event e union all select to_jsonb(a) from audit_log a"))
    assert not [word for word in ("Late", "parcel", "Jane") if word in held]


def test_of_threads_that_end_an_interaction_one_does(
    interactions: Interactions, northwind: str, ledger: Ledger
) -> None:
    interaction_id = log(interactions, northwind)
    before, together = ledger.counts(), Barrier(4)

    def ask(place: int) -> InteractionDone | Refused:
        together.wait()
        return (interactions.complete, interactions.cancel)[place % 2](interaction_id)

    with ThreadPoolExecutor(4) as pool:
        done = [each for each in pool.map(ask, range(4)) if isinstance(each, InteractionDone)]
    assert [each.status for each in page(interactions, northwind).interactions] == [done[0].status]
    assert len(done) == 1
    assert ledger.counts() == {**before, "event": before["event"] + 1, "audit_log": before["audit_log"] + 1}


def test_a_request_with_a_key_is_carried_out_once(
    interactions: Interactions, northwind: str, ledger: Ledger
) -> None:
    first = interactions.log(northwind, NEW, Note(key="k"))
    assert interactions.log(northwind, NEW, Note(key="k")) == first
    assert isinstance(interactions.log(northwind, replace(NEW, type="call"), Note(key="k")), Refused)
    assert ledger.count("interaction") == 1
    assert isinstance(first, LoggedInteraction)
    ended = interactions.complete(first.interaction_id, Note(key="e"))
    assert interactions.complete(first.interaction_id, Note(key="e")) == ended
    assert isinstance(ended, InteractionDone)


def test_pages_hold_every_interaction_once_in_order(
    interactions: Interactions, northwind: str, clock: Clock
) -> None:
    made = [
        log(interactions, northwind, replace(NEW, at=clock.now - timedelta(hours=place // 2)))
        for place in range(7)
    ]
    for oldest_first in (False, True):
        seen: list[InteractionView] = []
        cursor = None
        while True:
            asked = ListInteractions(limit=3, cursor=cursor, oldest_first=oldest_first)
            found = page(interactions, northwind, asked)
            seen += found.interactions
            cursor = found.next_cursor
            if cursor is None:
                break
        assert sorted(each.interaction_id for each in seen) == sorted(made)
        instants = [each.at for each in seen]
        assert instants == sorted(instants, reverse=not oldest_first)


def test_a_list_is_narrowed_by_type_and_status(interactions: Interactions, northwind: str) -> None:
    for kind in ("call", "email"):
        for status in ("pending", "completed"):
            log(interactions, northwind, replace(NEW, type=kind, status=status))
    shown = page(interactions, northwind, ListInteractions(type="call")).interactions
    assert sorted(each.status for each in shown) == ["completed", "pending"]
    asked = ListInteractions(type="call", status="completed")
    assert len(page(interactions, northwind, asked).interactions) == 1


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (ListInteractions(limit=0), "limit"),
        (ListInteractions(cursor="x"), "cursor"),
        (ListInteractions(type="fax"), "type"),
        (ListInteractions(status="done"), "status"),
    ],
)
def test_a_list_that_cannot_be_is_refused(
    interactions: Interactions, northwind: str, asked: ListInteractions, field: str
) -> None:
    refused = interactions.list(northwind, asked)
    assert isinstance(refused, Refused)
    assert (refused.fault, refused.field) == (Fault.INVALID, field)


@pytest.mark.parametrize("missing", ["0" * 32, "no id", "0-" + "0" * 31])
def test_what_is_not_there_is_said_to_be_missing(
    interactions: Interactions, northwind: str, missing: str
) -> None:
    assert northwind
    for answer in (
        interactions.log(missing, NEW),
        interactions.list(missing),
        interactions.start(missing),
        interactions.complete(missing),
        interactions.cancel(missing),
    ):
        assert isinstance(answer, Refused)
        assert answer.fault is Fault.NOT_FOUND


def test_another_company_sees_and_changes_nothing(
    interactions: Interactions, northwind: str, operations_of: Callable[[str], Operations], ledger: Ledger
) -> None:
    interaction_id = log(interactions, northwind)
    before = ledger.counts()
    other = Interactions(operations_of("bolt"))
    for answer in (other.log(northwind, NEW), other.list(northwind), other.complete(interaction_id)):
        assert isinstance(answer, Refused)
        assert answer.fault is Fault.NOT_FOUND
    assert ledger.counts() == before
    assert [each.status for each in page(interactions, northwind).interactions] == ["pending"]


def test_an_erasure_replaces_the_texts(
    interactions: Interactions, northwind: str, operations: Operations
) -> None:
    interaction_id = log(interactions, northwind)
    assert isinstance(Customers(operations).erase(northwind), Done)
    (kept,) = page(interactions, northwind).interactions
    assert (kept.subject, kept.description, kept.type) == (None, None, "complaint")
    assert isinstance(interactions.log(northwind, NEW), Refused)
    assert isinstance(interactions.complete(interaction_id), Refused)
