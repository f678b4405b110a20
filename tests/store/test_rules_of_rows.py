"""What the schema refuses: overlaps, changes to what is append-only, unknown words, lost references."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Table, func, select, text
from sqlalchemy.dialects.postgresql import Range

from ledgerscope.store import tables as t
from ledgerscope.store.errors import AppendOnly, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine


def valid(start: int, end: int | None) -> Range[datetime]:
    """From one day of March to before another."""
    return Range(
        datetime(2026, 3, start, tzinfo=UTC), None if end is None else datetime(2026, 3, end, tzinfo=UTC)
    )


SUBSCRIPTION = {"subscription_id": "s1", "customer_id": "c1", "plan_id": "pl1"}
LIMIT = {
    "customer_id": "c1",
    "currency": "EUR",
    "limit_minor": 100,
    "status": "approved",
    "requested_by": "ada",
    "requested_at": datetime(2026, 3, 1, tzinfo=UTC),
    "approved_by": "bob",
    "decided_at": datetime(2026, 3, 1, tzinfo=UTC),
}
VERSION = {**SUBSCRIPTION, "currency": "EUR", "mrr": 10}
SEGMENT = {"customer_id": "c1", "segment": "vip"}
CREDENTIAL = {
    "customer_id": "c1",
    "key_id": "k",
    "ciphertext": b"x",
    "fingerprint": "f",
    "rotated_at": datetime(2026, 3, 1, tzinfo=UTC),
}
RANGED = [
    pytest.param(t.subscription_version, VERSION, "version_id", id="subscription versions"),
    pytest.param(t.credit_limit, LIMIT, "credit_limit_id", id="approved credit limits"),
    pytest.param(t.segment_assignment, SEGMENT, "assignment_id", id="stays in a segment"),
    pytest.param(t.credential, CREDENTIAL, "version", id="credentials"),
]


@pytest.fixture
def subscribed(business: Engine, add: Callable[..., None]) -> Engine:
    with business.begin() as c:
        add(c, t.plan, plan_id="pl1")
        add(c, t.subscription, **SUBSCRIPTION)
    return business


@pytest.mark.parametrize(("table", "row", "key"), RANGED)
def test_two_rows_may_follow_each_other_but_not_overlap(
    subscribed: Engine, add: Callable[..., None], table: Table, row: dict[str, Any], key: str
) -> None:
    keys = iter([1, 2, 3] if key == "version" else ["a", "b", "c"])
    with subscribed.begin() as c:
        add(c, table, **row, **{key: next(keys)}, valid=valid(1, 10))
        add(c, table, **row, **{key: next(keys)}, valid=valid(10, None))
    with pytest.raises(Refused, match="_valid_excl"), subscribed.begin() as c:
        add(c, table, **row, **{key: next(keys)}, valid=valid(9, 11))


@pytest.mark.parametrize(("table", "row", "key"), RANGED)
def test_a_validity_that_holds_nothing_is_refused(
    subscribed: Engine, add: Callable[..., None], table: Table, row: dict[str, Any], key: str
) -> None:
    with pytest.raises(Refused, match="_valid_check"), subscribed.begin() as c:
        add(c, table, **row, **{key: 1 if key == "version" else "a"}, valid=valid(1, 1))


def test_a_requested_limit_may_overlap_an_approved_one(business: Engine, add: Callable[..., None]) -> None:
    with business.begin() as c:
        add(c, t.credit_limit, **LIMIT, credit_limit_id="l1", valid=valid(1, None))
        add(c, t.credit_limit, **{**LIMIT, "status": "requested"}, credit_limit_id="l2", valid=valid(5, None))
        assert c.execute(select(func.count()).select_from(t.credit_limit)).scalar_one() == 2


@pytest.mark.parametrize("table", t.APPEND_ONLY, ids=lambda table: table.name)
@pytest.mark.parametrize("change", ["UPDATE {} SET tenant_id = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_append_only_tables_refuse_every_change_even_by_their_owner(
    business: Engine, table: Table, change: str
) -> None:
    with (
        pytest.raises(AppendOnly, match=f"{table.name} is append-only: .*Write a new row"),
        business.begin() as c,
    ):
        c.exec_driver_sql(change.format(table.name))


@pytest.mark.parametrize(
    ("table", "wrong"),
    [
        pytest.param(
            t.customer, {"customer_id": "x", "external_id": "C-9", "status": "churned"}, id="unknown status"
        ),
        pytest.param(t.customer, {"customer_id": "x", "external_id": "C-1"}, id="external id twice"),
        pytest.param(
            t.customer, {"customer_id": "x", "external_id": "C-9", "currency": "EUX"}, id="unknown currency"
        ),
        pytest.param(
            t.customer, {"customer_id": "x", "external_id": "C-9", "tenant_id": "nobody"}, id="unknown tenant"
        ),
        pytest.param(
            t.invoice, {"invoice_id": "x", "number": "I-9", "customer_id": "nobody"}, id="unknown customer"
        ),
        pytest.param(
            t.invoice,
            {"invoice_id": "x", "number": "I-9", "customer_id": "c1", "issued_on": None},
            id="open, never issued",
        ),
        pytest.param(t.invoice, {"invoice_id": "x", "number": "I-1", "customer_id": "c1"}, id="number twice"),
        pytest.param(
            t.invoice_due, {"invoice_id": "i1", "seq": 2, "amount_minor": 0}, id="an instalment of nothing"
        ),
        pytest.param(
            t.payment, {"payment_id": "x", "customer_id": "c1", "amount_minor": -5}, id="a negative payment"
        ),
        pytest.param(t.event, {"event_type": "customer created"}, id="an event type that is no name"),
        pytest.param(t.event, {"amount_minor": 5}, id="money without a currency"),
    ],
)
def test_a_row_that_cannot_be_is_refused(
    business: Engine, add: Callable[..., None], table: Table, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Refused), business.begin() as c:
        add(c, table, **wrong)


def test_a_number_is_free_again_once_its_customer_is_deleted(
    business: Engine, add: Callable[..., None]
) -> None:
    with business.begin() as c:
        c.execute(text("update customer set deleted_at = now() where tenant_id = 'acme'"))
        add(c, t.customer, customer_id="c2", external_id="C-1")
        assert c.execute(select(func.count()).select_from(t.customer)).scalar_one() == 3


def test_one_idempotency_key_is_one_event(business: Engine, add: Callable[..., None]) -> None:
    with business.begin() as c:
        add(c, t.event, idempotency_key="k", tenant_id="globex")
        add(c, t.event, idempotency_key="k")
    with pytest.raises(Refused, match="idempotency_key"), business.begin() as c:
        add(c, t.event, idempotency_key="k")


def test_an_event_knows_its_transaction_and_when_it_was_recorded(
    business: Engine, add: Callable[..., None]
) -> None:
    with business.begin() as c:
        add(c, t.event, event_type="NpsAnswered")
        row = c.execute(
            text("""
                select xid = pg_current_xact_id() as ours, recorded_at > now() as later
                from event where event_type = 'NpsAnswered'
            """)
        ).one()
    assert (row.ours, row.later) == (True, True)
