"""Every figure of the analytics equals that of slow, obvious Python over the same random rows."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers import Refused
from ledgerscope.customers.analytics import Analytics
from ledgerscope.customers.operations import Caller, Operations
from ledgerscope.store.tables.values import ACCOUNT_STATUSES, SEGMENTS
from tests.customers.analytics.books import (
    Book,
    count_kinds,
    count_statuses,
    make_book,
    write_book,
)
from tests.thoroughness import tries

if TYPE_CHECKING:
    from sqlalchemy import Engine

CASES = (
    ("Europe/Vienna", datetime(2026, 3, 30, 10, tzinfo=UTC)),  # a Monday, the day after clocks went forward
    ("Europe/Vienna", datetime(2026, 3, 31, 22, tzinfo=UTC)),  # the first instant of April
    ("America/New_York", datetime(2025, 11, 3, 4, 59, 59, 999999, tzinfo=UTC)),  # the last of a Sunday
    ("Asia/Tokyo", datetime(2026, 3, 1, 15, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2026, 4, 24, 9, tzinfo=UTC)),  # a day whose midnight is skipped
    ("Asia/Kathmandu", datetime(2026, 1, 1, 3, 15, 7, 5, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 31, 12, tzinfo=UTC)),  # the day before was left out there
)


@pytest.fixture(params=range(tries(2, thorough=6)), ids="seed {}".format)
def books(owner: Engine, request: pytest.FixtureRequest) -> list[tuple[Book, datetime]]:
    """A company for each case, all in one database."""
    made = []
    for place, (zone, as_of) in enumerate(CASES):
        book = make_book(Random(f"{request.param}/{place}"), f"co-{place}", zone, as_of)
        write_book(owner, book)
        made.append((book, as_of))
    return made


def analytics_of(app: Engine, book: Book) -> Analytics:
    now = datetime(2027, 1, 1, tzinfo=UTC)
    return Analytics(Operations(app, Caller(tenant_id=book.tenant_id, actor="anna"), clock=lambda: now))


def test_customers(app: Engine, books: list[tuple[Book, datetime]]) -> None:
    for book, as_of in books:
        for person in book.people:
            found = analytics_of(app, book).customer(person.customer_id, as_of, recent=3)
            assert not isinstance(found, Refused), found
            talks = book.talks([person], as_of)
            assert found.total_interactions == len(talks)
            assert found.last_interaction_at == max((talk.at for _, talk in talks), default=None)
            assert found.interactions_by_type == count_kinds(talks)
            assert found.interactions_by_status == count_statuses(talks)
            stays = [stay for stay in person.stays if stay.holds(as_of)]
            assert {(each.segment, each.value, each.start, each.end) for each in found.segments} == {
                (stay.segment, stay.value, stay.start, stay.end) for stay in stays
            }
            assert found.recent is not None
            assert [(each.interaction_id, each.at) for each in found.recent] == [
                (talk.talk_id, talk.at) for _, talk in talks[:3]
            ]


@pytest.mark.parametrize("days", [7, 30, 365])
def test_segments(app: Engine, books: list[tuple[Book, datetime]], days: int) -> None:
    for book, as_of in books:
        for segment in SEGMENTS:
            found = analytics_of(app, book).segment(segment, as_of, timeline_days=days)
            assert not isinstance(found, Refused), found
            members = book.members(segment, as_of)
            talks = book.talks(members, as_of)
            assert (found.total_customers, found.total_interactions) == (len(members), len(talks))
            assert found.interactions_by_type == count_kinds(talks)
            assert found.interactions_by_status == count_statuses(talks)
            assert found.interactions_per_customer == (
                round(Decimal(len(talks)) / len(members), 2) if members else None
            )
            last = as_of.astimezone(book.zone).date()
            assert found.timeline is not None
            assert [each.day for each in found.timeline] == [
                last - timedelta(days=days - 1 - place) for place in range(days)
            ]
            for each in found.timeline:
                on_day = [
                    (person.customer_id, talk)
                    for person, talk in talks
                    if talk.at.astimezone(book.zone).date() == each.day
                ]
                assert each.interactions == len(on_day)
                assert each.customers == len({customer_id for customer_id, _ in on_day})


def test_summaries(app: Engine, books: list[tuple[Book, datetime]]) -> None:
    for book, as_of in books:
        found = analytics_of(app, book).summary(as_of)
        assert not isinstance(found, Refused), found
        people = book.there(as_of)
        talks = book.talks(people, as_of)
        statuses = Counter(person.status(as_of) for person in people)
        month = as_of.astimezone(book.zone).date().replace(day=1)
        assert (found.total_customers, found.total_interactions) == (len(people), len(talks))
        assert found.customers_by_status == {status: statuses[status] for status in ACCOUNT_STATUSES}
        assert found.interactions_by_type == count_kinds(talks)
        assert found.interactions_by_status == count_statuses(talks)
        assert found.active_customers == len(
            {
                person.customer_id
                for person, talk in talks
                if talk.at.astimezone(book.zone).date().replace(day=1) == month
            }
        )
        sizes = {segment: len(book.members(segment, as_of)) for segment in SEGMENTS}
        assert {each.segment: each.customers for each in found.segments} == sizes
        assert [each.customers for each in found.segments] == sorted(sizes.values(), reverse=True)


def test_dashboards(app: Engine, books: list[tuple[Book, datetime]]) -> None:
    for book, as_of in books:
        found = analytics_of(app, book).dashboard(as_of)
        assert not isinstance(found, Refused), found
        day = as_of.astimezone(book.zone).date()
        assert found.total_customers == len(book.there(as_of))
        assert found.interactions_today == book.on_days(lambda each, day=day: each == day, as_of)  # type: ignore[misc] # a default binds the loop's value
        assert found.interactions_week == book.on_days(
            lambda each, day=day: each.isocalendar()[:2] == day.isocalendar()[:2],  # type: ignore[misc] # a default binds the loop's value
            as_of,
        )
        assert found.interactions_month == book.on_days(
            lambda each, day=day: (each.year, each.month) == (day.year, day.month),  # type: ignore[misc] # a default binds the loop's value
            as_of,
        )
        sizes = [len(book.members(segment, as_of)) for segment in SEGMENTS]
        assert [each.customers for each in found.top_segments] == sorted(filter(None, sizes), reverse=True)[
            :5
        ]
        latest = book.talks(book.there(as_of), as_of)[:10]
        assert [(each.interaction_id, each.customer_name, each.at) for each in found.recent_activity] == [
            (talk.talk_id, f"n {person.customer_id}", talk.at) for person, talk in latest
        ]
