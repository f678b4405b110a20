"""Random rows of a company, and its analytics in slow, obvious Python over them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ledgerscope.store.changes import Changes
from ledgerscope.store.changes_writer import write_changes
from ledgerscope.store.records import (
    Customer,
    Interaction,
    SegmentAssignment,
    StatusChange,
    Tenant,
    derive_id,
    span,
)
from ledgerscope.store.tables.values import (
    ACCOUNT_STATUSES,
    INTERACTION_STATUSES,
    INTERACTION_TYPES,
    SEGMENTS,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from random import Random

    from sqlalchemy import Engine

    from ledgerscope.store.records import Record

__all__ = ["Book", "Person", "Stay", "Talk", "local_midnight", "make_book", "write_book"]

MICROSECOND = timedelta(microseconds=1)


@dataclass
class Talk:
    talk_id: str
    kind: str
    status: str
    at: datetime


@dataclass
class Stay:
    segment: str
    value: Decimal | None
    start: datetime
    end: datetime | None

    def holds(self, at: datetime) -> bool:
        return self.start <= at and (self.end is None or at < self.end)


@dataclass
class Person:
    customer_id: str
    created_at: datetime
    deleted_at: datetime | None
    statuses: list[tuple[datetime, str]]
    talks: list[Talk] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)

    def is_there(self, at: datetime) -> bool:
        return self.created_at <= at and (self.deleted_at is None or at < self.deleted_at)

    def is_in(self, segment: str, at: datetime) -> bool:
        return any(stay.segment == segment and stay.holds(at) for stay in self.stays)

    def status(self, at: datetime) -> str:
        return [status for since, status in self.statuses if since <= at][-1]


@dataclass
class Book:
    """The customers of one company, and the questions that can be asked about them."""

    tenant_id: str
    zone: ZoneInfo
    people: list[Person]

    def there(self, as_of: datetime) -> list[Person]:
        return [person for person in self.people if person.is_there(as_of)]

    def talks(self, people: Iterable[Person], as_of: datetime) -> list[tuple[Person, Talk]]:
        """What took place with some customers, the latest first."""
        found = [(person, talk) for person in people for talk in person.talks if talk.at <= as_of]
        return sorted(found, key=lambda each: (each[1].at, each[1].talk_id), reverse=True)

    def members(self, segment: str, as_of: datetime) -> list[Person]:
        return [person for person in self.there(as_of) if person.is_in(segment, as_of)]

    def on_days(self, wanted: Callable[[date], bool], as_of: datetime) -> int:
        talks = self.talks(self.there(as_of), as_of)
        return sum(wanted(talk.at.astimezone(self.zone).date()) for _, talk in talks)


def local_midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def make_book(random: Random, tenant_id: str, zone: str, as_of: datetime) -> Book:
    """Customers whose rows lie around the edges that matter as of an instant."""
    edges = _edges(as_of, ZoneInfo(zone))

    def instant() -> datetime:
        near = random.choice(edges) + random.choice((-1, 0, 0, 1)) * MICROSECOND
        far = as_of - timedelta(seconds=random.uniform(-3e6, 9e6))
        return near if random.random() < 0.6 else far

    people = [_person(random, tenant_id, number, instant) for number in range(random.randrange(12))]
    return Book(tenant_id, ZoneInfo(zone), people)


def write_book(owner: Engine, book: Book) -> None:
    made = datetime(2020, 1, 1, tzinfo=UTC)
    tenant = Tenant(book.tenant_id, book.tenant_id, book.zone.key, "EUR", "{}", made)
    rows = [row for person in book.people for row in _rows(book.tenant_id, person)]
    with owner.begin() as connection:
        write_changes(connection, [Changes((tenant, *rows))])


def _edges(as_of: datetime, zone: ZoneInfo) -> list[datetime]:
    """As of, and the local midnights at which its periods and those of timelines begin and end."""
    day = as_of.astimezone(zone).date()
    monday, first = day - timedelta(days=day.weekday()), day.replace(day=1)
    next_month = (first + timedelta(days=31)).replace(day=1)
    back = [day - timedelta(days=count) for count in (-1, 0, 6, 7, 29, 30, 364, 365)]
    days = [*back, monday, monday + timedelta(days=7), first, next_month]
    return [as_of, as_of, *(local_midnight(each, zone) for each in days)]


def _person(random: Random, tenant_id: str, number: int, instant: Callable[[], datetime]) -> Person:
    customer_id = derive_id(tenant_id, number)
    created = instant()
    deleted = created + timedelta(days=random.uniform(0, 60))
    near = instant()
    person = Person(
        customer_id,
        created,
        random.choice((None, None, deleted, near if near > created else None)),
        [(created, "active")],
    )
    for since in sorted({when for when in (instant(), instant()) if when > created}):
        others = [each for each in ACCOUNT_STATUSES if each != person.statuses[-1][1]]
        person.statuses.append((since, random.choice(others)))
    for place in range(random.randrange(9)):
        talk_id = derive_id(customer_id, "talk", place)
        kind, status = random.choice(INTERACTION_TYPES), random.choice(INTERACTION_STATUSES)
        person.talks.append(Talk(talk_id, kind, status, instant()))
    for segment in random.sample(SEGMENTS, random.randrange(4)):
        cuts = sorted({instant() for _ in range(random.choice((1, 2, 3, 4)))})
        for start, end in zip(cuts[::2], [*cuts[1::2], None], strict=False):
            value = Decimal(random.randrange(1000)) / 4
            person.stays.append(Stay(segment, value, start, end))
    return person


def _rows(tenant_id: str, person: Person) -> Iterable[Record]:
    gone = person.deleted_at
    yield Customer(
        tenant_id, person.customer_id, person.customer_id, f"n {person.customer_id}", None,
        person.statuses[-1][1], False, "EUR", 30, "ui", None, person.created_at, person.created_at, gone,
        None if gone is None else "soft", None if gone is None else "closed",
    )  # fmt: skip
    for place, (since, status) in enumerate(person.statuses):
        before = person.statuses[place - 1][1] if place else None
        yield StatusChange(tenant_id, person.customer_id, before, status, "made", "anna", since)
    for talk in person.talks:
        yield Interaction(
            tenant_id, talk.talk_id, person.customer_id, talk.kind, talk.status, "Talk", "anna", talk.at,
            talk.at, talk.at,
        )  # fmt: skip
    for place, stay in enumerate(person.stays):
        assignment_id = derive_id(person.customer_id, "stay", place)
        yield SegmentAssignment(
            tenant_id, assignment_id, person.customer_id, stay.segment, stay.value, "anna",
            span(stay.start, stay.end),
        )  # fmt: skip


def count_kinds(talks: Iterable[tuple[Person, Talk]]) -> dict[str, int]:
    counted = Counter(talk.kind for _, talk in talks)
    return {kind: counted[kind] for kind in INTERACTION_TYPES}


def count_statuses(talks: Iterable[tuple[Person, Talk]]) -> dict[str, int]:
    counted = Counter(talk.status for _, talk in talks)
    return {status: counted[status] for status in INTERACTION_STATUSES}
