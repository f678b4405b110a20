"""Segments, interactions, statuses and analytics: the oracle counts random events from its own list."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from ledgerscope.customers import Refused
from ledgerscope.customers.analytics import Analytics
from ledgerscope.customers.interactions import Interactions, NewInteraction
from ledgerscope.customers.lifecycle import Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Note, Operations
from ledgerscope.customers.segments import Assignment, Segments

if TYPE_CHECKING:
    from collections.abc import Iterable

SEGMENTS = ("vip", "premium", "regular", "new", "high_value", "at_risk")
TYPES = ("call", "email", "meeting", "support_ticket", "complaint", "feedback")
STATES = ("pending", "in_progress", "completed", "cancelled")
STATUSES = ("active", "inactive", "blocked")
ZONES = (
    "Europe/Vienna",
    "America/Havana",
    "Pacific/Auckland",
    "America/New_York",
    "Africa/Cairo",
    "Asia/Kolkata",
)
STARTS = (
    datetime(2024, 2, 27, 20, tzinfo=UTC),
    datetime(2024, 3, 29, 20, tzinfo=UTC),
    datetime(2024, 4, 24, 20, tzinfo=UTC),
    datetime(2024, 10, 25, 23, tzinfo=UTC),
    datetime(2024, 11, 1, 23, tzinfo=UTC),
    datetime(2024, 12, 29, 10, tzinfo=UTC),
    datetime(2025, 9, 26, 13, tzinfo=UTC),
)


@dataclass
class Stay:
    customer_id: str
    segment: str
    value: Decimal | None
    start: datetime
    end: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return self.start <= at and (self.end is None or at < self.end)


@dataclass
class Piece:
    interaction_id: str
    customer_id: str
    type: str
    at: datetime
    status: str


@dataclass
class Person:
    created: datetime
    status: str = "active"
    deleted: datetime | None = None


@dataclass
class People:
    owner: Engine
    app: Engine
    company: str
    seed: int
    found: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    shapes: dict[str, Counter[str]] = field(default_factory=dict)
    story: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.zone = ZoneInfo(self.chance.choice(ZONES))
        self.now = self.chance.choice(STARTS)
        self.persons: dict[str, Person] = {}
        self.stays: list[Stay] = []
        self.pieces: dict[str, Piece] = {}
        with self.owner.begin() as connection:
            connection.execute(
                text(
                    "insert into tenant (tenant_id, name, timezone, base_currency, created_at)"
                    " values (:t, :t, :z, 'EUR', :n)"
                ),
                {"t": self.company, "z": self.zone.key, "n": self.now},
            )
        anna = Operations(
            self.app, Caller(tenant_id=self.company, actor="anna", source="ui"), clock=lambda: self.now
        )
        self.customers, self.interactions, self.segments = Customers(anna), Interactions(anna), Segments(anna)
        self.analytics: Any = Analytics(anna)  # what is refused has none of the fields, which says enough
        for name in ("Ada", "Ben", "Cyd"):
            self.create(name)

    def create(self, name: str = "Dan") -> None:
        made = self.customers.create(NewCustomer(name=name))
        assert not isinstance(made, Refused), made
        self.persons[made.customer_id] = Person(self.now)

    def same(self, what: str, expected: object, actual: object) -> None:
        self.done[what] += 1
        if expected != actual:
            self.found.append(
                f"seed {self.seed} {self.now} {self.zone.key}: {what}: expected {expected}, was {actual}"
            )

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def marks(self) -> tuple[int, int]:
        query = """select (select count(*) from event where tenant_id = :t) as e,
            (select count(*) from audit_log where tenant_id = :t) as a"""
        with self.owner.connect() as connection:
            row = connection.execute(text(query), {"t": self.company}).one()
        return row.e, row.a

    def call(self, name: str, ask: Any) -> Any:
        before = self.marks()
        result = ask()
        after = self.marks()
        delta = after[0] - before[0], after[1] - before[1]
        self.story.append(f"{self.now} {name}: {result}")
        self.same(
            f"{name}: one event and one entry, or none",
            (0, 0) if isinstance(result, Refused) else (1, 1),
            delta,
        )
        return result

    def who(self) -> str:
        return self.chance.choice(list(self.persons))

    def move(self) -> None:
        self.now += timedelta(minutes=self.chance.choice((0, 1, 30, 60, 119, 480, 1440, 3 * 1440, 16 * 1440)))

    def log(self) -> None:
        who, kind, status = self.who(), self.chance.choice(TYPES), self.chance.choice(STATES)
        at = self.now - timedelta(minutes=self.chance.choice((0, 0, 1, 30, 61, 300, 1440, 9 * 1440)))
        new = NewInteraction(type=kind, subject="s", status=status, at=at)
        result = self.call("log", lambda: self.interactions.log(who, new))
        self.same(
            "log for a deleted customer", self.persons[who].deleted is not None, isinstance(result, Refused)
        )
        if not isinstance(result, Refused):
            self.pieces[result.interaction_id] = Piece(result.interaction_id, who, kind, at, status)

    def progress(self) -> None:
        if not self.pieces:
            return
        piece = self.chance.choice(list(self.pieces.values()))
        act, to = self.chance.choice(
            (("start", "in_progress"), ("complete", "completed"), ("cancel", "cancelled"))
        )
        if self.persons[piece.customer_id].deleted:
            return
        result = (
            self.call(act, lambda: getattr(self.interactions, act)(piece.interaction_id))
            if piece.status != to
            else None
        )
        if result is None:
            return
        over = piece.status in {"completed", "cancelled"}
        self.same(f"{act} of {piece.status}", over, isinstance(result, Refused))
        if not isinstance(result, Refused):
            piece.status = to

    def stay_of(self, who: str, segment: str) -> Stay | None:
        return next(
            (s for s in self.stays if (s.customer_id, s.segment, s.end) == (who, segment, None)), None
        )

    def segment(self) -> None:
        who, name = self.who(), self.chance.choice(SEGMENTS)
        value = self.chance.choice((None, Decimal("0.5"), Decimal(250)))
        act = self.chance.choice(("assign", "assign", "replace", "end"))
        stay = self.stay_of(who, name)
        if self.persons[who].deleted or (stay is not None and stay.start == self.now):
            return
        if act == "end":
            result = self.call("end", lambda: self.segments.end(who, name))
            self.same("end without a stay", stay is None, isinstance(result, Refused))
        else:
            result = getattr(self.segments, act)(who, Assignment(segment=name, value=value))
            if act == "assign":
                self.same("assign twice", stay is not None, isinstance(result, Refused))
        if isinstance(result, Refused):
            return
        if stay is not None:
            stay.end = self.now
        if act != "end":
            self.stays.append(Stay(who, name, value, self.now))

    def status(self) -> None:
        who, to = self.who(), self.chance.choice(STATUSES)
        person = self.persons[who]
        if person.status == to:
            return
        result = self.call("status", lambda: self.customers.change_status(who, to, Note(reason="r")))
        self.same(
            f"{person.status} to {to}, deleted {bool(person.deleted)}",
            bool(person.deleted),
            isinstance(result, Refused),
        )
        if not isinstance(result, Refused):
            person.status = to

    def delete(self) -> None:
        who = self.who()
        if self.persons[who].deleted or len(self.there(self.now)) < 2:
            return
        result = self.customers.delete(who, "requested")
        if isinstance(result, Refused):
            self.found.append(f"delete: {result.reason}")
        else:
            self.persons[who].deleted = self.now
            self.create()

    def there(self, at: datetime) -> set[str]:
        return {
            k for k, p in self.persons.items() if p.created <= at and (p.deleted is None or at < p.deleted)
        }

    def counts(self, pieces: Iterable[Piece], key: str, names: Iterable[str]) -> dict[str, int]:
        count = Counter(getattr(each, key) for each in pieces)
        return {name: count[name] for name in names}

    def check(self) -> None:
        at = self.now
        there = self.there(at)
        heard = [each for each in self.pieces.values() if each.customer_id in there and each.at <= at]
        board = self.analytics.dashboard(recent=10)
        today = self.day(at)
        monday = today - timedelta(days=today.weekday())
        self.same("dashboard customers", len(there), board.total_customers)
        self.same("today", sum(self.day(e.at) == today for e in heard), board.interactions_today)
        self.same("week", sum(monday <= self.day(e.at) <= today for e in heard), board.interactions_week)
        self.same(
            "month",
            sum(today.replace(day=1) <= self.day(e.at) <= today for e in heard),
            board.interactions_month,
        )
        recent = sorted((e.at for e in heard), reverse=True)[:10]
        self.same("recent", recent, [each.at for each in board.recent_activity])
        sizes = {
            name: len({s.customer_id for s in self.stays if s.segment == name and s.holds(at)} & there)
            for name in SEGMENTS
        }
        self.same(
            "top segments",
            {},
            {
                t.segment: (t.customers, sizes[t.segment])
                for t in board.top_segments
                if t.customers != sizes[t.segment]
            },
        )
        order = [t.customers for t in board.top_segments]
        self.same("top segments in order", sorted(order, reverse=True), order)
        total = self.analytics.summary()
        self.same("summary customers", len(there), total.total_customers)
        by_status = Counter(self.persons[who].status for who in there)
        self.same("summary by status", {s: by_status[s] for s in STATUSES}, dict(total.customers_by_status))
        month = today.replace(
            day=1
        )  # "active" is not defined in docs/: the class says an interaction in this month
        self.same(
            "active", len({e.customer_id for e in heard if month <= self.day(e.at)}), total.active_customers
        )
        self.same("summary interactions", len(heard), total.total_interactions)
        self.same("summary by type", self.counts(heard, "type", TYPES), dict(total.interactions_by_type))
        self.same(
            "summary by state", self.counts(heard, "status", STATES), dict(total.interactions_by_status)
        )
        self.same("summary segments", sizes, {t.segment: t.customers for t in total.segments})
        who = self.who()
        one = self.analytics.customer(who, recent=5)
        mine = [each for each in self.pieces.values() if each.customer_id == who and each.at <= at]
        self.same("customer total", len(mine), one.total_interactions)
        self.same("customer last", max((e.at for e in mine), default=None), one.last_interaction_at)
        self.same("customer by type", self.counts(mine, "type", TYPES), dict(one.interactions_by_type))
        self.same("customer by state", self.counts(mine, "status", STATES), dict(one.interactions_by_status))
        stays = sorted((s.segment, s.start) for s in self.stays if s.customer_id == who and s.holds(at))
        if self.persons[who].deleted is None:
            self.same("customer segments", stays, sorted((s.segment, s.start) for s in one.segments))
        self.same(
            "customer recent", sorted((e.at for e in mine), reverse=True)[:5], [e.at for e in one.recent]
        )
        for name in SEGMENTS:
            self.check_segment(name, self.chance.choice((7, 30, 45)), there, at, sizes[name])
        listed = self.segments.list(who)
        wanted = sorted((s.segment, s.start, s.end, s.value) for s in self.stays if s.customer_id == who)
        if not isinstance(listed, Refused):
            self.same("stays", wanted, sorted((s.segment, s.start, s.end, s.value) for s in listed))
        self.check_past()

    def check_segment(self, name: str, days: int, there: set[str], at: datetime, size: int) -> None:
        seen = self.analytics.segment(name, timeline_days=days)
        members = {s.customer_id for s in self.stays if s.segment == name and s.holds(at)} & there
        said = [each for each in self.pieces.values() if each.customer_id in members and each.at <= at]
        self.same("segment customers", size, seen.total_customers)
        self.same("segment interactions of its members now", len(said), seen.total_interactions)
        self.same("segment by type", self.counts(said, "type", TYPES), dict(seen.interactions_by_type))
        self.same("segment by state", self.counts(said, "status", STATES), dict(seen.interactions_by_status))
        if members:
            mean = seen.interactions_per_customer
            self.same("per customer", True, abs(mean - Decimal(len(said)) / len(members)) < Decimal("0.01"))
        else:
            self.same("per customer of nobody", None, seen.interactions_per_customer)
        today = self.day(at)
        wanted = []
        for back in reversed(range(days)):
            day = today - timedelta(days=back)
            of_day = [each for each in said if self.day(each.at) == day]
            wanted.append((day, len(of_day), len({each.customer_id for each in of_day})))
        self.same("timeline: days", [w[0] for w in wanted], [d.day for d in seen.timeline])
        self.same(
            "timeline: interactions",
            {w[0]: w[1] for w in wanted if w[1]},
            {d.day: d.interactions for d in seen.timeline if d.interactions},
        )
        self.same(
            "timeline: customers who were active",
            {w[0]: w[2] for w in wanted if w[1]},
            {d.day: d.customers for d in seen.timeline if d.interactions},
        )

    def check_past(self) -> None:
        """Of an instant that has passed: who was there, which stays held, what had taken place."""
        at = self.now - timedelta(minutes=self.chance.choice((1, 60, 1440, 5000)))
        if at < min(p.created for p in self.persons.values()):
            return
        there = self.there(at)
        board = self.analytics.dashboard(at)
        if isinstance(board, Refused):
            self.found.append(f"dashboard of the past: {board.reason}")
            return
        self.same("past: customers", len(there), board.total_customers)
        heard = [each for each in self.pieces.values() if each.customer_id in there and each.at <= at]
        today = self.day(at)
        self.same("past: today", sum(self.day(e.at) == today for e in heard), board.interactions_today)
        for name in SEGMENTS:
            members = {s.customer_id for s in self.stays if s.segment == name and s.holds(at)} & there
            self.same("past: segment", len(members), self.analytics.segment(name, at).total_customers)

    def run(self, steps: int = 30) -> None:
        acts = (
            [self.log] * 6
            + [self.progress] * 3
            + [self.segment] * 6
            + [self.status] * 2
            + [self.delete]
            + [self.move] * 6
        )
        for number in range(steps):
            self.chance.choice(acts)()
            if number % 4 == 3:
                self.check()
