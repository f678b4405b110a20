"""What is refused: at commit what does not add up, at once what can never be; the owner may load in parts."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select, text

from ledgerscope.store import tables as t
from ledgerscope.store.engine import OWNER, begin_as, create_engine
from ledgerscope.store.errors import Refused
from tests.store.conftest import uid

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FEB_1, FEB_9 = date(2026, 2, 1), date(2026, 2, 9)


@pytest.fixture
def application(app_url: str) -> Engine:
    return create_engine(app_url, OWNER, pool_size=0)


def new_invoice(c: Connection, add: Callable[..., None], *parts: int, status: str = "open") -> None:
    row = {"invoice_id": "i2", "customer_id": "c1", "number": "I-2", "total_minor": 1000}
    add(c, t.invoice, **row, status=status)
    for seq, minor in enumerate(parts, start=1):
        add(c, t.invoice_due, invoice_id="i2", seq=seq, amount_minor=minor)


@pytest.mark.parametrize("parts", [(), (999,), (500, 501)])
def test_the_application_cannot_leave_instalments_that_do_not_add_up(
    business: Engine, application: Engine, add: Callable[..., None], parts: tuple[int, ...]
) -> None:
    with (
        pytest.raises(Refused, match=rf"invoice I-2 add up to {sum(parts)}, its total is 1000") as refused,
        begin_as(application, "acme") as c,
    ):
        new_invoice(c, add, *parts)
    assert refused.value.sqlstate == "LS005"
    with business.begin() as c:
        new_invoice(c, add, *parts)
        kept = c.execute(select(t.invoice.c.missing_minor).where(t.invoice.c.number == "I-2")).scalar_one()
    assert kept == (1000 - sum(parts) if parts else None)


@pytest.mark.parametrize(("status", "parts"), [("open", (400, 600)), ("draft", ()), ("draft", (5,))])
def test_an_invoice_that_adds_up_and_a_draft_are_accepted(
    business: Engine, application: Engine, add: Callable[..., None], status: str, parts: tuple[int, ...]
) -> None:
    with begin_as(application, "acme") as c:
        new_invoice(c, add, *parts, status=status)
    with business.connect() as c:
        assert c.execute(select(t.invoice.c.status).where(t.invoice.c.number == "I-2")).scalar_one() == status


@pytest.mark.parametrize(
    "change",
    [
        "update invoice set total_minor = 999",
        "update invoice_due set amount_minor = 999",
        "delete from invoice_due",
    ],
)
def test_what_adds_up_stays_so(business: Engine, application: Engine, change: str) -> None:
    with pytest.raises(Refused, match="add up to") as refused, begin_as(application, "acme") as c:
        c.exec_driver_sql(change)
    assert refused.value.sqlstate == "LS005"


def test_the_check_sees_the_rows_of_the_tenant_that_the_transaction_left(
    business: Engine, application: Engine, add: Callable[..., None]
) -> None:
    def write() -> None:
        with begin_as(application, "acme") as c:
            new_invoice(c, add)
            c.exec_driver_sql("select set_config('ledgerscope.tenant_id', 'globex', true)")

    with pytest.raises(Refused, match="add up to"):
        write()


def reversal(c: Connection, minor: int, on: date = FEB_9) -> None:
    row = {"tenant_id": "acme", "payment_reversal_id": uid("b1"), "payment_id": uid("p1")}
    row |= {"kind": "charged_back", "amount_minor": minor, "reversed_on": on, "recorded_at": NOW}
    c.execute(insert(t.payment_reversal), row)


def test_a_chargeback_of_allocated_money_takes_its_allocation_back_in_the_same_transaction(
    business: Engine, application: Engine, add: Callable[..., None]
) -> None:
    given = {"from_id": "p1", "invoice_id": "i1"}
    with begin_as(application, "acme") as c:
        add(c, t.allocation, allocation_id="a1", **given)
    with (
        pytest.raises(
            Refused, match=r"more is allocated from payment .* than it is worth on 2026-02-09"
        ) as refused,
        begin_as(application, "acme") as c,
    ):
        reversal(c, 300)
    assert refused.value.sqlstate == "LS006"
    with begin_as(application, "acme") as c:
        reversal(c, 300)
        back = {"allocation_id": "r1", "amount_minor": -300, "reverses_id": "a1", "effective_on": FEB_9}
        add(c, t.allocation, **given, **back)
    with business.connect() as c:
        query = select(t.payment.c.allocated_minor, t.payment.c.used_up_on, t.invoice_due.c.allocated_minor)
        query = query.join_from(t.payment, t.invoice_due, t.payment.c.tenant_id == t.invoice_due.c.tenant_id)
        assert c.execute(query.where(t.payment.c.tenant_id == "acme")).one() == (700, FEB_9, 700)


def test_a_late_reversal_leaves_days_on_which_too_much_is_allocated(
    business: Engine, application: Engine, add: Callable[..., None]
) -> None:
    def write() -> None:
        given = {"from_id": "p1", "invoice_id": "i1"}
        back = {"allocation_id": "r1", "amount_minor": -300, "reverses_id": "a1", "effective_on": FEB_9}
        with begin_as(application, "acme") as c:
            add(c, t.allocation, allocation_id="a1", **given)
            reversal(c, 300, date(2026, 2, 5))
            add(c, t.allocation, **given, **back)

    with pytest.raises(Refused, match="on 2026-02-05"):
        write()


def test_money_cannot_be_paid_back_twice(business: Engine) -> None:
    """Refused at once, also to the owner."""
    row = {"tenant_id": "acme", "refund_id": uid("f1"), "customer_id": uid("c1"), "payment_id": uid("p1")}
    row |= {"amount_minor": 301, "currency": "EUR", "refunded_on": FEB_9, "recorded_at": NOW}
    with business.begin() as c:
        reversal(c, 700)
    with pytest.raises(Refused, match="beyond its amount"), business.begin() as c:
        c.execute(insert(t.refund), row)


@pytest.mark.parametrize(
    "wrong",
    [
        {"currency": "USD"},
        {"refunded_on": date(2026, 1, 31)},
        {"payment_id": None},
        {"credit_note_id": uid("n1")},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_refund_fits_what_it_pays_back(
    business: Engine, add: Callable[..., None], wrong: dict[str, object]
) -> None:
    row = {"tenant_id": "acme", "refund_id": uid("f1"), "customer_id": uid("c1"), "payment_id": uid("p1")}
    row |= {"amount_minor": 1, "currency": "EUR", "refunded_on": FEB_1, "recorded_at": NOW}
    with business.begin() as c:
        add(c, t.credit_note, credit_note_id="n1", customer_id="c1")
    with pytest.raises(Refused), business.begin() as c:
        c.execute(insert(t.refund), row | wrong)


@pytest.mark.parametrize(("first", "second", "accepted"), [(-300, -700, True), (-300, -701, False)])
def test_an_allocation_is_taken_back_in_parts_up_to_its_amount(
    business: Engine, add: Callable[..., None], first: int, second: int, accepted: bool
) -> None:
    given = {"from_id": "p1", "invoice_id": "i1"}
    with business.begin() as c:
        add(c, t.allocation, allocation_id="a1", **given)
        add(c, t.allocation, allocation_id="r1", **given, amount_minor=first, reverses_id="a1")
        if accepted:
            add(c, t.allocation, allocation_id="r2", **given, amount_minor=second, reverses_id="a1")
            return
        with pytest.raises(Refused, match="does not match") as refused:
            add(c, t.allocation, allocation_id="r2", **given, amount_minor=second, reverses_id="a1")
        assert refused.value.sqlstate == "LS003"
        c.rollback()


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "europe/berlin", "UTC+3"])
def test_a_zone_that_the_database_does_not_know_is_refused(business: Engine, zone: str) -> None:
    message = re.escape(f'time zone "{zone}" of company acme is not known')
    with pytest.raises(Refused, match=message) as refused, business.begin() as c:
        c.execute(text("update tenant set timezone = :zone where tenant_id = 'acme'"), {"zone": zone})
    assert refused.value.sqlstate == "LS007"


@pytest.mark.parametrize(
    "change",
    [
        "update invoice_due set due_on = 'infinity'",
        "update customer set created_at = '-infinity'",
        "insert into fx_rate values ('acme', '2026-01-01', 'USD', 'EUR', 'NaN')",
        """insert into credit_limit (tenant_id, credit_limit_id, customer_id, currency, valid, status,
                                     requested_by, requested_at)
           select tenant_id, customer_id, customer_id, 'EUR', '[2026-01-01,infinity)', 'requested', 'ada',
                  now() from customer""",
    ],
)
def test_what_is_not_finite_is_refused(business: Engine, change: str) -> None:
    with pytest.raises(Refused, match="_finite_check"), business.begin() as c:
        c.exec_driver_sql(change)


@pytest.mark.parametrize(("queue", "name"), [("", "n"), (" ", "n"), ("q", "")])
def test_a_job_has_a_queue_and_a_name(
    business: Engine, add: Callable[..., None], queue: str, name: str
) -> None:
    row = {"job_run_id": "j", "job_id": "j", "state": "queued", "enqueued_at": NOW}
    with pytest.raises(Refused, match="job_run_names_check"), business.begin() as c:
        add(c, t.job_run, **row, queue=queue, job_name=name)
