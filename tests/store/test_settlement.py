"""Settlement days are kept true by the database, whatever the order and form of the writes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from ledgerscope.store import tables as t
from ledgerscope.store.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

FEB_1, FEB_5 = date(2026, 2, 1), date(2026, 2, 5)


def settled_on(engine: Engine) -> object:
    with engine.connect() as connection:
        return connection.execute(
            select(t.invoice_due.c.settled_on).where(t.invoice_due.c.tenant_id == "acme")
        ).scalar_one()


def used_up_on(engine: Engine) -> object:
    with engine.connect() as connection:
        return connection.execute(
            select(t.payment.c.used_up_on).where(t.payment.c.tenant_id == "acme")
        ).scalar_one()


@pytest.fixture
def allocate(add: Callable[..., None]) -> Callable[..., None]:
    """`allocate(connection, id, **values)` gives money of payment p1 to invoice i1, by default all."""

    def allocate(connection: Connection, allocation_id: str, **values: object) -> None:
        given = {"from_id": "p1", "invoice_id": "i1", **values}
        add(connection, t.allocation, allocation_id=allocation_id, **given)

    return allocate


def test_an_instalment_is_settled_on_the_day_of_its_last_allocation(
    business: Engine, allocate: Callable[..., None]
) -> None:
    with business.begin() as c:
        allocate(c, "a1", amount_minor=400, effective_on=FEB_5)
    assert (settled_on(business), used_up_on(business)) == (None, None)
    with business.begin() as c:
        allocate(c, "a2", amount_minor=600, effective_on=FEB_1)
    assert (settled_on(business), used_up_on(business)) == (FEB_5, FEB_5)


def test_an_instalment_is_settled_when_the_money_counts_however_late_it_was_written_down(
    business: Engine, allocate: Callable[..., None]
) -> None:
    with business.begin() as c:
        allocate(c, "a1", recorded_at=datetime(2026, 2, 9, 23, 30, tzinfo=UTC))
    assert (settled_on(business), used_up_on(business)) == (FEB_1, FEB_1)


def test_a_reversal_opens_the_instalment_and_frees_the_payment_again(
    business: Engine, allocate: Callable[..., None]
) -> None:
    with business.begin() as c:
        allocate(c, "a1")
        allocate(c, "r1", amount_minor=-1000, reverses_id="a1")
    assert (settled_on(business), used_up_on(business)) == (None, None)


def test_credit_notes_are_used_up_like_payments(
    business: Engine, add: Callable[..., None], allocate: Callable[..., None]
) -> None:
    with business.begin() as c:
        add(c, t.credit_note, credit_note_id="n1", customer_id="c1")
        allocate(c, "a1", from_kind="credit_note", from_id="n1", amount_minor=400)
        assert c.execute(select(t.credit_note.c.used_up_on)).scalar_one() == FEB_1


def test_other_tenants_rows_stay_as_they_were(business: Engine, allocate: Callable[..., None]) -> None:
    with business.begin() as c:
        allocate(c, "a1")
        days = (
            c.execute(select(t.invoice_due.c.settled_on).where(t.invoice_due.c.tenant_id == "globex"))
            .scalars()
            .all()
        )
    assert days == [None]


@pytest.mark.parametrize(
    ("sqlstate", "wrong"),
    [
        pytest.param("LS002", {"from_id": "usd"}, id="money of another currency"),
        pytest.param("LS003", {"amount_minor": -999, "reverses_id": "a0"}, id="a reversal of another amount"),
        pytest.param("LS003", {"amount_minor": -1, "reverses_id": "none"}, id="a reversal of nothing"),
        pytest.param(
            "LS003",
            {"amount_minor": -1, "reverses_id": "a0", "effective_on": date(2026, 1, 1)},
            id="a reversal before",
        ),
        pytest.param("LS004", {"amount_minor": 1000}, id="more than the instalment"),
        pytest.param("LS004", {"from_id": "small", "amount_minor": 500}, id="more than the payment"),
        pytest.param("23503", {"from_id": "nobody"}, id="a payment that is not there"),
        pytest.param("23503", {"due_seq": 2}, id="an instalment that is not there"),
        pytest.param("23514", {"amount_minor": 0}, id="nothing"),
        pytest.param("23514", {"amount_minor": -1}, id="a negative amount that reverses nothing"),
        pytest.param("23514", {"from_kind": "gift"}, id="an unknown source"),
    ],
)
def test_an_allocation_that_cannot_be_is_refused(
    business: Engine,
    add: Callable[..., None],
    allocate: Callable[..., None],
    sqlstate: str,
    wrong: dict[str, object],
) -> None:
    with business.begin() as c:
        add(c, t.payment, payment_id="usd", customer_id="c1", currency="USD")
        add(c, t.payment, payment_id="small", customer_id="c1", amount_minor=100)
        allocate(c, "a0", amount_minor=1)
    with pytest.raises(Refused) as refused, business.begin() as c:
        allocate(c, "a1", **{"amount_minor": 1, **wrong})
    assert refused.value.sqlstate == sqlstate


BROKEN = text("""
    with days as (select generate_series(date '2025-12-20', date '2026-04-30', interval '1 day')::date as day)
    select count(*) from invoice_due as due
    cross join days
    where due.settled_on <= day and due.amount_minor <> coalesce((
        select sum(amount_minor) from allocation
        where (tenant_id, invoice_id, due_seq) = (due.tenant_id, due.invoice_id, due.seq)
          and effective_on <= day), 0)
""")
DISAGREEING = text("""
    select count(*) from invoice_due as due
    cross join lateral (
        select coalesce(sum(amount_minor), 0) as minor from allocation
        where (tenant_id, invoice_id, due_seq) = (due.tenant_id, due.invoice_id, due.seq)
    ) as given
    where due.allocated_minor <> given.minor
        or (due.settled_on is not null) <> (due.amount_minor = given.minor)
""")


@pytest.mark.parametrize("seed", range(3))
def test_whoever_skips_settled_rows_misses_nothing_on_any_day(
    business: Engine, add: Callable[..., None], seed: int
) -> None:
    """Random allocations and reversals, effective and recorded on random days, against sums of every day."""
    chance = Random(seed)
    with business.begin() as c:
        add(c, t.payment, payment_id="p9", customer_id="c1", amount_minor=10**6)
        for n in range(2, 22):
            add(c, t.invoice_due, invoice_id="i1", seq=n, amount_minor=100)
            for m, amount in enumerate((40, 60, -40, 40)[: chance.randint(0, 4)]):
                day = date(2026, 1, 1) + timedelta(days=chance.randint(0, 40) if amount > 0 else 50)
                recorded = datetime.combine(day, time(chance.randint(0, 23)), UTC) + timedelta(
                    days=chance.randint(0, 9)
                )
                row: dict[str, object] = {
                    "allocation_id": f"a{n}-{m}",
                    "reverses_id": f"a{n}-0" if amount < 0 else None,
                }
                row |= {"from_id": "p9", "invoice_id": "i1", "due_seq": n, "amount_minor": amount}
                add(c, t.allocation, **row, effective_on=day, recorded_at=recorded)
        assert c.execute(DISAGREEING).scalar_one() == 0
        assert c.execute(BROKEN).scalar_one() == 0
        settled = c.execute(
            text("select count(*) from invoice_due where settled_on is not null")
        ).scalar_one()
        assert 0 < settled < 20
