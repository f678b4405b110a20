"""Each address answers what the library finds, under the names of the source document."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ledgerscope.customers.analytics import Analytics
from ledgerscope.customers.lifecycle import Customers, NewCustomer
from ledgerscope.store.tables.values import SEGMENTS
from tests.exporter.http.api.conftest import token

if TYPE_CHECKING:
    from tests.exporter.http.api.conftest import Books, Client

ANALYTICS = "/api/v1/analytics"


def found(answer: Any) -> Any:
    """What an operation returned, of any type."""
    return answer


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_analytics_of_a_customer(client: Client, books: Books) -> None:
    customer = books.customers["acme"]
    told = client.get(f"{ANALYTICS}/customers/{customer}/analytics").json()
    library = found(Analytics(books.acme).customer(customer))
    assert list(told) == [
        "customer_id", "customer_name", "total_interactions", "last_interaction_date", "interaction_types",
        "interaction_status", "segments", "recent_interactions", "recent_interactions_next", "calculated_at",
    ]  # fmt: skip
    assert told["customer_id"] == customer
    assert told["customer_name"] == "Customer of acme"
    assert told["total_interactions"] == library.total_interactions == 2
    assert at(told["last_interaction_date"]) == library.last_interaction_at
    assert told["interaction_types"] == dict(library.interactions_by_type)
    assert told["interaction_status"] == dict(library.interactions_by_status)
    (segment,) = told["segments"]
    assert (segment["segment_name"], segment["segment_value"]) == ("vip", 2.5)
    assert at(segment["assigned_date"]) == library.segments[0].start
    assert [each["interaction_id"] for each in told["recent_interactions"]] == [
        each.interaction_id for each in library.recent
    ]
    assert told["recent_interactions"][0]["subject"] == "email with Customer of acme"
    assert told["recent_interactions_next"] is None
    assert at(told["calculated_at"]) <= library.as_of < at(told["calculated_at"]) + timedelta(minutes=1)


def test_recent_interactions_can_be_left_out_and_read_page_by_page(client: Client, books: Books) -> None:
    path = f"{ANALYTICS}/customers/{books.customers['acme']}/analytics"
    assert client.get(path, include_recent_interactions="false").json()["recent_interactions"] is None
    first = client.get(path, recent_interactions_limit=1).json()
    second = client.get(
        path, recent_interactions_limit=1, recent_interactions_cursor=first["recent_interactions_next"]
    ).json()
    kinds = [page["recent_interactions"][0]["interaction_type"] for page in (first, second)]
    assert (kinds, second["recent_interactions_next"]) == (["email", "call"], None)


def test_the_analytics_of_a_segment(client: Client, books: Books) -> None:
    told = client.get(f"{ANALYTICS}/segments/vip/analytics", timeline_days=7).json()
    library = found(Analytics(books.acme).segment("vip", timeline_days=7))
    assert told["segment_name"] == "vip"
    assert (told["total_customers"], told["total_interactions"]) == (1, 2)
    assert told["avg_interactions_per_customer"] == float(library.interactions_per_customer) == 2.0
    assert told["interaction_types"] == dict(library.interactions_by_type)
    assert told["interaction_status"] == dict(library.interactions_by_status)
    assert [
        (each["date"], each["interactions"], each["customers"]) for each in told["activity_timeline"]
    ] == [(each.day.isoformat(), each.interactions, each.customers) for each in library.timeline]
    assert client.get(f"{ANALYTICS}/segments/new/analytics").json()["avg_interactions_per_customer"] is None
    without = client.get(f"{ANALYTICS}/segments/vip/analytics", include_timeline="false").json()
    assert without["activity_timeline"] is None


def test_the_names_of_the_segments(client: Client, books: Books) -> None:
    assert client.get(f"{ANALYTICS}/segments").json() == list(SEGMENTS)


def test_the_figures_of_a_dashboard(client: Client, books: Books) -> None:
    told = client.get(f"{ANALYTICS}/dashboard/metrics").json()
    library = found(Analytics(books.acme).dashboard())
    assert told["total_customers"] == library.total_customers >= 1
    assert [told[f"total_interactions_{name}"] for name in ("today", "week", "month")] == [
        library.interactions_today, library.interactions_week, library.interactions_month,
    ]  # fmt: skip
    assert told["top_segments"] == [{"segment_name": "vip", "customer_count": 1}]
    assert [each["interaction_type"] for each in told["recent_activity"]] == ["email", "call"]
    assert {each["customer_name"] for each in told["recent_activity"]} == {"Customer of acme"}
    first = client.get(f"{ANALYTICS}/dashboard/metrics", recent_activity_limit=1).json()
    rest = client.get(
        f"{ANALYTICS}/dashboard/metrics", recent_activity_cursor=first["recent_activity_next"]
    ).json()
    assert first["recent_activity"] + rest["recent_activity"] == told["recent_activity"]


def test_the_summary_of_a_company(client: Client, books: Books) -> None:
    told = client.get(f"{ANALYTICS}/organization/summary").json()
    library = found(Analytics(books.acme).summary())
    assert (told["total_customers"], told["active_customers"], told["total_interactions"]) == (
        library.total_customers, library.active_customers, library.total_interactions,
    )  # fmt: skip
    assert told["customer_status"] == dict(library.customers_by_status)
    assert told["segments"] == [
        {"segment_name": each.segment, "customer_count": each.customers} for each in library.segments
    ]


def test_customers_one_by_one_and_page_by_page(client: Client, books: Books) -> None:
    for number in range(4):
        Customers(books.acme).create(NewCustomer(name=f"Paged {number}"))
    pages, cursor = [], None
    while True:
        page = client.get("/api/v1/customers", limit=2, cursor=cursor, search="paged").json()
        pages.append([each["name"] for each in page["customers"]])
        if (cursor := page["next_cursor"]) is None:
            break
    assert pages == [["Paged 3", "Paged 2"], ["Paged 1", "Paged 0"]]
    (one,) = client.get("/api/v1/customers", search="ACME").json()["customers"]
    assert client.get(f"/api/v1/customers/{one['customer_id']}").json() == one
    assert one["email"] == "acme@x.example"
    assert client.get("/api/v1/customers", status="blocked").json()["customers"] == []


def test_a_platform_administrator_may_name_another_company(client: Client, books: Books) -> None:
    bearer = token(roles=["platform-administrator"])
    told = client.get("/api/v1/customers", bearer, organization_id="bolt").json()
    assert [each["name"] for each in told["customers"]] == ["Customer of bolt"]


def test_answers_are_never_stored_by_caches(client: Client, books: Books) -> None:
    for path in ("/api/v1/customers", "/api/v1/customers/nobody", "/api/nowhere"):
        assert client.get(path).headers["cache-control"] == "no-store"
