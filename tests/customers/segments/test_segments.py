"""Segments through the public operations, on PostgreSQL with the application's rights."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.lifecycle import Customers, Done
from ledgerscope.customers.operations import Note
from ledgerscope.customers.segments import Assignment, Membership, Segments, StayView
from tests.thoroughness import tries

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.customers.operations import Operations
    from tests.customers.conftest import Clock, Ledger

VIP = Assignment(segment="vip", value=Decimal("250.5"), description="Jane knows the founder")


@pytest.fixture
def segments(operations: Operations) -> Segments:
    return Segments(operations)


def stays(segments: Segments, customer_id: str) -> tuple[StayView, ...]:
    found = segments.list(customer_id)
    assert not isinstance(found, Refused), found
    return found


def test_a_stay_is_assigned_replaced_and_ended(segments: Segments, northwind: str, clock: Clock) -> None:
    begun = clock.now
    assert segments.assign(northwind, VIP) == Membership(northwind, "vip", member=True)
    clock.forward(days=1)
    revised = clock.now
    assert segments.replace(northwind, Assignment(segment="vip", value=Decimal(300))) == Membership(
        northwind, "vip", member=True
    )
    clock.forward(days=1)
    assert segments.end(northwind, "vip") == Membership(northwind, "vip", member=False)
    first, second = stays(segments, northwind)
    assert (first.value, first.description, first.assigned_by) == (
        Decimal("250.5"),
        "Jane knows the founder",
        "anna",
    )
    assert (first.start, first.end) == (begun, revised)
    assert (second.value, second.description) == (Decimal(300), None)
    assert (second.start, second.end) == (revised, clock.now)


@pytest.mark.parametrize(("days", "value"), [(-1, None), (0, 1), (1, 1), (2, 2), (3, 2), (4, None)])
def test_a_stay_holds_its_start_and_not_its_end(
    segments: Segments, northwind: str, clock: Clock, days: int, value: int | None
) -> None:
    at = clock.now + timedelta(days=days)
    segments.assign(northwind, Assignment(segment="new", value=Decimal(1)))
    clock.forward(days=2)
    segments.replace(northwind, Assignment(segment="new", value=Decimal(2)))
    clock.forward(days=2)
    segments.end(northwind, "new")
    then = segments.list(northwind, at)
    assert not isinstance(then, Refused)
    assert [each.value for each in then] == ([] if value is None else [value])


def test_stays_at_an_instant_need_its_zone(segments: Segments, northwind: str) -> None:
    said = segments.list(northwind, datetime(2026, 3, 1))  # noqa: DTZ001 - what is refused
    assert isinstance(said, Refused)
    assert "has no time zone" in said.reason


def test_each_change_writes_one_event_and_one_audit_entry(
    segments: Segments, northwind: str, ledger: Ledger, clock: Clock
) -> None:
    before = ledger.counts()
    segments.assign(northwind, VIP)
    clock.forward(days=1)
    segments.replace(northwind, replace(VIP, value=None))
    clock.forward(days=1)
    segments.end(northwind, "vip", Note(reason="left"))
    moved = {name: after - before[name] for name, after in ledger.counts().items()}
    assert moved == {"customer": 0, "event": 3, "audit_log": 3, "operation_request": 0}
    events = ledger.rows(
        "select event_type, labels from event where event_type like 'Segment%' order by event_id"
    )
    assert [tuple(row) for row in events] == [
        (kind, {"segment": "vip"}) for kind in ("SegmentAssigned", "SegmentReplaced", "SegmentRemoved")
    ]
    held = str(ledger.rows("select to_jsonb(e) from event e union all select to_jsonb(a) from audit_log a"))
    assert "Jane" not in held


def test_a_customer_can_be_in_several_segments(segments: Segments, northwind: str) -> None:
    for segment in ("vip", "at_risk"):
        assert isinstance(segments.assign(northwind, replace(VIP, segment=segment)), Membership)
    assert isinstance(segments.assign(northwind, VIP), Refused)
    assert {each.segment for each in stays(segments, northwind)} == {"vip", "at_risk"}


def test_of_threads_that_assign_a_segment_one_does(
    segments: Segments, northwind: str, ledger: Ledger
) -> None:
    together = Barrier(4)

    def ask(_: int) -> Membership | Refused:
        together.wait()
        return segments.assign(northwind, VIP)

    with ThreadPoolExecutor(4) as pool:
        results = [*pool.map(ask, range(4))]
    assert sum(isinstance(each, Membership) for each in results) == 1
    assert {each.fault for each in results if isinstance(each, Refused)} == {Fault.CONFLICT}
    assert ledger.count("segment_assignment") == 1


def test_a_request_with_a_key_is_carried_out_once(segments: Segments, northwind: str, ledger: Ledger) -> None:
    first = segments.assign(northwind, VIP, Note(key="k"))
    assert segments.assign(northwind, VIP, Note(key="k")) == first
    assert segments.assign(northwind, replace(VIP, value=Decimal("250.50")), Note(key="k")) == first
    assert isinstance(segments.assign(northwind, replace(VIP, segment="new"), Note(key="k")), Refused)
    assert ledger.count("segment_assignment") == 1


@pytest.mark.parametrize("value", ["sNaN", "Infinity", "1E+999999999999"])
def test_a_value_that_is_no_number_is_refused_and_breaks_nothing(
    segments: Segments, northwind: str, value: str
) -> None:
    refused = segments.assign(northwind, replace(VIP, value=Decimal(value)), Note(key="k"))
    assert isinstance(refused, Refused)
    assert refused.field == "value"


def test_stays_never_overlap_whatever_is_asked_in_whatever_order(
    segments: Segments, northwind: str, clock: Clock
) -> None:
    chance = random.Random(9)
    member = dict.fromkeys(("vip", "new"), False)
    for _ in range(tries(40, thorough=400)):
        segment, what = chance.choice([*member]), chance.choice(("assign", "replace", "end"))
        if chance.random() < 0.8:  # otherwise at the same instant as the one before
            clock.forward(minutes=1)
        new = Assignment(segment=segment, value=Decimal(chance.randrange(9)))
        given = segment if what == "end" else new
        answer = getattr(segments, what)(northwind, given)
        if isinstance(answer, Membership):
            assert member[segment] is (what != "assign")
            member[segment] = answer.member
    kept = stays(segments, northwind)
    for segment, is_member in member.items():
        own = [each for each in kept if each.segment == segment]
        for before, after in pairwise(own):
            assert before.end is not None
            assert before.start < before.end <= after.start
        assert (bool(own) and own[-1].end is None) is is_member


@pytest.mark.parametrize("missing", ["0" * 32, "no id", "0-" + "0" * 31])
def test_what_is_not_there_is_said_to_be_missing(segments: Segments, northwind: str, missing: str) -> None:
    assert northwind
    for answer in (
        segments.assign(missing, VIP),
        segments.replace(missing, VIP),
        segments.end(missing, "vip"),
        segments.list(missing),
    ):
        assert isinstance(answer, Refused)
        assert answer.fault is Fault.NOT_FOUND


def test_another_company_sees_and_changes_nothing(
    segments: Segments,
    northwind: str,
    operations_of: Callable[[str], Operations],
    ledger: Ledger,
    clock: Clock,
) -> None:
    segments.assign(northwind, VIP)
    clock.forward(days=1)
    before, kept = ledger.counts(), stays(segments, northwind)
    other = Segments(operations_of("bolt"))
    for answer in (
        other.assign(northwind, replace(VIP, segment="new")),
        other.replace(northwind, VIP),
        other.end(northwind, "vip"),
        other.list(northwind),
    ):
        assert isinstance(answer, Refused)
        assert answer.fault is Fault.NOT_FOUND
    assert ledger.counts() == before
    assert stays(segments, northwind) == kept


def test_an_erasure_replaces_descriptions_also_of_stays_that_are_over(
    segments: Segments, northwind: str, operations: Operations, clock: Clock
) -> None:
    segments.assign(northwind, VIP)
    clock.forward(days=1)
    segments.replace(northwind, replace(VIP, description="Jane left"))
    assert isinstance(Customers(operations).erase(northwind), Done)
    assert [(each.description, each.value) for each in stays(segments, northwind)] == [
        (None, Decimal("250.5"))
    ] * 2
    clock.forward(days=1)
    assert isinstance(segments.end(northwind, "vip"), Refused)
