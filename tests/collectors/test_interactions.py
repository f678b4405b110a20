"""Segments: who is in which at an instant."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy.dialects.postgresql import Range

from collectors.interactions import InteractionsCollector
from ledgerscope.domain.values import SEGMENTS
from ledgerscope.store import tables as t
from tests.collectors.books import Books, at

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

MEMBERS = "customer_segment_members"


def stay(books: Books, customer_id: UUID, segment: str, start: datetime, end: datetime | None = None) -> None:
    row = {"tenant_id": "acme", "assignment_id": uuid4(), "customer_id": customer_id, "segment": segment}
    books.add(t.segment_assignment, **row, valid=Range(start, end))


def members(**counts: int) -> dict[tuple[str, ...], float]:
    return {("acme", segment): counts.get(segment, 0) for segment in SEGMENTS}


def test_a_customer_is_in_each_of_its_segments_once(books: Books) -> None:
    books.tenant()
    ada, ben = books.customer(), books.customer()
    stay(books, ada, "vip", at(-5), at(-2))
    stay(books, ada, "vip", at(-2))
    stay(books, ada, "at_risk", at(-2))
    stay(books, ben, "vip", at(1))
    assert books.read(InteractionsCollector())[MEMBERS] == members(vip=1, at_risk=1)
    assert books.read(InteractionsCollector(), at(-3))[MEMBERS] == members(vip=1)


def test_a_customer_that_left_or_is_deleted_is_no_member(books: Books) -> None:
    books.tenant()
    stay(books, books.customer(), "vip", at(-5), at(0))
    stay(books, books.customer(deleted_at=at(-1)), "vip", at(-5))
    assert books.read(InteractionsCollector())[MEMBERS] == members()
