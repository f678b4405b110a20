"""Customers by status, now and at any past instant, and the counters of what happened to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collectors.lifecycle import LifecycleCollector
from ledgerscope.store import tables as t
from tests.collectors.books import LONG_AGO, Books, at

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

ACCOUNTS = "customer_accounts"


def changed(books: Books, customer: UUID, before: str | None, after: str, when: datetime) -> None:
    books.add(
        t.customer_status_history,
        tenant_id="acme",
        customer_id=customer,
        from_status=before,
        to_status=after,
        at=when,
    )


def test_a_company_without_customers_shows_every_known_series_at_zero(books: Books) -> None:
    books.tenant()
    found = books.read(LifecycleCollector())
    assert found[ACCOUNTS] == {("acme", status): 0 for status in ("active", "inactive", "blocked")}
    assert len(found["customer_created_total"]) == 12
    assert len(found["customer_updated_total"]) == 8
    assert len(found["customer_deleted_total"]) == 10
    assert len(found["customer_status_changed_total"]) == 6
    assert not any(value for series in found.values() for value in series.values())


def test_customers_are_counted_by_status_until_they_are_deleted(books: Books) -> None:
    books.tenant()
    books.customer()
    books.customer(status="blocked")
    books.customer(deleted_at=at(0))
    books.customer(created_at=at(1), updated_at=at(1))
    found = books.read(LifecycleCollector())[ACCOUNTS]
    assert found == {("acme", "active"): 1, ("acme", "blocked"): 1, ("acme", "inactive"): 0}
    assert books.read(LifecycleCollector(), at(-1))[ACCOUNTS]["acme", "active"] == 2


def test_the_status_at_a_past_instant_is_the_one_that_the_next_change_left(books: Books) -> None:
    books.tenant()
    customer = books.customer(status="active")
    changed(books, customer, None, "active", LONG_AGO)
    changed(books, customer, "active", "blocked", at(-10))
    changed(books, customer, "blocked", "inactive", at(-5))
    changed(books, customer, "inactive", "active", at(-5))

    def status(when: float) -> list[str]:
        found = books.read(LifecycleCollector(), at(when))[ACCOUNTS]
        return [labels[1] for labels, n in found.items() if n]

    assert [status(when) for when in (-11, -10, -6, -5, 0)] == [
        ["active"],
        ["blocked"],
        ["blocked"],
        ["active"],
        ["active"],
    ]


def test_events_are_counted_by_their_labels_and_unknown_values_never_lost_silently(books: Books) -> None:
    books.tenant()
    books.event("CustomerCreated", labels={"source": "import", "status": "active"})
    books.event("CustomerUpdated", labels={"field_changed": "email"})
    books.event("CustomerUpdated", labels={"field_changed": "shoe_size"})  # the list has other
    books.event("CustomerDeleted", labels={"reason": "requested", "mode": "vaporised"})  # the list has not
    books.event("CustomerStatusChanged", labels={"from_status": "active"})
    collector = LifecycleCollector()
    found = books.read(collector)
    assert found["customer_created_total"]["acme", "import", "active"] == 1
    assert found["customer_updated_total"]["acme", "email"] == 1
    assert found["customer_updated_total"]["acme", "other"] == 1
    assert sum(found["customer_deleted_total"].values()) == 0
    assert collector.misplaced == 2
    assert {(one.metric, one.label, one.value) for one in collector.misplaced_events} == {
        ("customer_deleted_total", "mode", "vaporised"),
        ("customer_status_changed_total", "to_status", None),
    }
