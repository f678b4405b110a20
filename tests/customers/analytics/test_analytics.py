"""Analytics after the public operations, on PostgreSQL with the application's rights."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.analytics import ActivityView, Analytics, RecentInteraction, SegmentSize
from ledgerscope.customers.interactions import Interactions, LoggedInteraction, NewInteraction
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Note
from ledgerscope.customers.segments import Assignment, Segments

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.customers.operations import Operations
    from tests.customers.conftest import Clock

Found = TypeVar("Found")


@pytest.fixture
def analytics(operations: Operations) -> Analytics:
    return Analytics(operations)


def found(answer: Found | Refused) -> Found:
    assert not isinstance(answer, Refused), answer
    return answer


def refused(answer: object) -> Refused:
    assert isinstance(answer, Refused), answer
    return answer


def log(operations: Operations, customer_id: str, at: datetime | None = None, **more: Any) -> str:
    new = NewInteraction(**{"type": "call", "subject": "Renewal", "at": at, **more})
    made = Interactions(operations).log(customer_id, new)
    assert isinstance(made, LoggedInteraction), made
    return made.interaction_id


def another_customer(operations: Operations, name: str = "Southwind") -> str:
    made = Customers(operations).create(NewCustomer(name=name))
    assert isinstance(made, CreatedCustomer), made
    return made.customer_id


def test_a_customer_is_told_of_with_its_segments_and_latest_interactions(
    analytics: Analytics, operations: Operations, northwind: str, clock: Clock
) -> None:
    Segments(operations).assign(northwind, Assignment(segment="vip", value=Decimal(5)))
    earlier = log(operations, northwind, clock.now - timedelta(hours=2), type="email")
    latest = log(operations, northwind, status="completed")
    told = found(analytics.customer(northwind, recent=1))
    assert (told.customer_name, told.total_interactions) == ("Northwind", 2)
    assert told.last_interaction_at == told.as_of == clock.now
    assert told.interactions_by_type == {
        "call": 1, "email": 1, "meeting": 0, "support_ticket": 0, "complaint": 0, "feedback": 0,
    }  # fmt: skip
    assert told.interactions_by_status == {"pending": 1, "in_progress": 0, "completed": 1, "cancelled": 0}
    assert [(each.segment, each.value) for each in told.segments] == [("vip", Decimal(5))]
    assert told.recent == (
        RecentInteraction(
            interaction_id=latest, type="call", status="completed", subject="Renewal", at=clock.now
        ),
    )
    both = found(analytics.customer(northwind, recent=20)).recent
    assert both is not None
    assert [each.interaction_id for each in both] == [latest, earlier]
    assert found(analytics.customer(northwind, recent=None)).recent is None


def test_who_has_no_interactions_has_no_last_one(analytics: Analytics, northwind: str) -> None:
    told = found(analytics.customer(northwind))
    assert (told.total_interactions, told.last_interaction_at, told.recent) == (0, None, ())


@pytest.mark.parametrize(
    ("at", "today", "week", "month"),
    [
        # Vienna is an hour ahead of UTC; as of is Tuesday, 2026-03-10, 13:00 there.
        ("2026-03-10T12:00:00+00:00", 1, 1, 1),
        ("2026-03-09T23:00:00+00:00", 1, 1, 1),
        ("2026-03-09T22:59:59.999999+00:00", 0, 1, 1),
        ("2026-03-08T23:00:00+00:00", 0, 1, 1),
        ("2026-03-08T22:59:59.999999+00:00", 0, 0, 1),
        ("2026-02-28T23:00:00+00:00", 0, 0, 1),
        ("2026-02-28T22:59:59.999999+00:00", 0, 0, 0),
    ],
)
def test_periods_hold_their_start_in_the_time_of_the_company(
    analytics: Analytics, operations: Operations, northwind: str, at: str, today: int, week: int, month: int
) -> None:
    log(operations, northwind, datetime.fromisoformat(at))
    told = found(analytics.dashboard())
    assert (told.interactions_today, told.interactions_week, told.interactions_month) == (today, week, month)


def test_a_week_can_begin_before_its_month(
    analytics: Analytics, operations: Operations, northwind: str, clock: Clock
) -> None:
    clock.now = datetime(2026, 4, 1, 12, tzinfo=UTC)  # a Wednesday
    log(operations, northwind, datetime(2026, 3, 30, 12, tzinfo=UTC))
    told = found(analytics.dashboard())
    assert (told.interactions_week, told.interactions_month) == (1, 0)


def test_an_interaction_counts_from_its_instant_on(
    analytics: Analytics, operations: Operations, northwind: str, clock: Clock
) -> None:
    at = clock.now
    log(operations, northwind)
    clock.forward(hours=1)
    before = found(analytics.dashboard(at - timedelta(microseconds=1)))
    assert (before.interactions_today, found(analytics.dashboard(at)).interactions_today) == (0, 1)


def test_the_dashboard_names_the_largest_segments_and_the_latest_activity(
    analytics: Analytics, operations: Operations, northwind: str, clock: Clock
) -> None:
    second = another_customer(operations)
    segments = Segments(operations)
    for customer_id, segment in ((northwind, "vip"), (second, "new"), (northwind, "new")):
        segments.assign(customer_id, Assignment(segment=segment))
    interaction_id = log(operations, second, type="meeting")
    told = found(analytics.dashboard())
    assert told.total_customers == 2
    assert told.top_segments == (SegmentSize("new", 2), SegmentSize("vip", 1))
    assert told.recent_activity == (
        ActivityView(
            interaction_id=interaction_id, customer_id=second, customer_name="Southwind", type="meeting",
            status="pending", at=clock.now,
        ),
    )  # fmt: skip


def test_a_segment_is_told_of_day_by_day(
    analytics: Analytics, operations: Operations, northwind: str, clock: Clock
) -> None:
    Segments(operations).assign(northwind, Assignment(segment="vip"))
    another_customer(operations)
    log(operations, northwind, clock.now - timedelta(days=1), status="completed")
    log(operations, northwind)
    log(operations, northwind)
    told = found(analytics.segment("vip", timeline_days=7))
    assert (told.total_customers, told.total_interactions) == (1, 3)
    assert told.interactions_per_customer == Decimal("3.00")
    assert told.timeline is not None
    assert [(each.day.day, each.interactions, each.customers) for each in told.timeline] == [
        (4, 0, 0), (5, 0, 0), (6, 0, 0), (7, 0, 0), (8, 0, 0), (9, 1, 1), (10, 2, 1),
    ]  # fmt: skip
    assert found(analytics.segment("vip", timeline_days=None)).timeline is None
    empty = found(analytics.segment("new"))
    assert (empty.total_customers, empty.interactions_per_customer) == (0, None)


def test_a_deleted_customer_is_left_out_except_where_it_is_asked_for(
    analytics: Analytics, operations: Operations, northwind: str, clock: Clock
) -> None:
    Segments(operations).assign(northwind, Assignment(segment="vip"))
    log(operations, northwind)
    clock.forward(minutes=1)
    Customers(operations).delete(northwind, "closed")
    summary, dashboard = found(analytics.summary()), found(analytics.dashboard())
    assert (summary.total_customers, summary.total_interactions, summary.active_customers) == (0, 0, 0)
    assert (dashboard.interactions_today, dashboard.top_segments, dashboard.recent_activity) == (0, (), ())
    assert found(analytics.segment("vip")).total_customers == 0
    assert found(analytics.customer(northwind)).total_interactions == 1
    just_before = clock.now - timedelta(microseconds=1)
    assert found(analytics.summary(just_before)).total_interactions == 1
    assert found(analytics.segment("vip", just_before)).total_customers == 1


def test_the_summary_counts_customers_by_the_status_they_had(
    analytics: Analytics, operations: Operations, northwind: str, clock: Clock
) -> None:
    another_customer(operations)
    created = clock.now
    clock.forward(days=1)
    Customers(operations).change_status(northwind, "blocked", Note(reason="overdue"))
    assert found(analytics.summary()).customers_by_status == {"active": 1, "inactive": 0, "blocked": 1}
    assert found(analytics.summary(created)).customers_by_status == {"active": 2, "inactive": 0, "blocked": 0}


def test_erased_texts_are_not_told(analytics: Analytics, operations: Operations, northwind: str) -> None:
    log(operations, northwind, description="Jane called")
    Segments(operations).assign(northwind, Assignment(segment="vip", description="Jane pays"))
    Customers(operations).erase(northwind)
    told = found(analytics.customer(northwind))
    assert told.customer_name == "erased"
    assert told.recent is not None
    assert [each.subject for each in told.recent] == [None]
    assert "Jane" not in str(told)


def test_every_segment_is_available(analytics: Analytics) -> None:
    assert analytics.segments() == ("vip", "premium", "regular", "new", "high_value", "at_risk")


@pytest.mark.parametrize("recent", [-1, 0, 21])
def test_recent_interactions_are_1_to_20(analytics: Analytics, northwind: str, recent: int) -> None:
    answer = refused(analytics.customer(northwind, recent=recent))
    assert (answer.fault, answer.reason) == (Fault.INVALID, f"recent: 1 to 20, not {recent}")


@pytest.mark.parametrize("days", [0, 6, 366])
def test_a_timeline_has_7_to_365_days(analytics: Analytics, days: int) -> None:
    answer = refused(analytics.segment("vip", timeline_days=days))
    assert (answer.fault, answer.reason) == (Fault.INVALID, f"timeline_days: 7 to 365, not {days}")


def test_a_segment_that_does_not_exist_is_refused_with_those_that_do(analytics: Analytics) -> None:
    assert refused(analytics.segment("best")).reason == (
        "segment: one of vip, premium, regular, new, high_value, at_risk; not 'best'"
    )


@pytest.mark.parametrize("customer_id", ["0" * 32, "no id", "0-" + "0" * 31])
def test_a_customer_that_is_not_there_is_said_to_be_missing(analytics: Analytics, customer_id: str) -> None:
    assert refused(analytics.customer(customer_id)).fault is Fault.NOT_FOUND


@pytest.mark.parametrize(
    "as_of",
    [
        datetime(2026, 3, 10, 12, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 3, 10),  # noqa: DTZ001 - what is refused
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
    ],
)
def test_nothing_is_known_of_the_future(analytics: Analytics, northwind: str, as_of: datetime) -> None:
    for answer in (
        analytics.customer(northwind, as_of),
        analytics.segment("vip", as_of),
        analytics.summary(as_of),
        analytics.dashboard(as_of),
    ):
        assert (refused(answer).fault, refused(answer).field) == (Fault.INVALID, "as_of")


def test_another_company_sees_nothing(
    analytics: Analytics, operations: Operations, northwind: str, operations_of: Callable[[str], Operations]
) -> None:
    Segments(operations).assign(northwind, Assignment(segment="vip"))
    log(operations, northwind)
    other = Analytics(operations_of("bolt"))
    assert refused(other.customer(northwind)).fault is Fault.NOT_FOUND
    assert found(other.segment("vip")).total_customers == 0
    assert found(other.summary()).total_interactions == 0
    assert found(other.dashboard()).recent_activity == ()
    assert found(analytics.summary()).total_interactions == 1


def test_earlier_interactions_follow_page_by_page(
    analytics: Analytics, operations: Operations, northwind: str, clock: Clock
) -> None:
    logged = [log(operations, northwind, clock.now - timedelta(hours=each)) for each in range(5)]
    of_customer, of_company, cursor, last = [], [], None, None
    for _ in range(3):
        told = found(analytics.customer(northwind, recent=2, cursor=cursor))
        assert told.recent is not None
        of_customer += [each.interaction_id for each in told.recent]
        dashboard = found(analytics.dashboard(recent=2, cursor=last))
        of_company += [each.interaction_id for each in dashboard.recent_activity]
        cursor, last = told.recent_next, dashboard.recent_next
    assert of_customer == of_company == logged
    assert (cursor, last) == (None, None)


@pytest.mark.parametrize("more", [{"recent": 0}, {"recent": 101}, {"cursor": "elsewhere"}])
def test_pages_of_activity_have_bounds_and_cursors_of_their_own(
    analytics: Analytics, more: dict[str, Any]
) -> None:
    assert refused(analytics.dashboard(**more)).fault is Fault.INVALID


def test_a_cursor_that_no_page_gave_is_refused(analytics: Analytics, northwind: str) -> None:
    assert refused(analytics.customer(northwind, cursor="elsewhere")).fault is Fault.INVALID
