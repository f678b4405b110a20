"""One transaction for state, event and audit entry, and a key that makes a request repeatable."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, text

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Note, Operations, UnknownCompany
from ledgerscope.customers.operations.content import content_hash
from ledgerscope.store.audit import first_break
from ledgerscope.store.engine import Session, create_engine
from ledgerscope.store.errors import Locked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine
    from sqlalchemy.engine import ExceptionContext

    from tests.customers.conftest import Clock, Ledger

NEW = NewCustomer(name="Northwind")


def created(result: CreatedCustomer | Refused) -> CreatedCustomer:
    assert isinstance(result, CreatedCustomer), result
    return result


def refused(result: object) -> Refused:
    assert isinstance(result, Refused), result
    return result


def test_state_event_and_audit_entry_are_written_together(operations: Operations, ledger: Ledger) -> None:
    created(Customers(operations).create(NEW, Note(reason="signed", comment="by phone")))
    assert ledger.counts() == {"customer": 1, "event": 1, "audit_log": 1, "operation_request": 0}
    ((user, correlation),) = ledger.rows("select user_id, correlation_id from event")
    assert (user, correlation) == ("anna", "c-1")
    ((actor,),) = ledger.rows("select actor from audit_log")
    assert actor == "anna"
    (details,) = ledger.details("customer.created")
    assert details == {
        "comment": "by phone", "correlation_id": "c-1", "customer_number": "C-000001", "reason": "signed",
        "source": "api",
    }  # fmt: skip


def test_a_refused_request_leaves_nothing_and_keeps_no_key(operations: Operations, ledger: Ledger) -> None:
    customers = Customers(operations)
    refused(customers.create(NewCustomer(name=""), Note(key="k")))
    assert ledger.counts() == {"customer": 0, "event": 0, "audit_log": 0, "operation_request": 0}
    assert created(customers.create(NEW, Note(key="k"))).customer_number == "C-000001"


def test_the_same_request_with_its_key_is_carried_out_once(operations: Operations, ledger: Ledger) -> None:
    customers = Customers(operations)
    first = created(customers.create(NEW, Note(key="k")))
    assert customers.create(NEW, Note(key="k")) == first
    assert ledger.counts() == {"customer": 1, "event": 1, "audit_log": 1, "operation_request": 1}


def test_another_request_with_a_used_key_is_refused(operations: Operations) -> None:
    customers = Customers(operations)
    created(customers.create(NEW, Note(key="k")))
    said = refused(customers.create(NewCustomer(name="Other"), Note(key="k")))
    assert said.fault is Fault.CONFLICT
    assert said.reason == (
        "the key 'k' was used on 2026-03-10 12:00 UTC for another request (customer.created); "
        "a new request needs a new key"
    )


def test_keys_belong_to_a_company(operations_of: Callable[[str], Operations], ledger: Ledger) -> None:
    for company in ("acme", "bolt"):
        created(Customers(operations_of(company)).create(NewCustomer(name=company), Note(key="k")))
    assert [ledger.count("customer", company) for company in ("acme", "bolt")] == [1, 1]


@pytest.mark.parametrize("key", ["", "x" * 201, "a\nb"])
def test_a_key_that_is_none_is_refused(operations: Operations, key: str) -> None:
    assert refused(Customers(operations).create(NEW, Note(key=key))).field == "key"


def test_threads_that_ask_the_same_at_once_get_one_customer(operations: Operations, ledger: Ledger) -> None:
    together = Barrier(4)

    def ask(_: int) -> CreatedCustomer | Refused:
        together.wait()
        return Customers(operations).create(NEW, Note(key="k"))

    with ThreadPoolExecutor(4) as pool:
        results = set(pool.map(ask, range(4)))
    assert len(results) == 1
    assert ledger.counts() == {"customer": 1, "event": 1, "audit_log": 1, "operation_request": 1}


def test_numbers_are_given_without_gaps_to_threads_that_race(operations: Operations, ledger: Ledger) -> None:
    def ask(place: int) -> CreatedCustomer | Refused:
        return Customers(operations).create(NewCustomer(name=f"n {place}" if place % 3 else ""))

    with ThreadPoolExecutor(4) as pool:
        made = [each for each in pool.map(ask, range(24)) if isinstance(each, CreatedCustomer)]
    assert sorted(each.customer_number for each in made) == [f"C-{n:06d}" for n in range(1, 17)]
    with ledger.owner.connect() as connection:
        assert first_break(connection, "acme") is None


def test_one_of_two_that_want_the_same_external_id_gets_it(operations: Operations) -> None:
    together = Barrier(2)

    def ask(name: str) -> CreatedCustomer | Refused:
        together.wait()
        return Customers(operations).create(NewCustomer(name=name, external_id="X"))

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(ask, "ab"), key=lambda each: isinstance(each, Refused))
    winner, loser = created(results[0]), refused(results[1])
    assert loser.reason == f"external_id: 'X' belongs to customer {winner.customer_number}"


@pytest.fixture
def impatient(app_url: str, ledger: Ledger) -> Iterator[Engine]:
    """An engine whose sessions wait for a lock as short as they can."""
    engine = create_engine(app_url, Session(lock_timeout=timedelta(milliseconds=1)), pool_size=1)
    yield engine
    engine.dispose()


def test_a_turn_that_takes_long_is_waited_for_again(
    impatient: Engine, owner: Engine, clock: Clock, ledger: Ledger
) -> None:
    other = owner.connect()
    other.execute(text("select from tenant where tenant_id = 'acme' for no key update"))
    waited: list[str | None] = []

    def let_go(context: ExceptionContext) -> None:
        waited.append(getattr(context.original_exception, "sqlstate", None))
        if len(waited) == 2:
            other.close()

    event.listen(impatient, "handle_error", let_go)
    asked = Operations(impatient, Caller(tenant_id="acme", actor="anna"), clock=clock)
    created(Customers(asked).create(NEW))
    assert waited == ["55P03", "55P03"]
    assert ledger.counts() == {"customer": 1, "event": 1, "audit_log": 1, "operation_request": 0}


def test_a_turn_that_never_comes_is_said_to_be_one(
    impatient: Engine, owner: Engine, clock: Clock, ledger: Ledger
) -> None:
    asked = Operations(impatient, Caller(tenant_id="acme", actor="anna"), clock=clock)
    with owner.connect() as other:
        other.execute(text("select from tenant where tenant_id = 'acme' for no key update"))
        with pytest.raises(Locked) as raised:
            Customers(asked).create(NEW)
    assert str(raised.value) == (
        "other changes of this company, or of what this one needs, were under way for too long"
        " (5 times lock_timeout); nothing was changed, so it can be asked again"
    )
    assert ledger.count("customer") == 0


def test_a_company_that_is_not_there_is_an_error(operations_of: Callable[[str], Operations]) -> None:
    with pytest.raises(UnknownCompany, match="no company 'nobody' in this database"):
        Customers(operations_of("nobody")).create(NEW)


def test_the_date_is_that_of_the_company(app: Engine, clock: Clock, ledger: Ledger) -> None:
    clock.now = datetime(2026, 3, 10, 20, tzinfo=UTC)
    days = {}
    for company in ("acme", "bolt"):
        asked = Operations(app, Caller(tenant_id=company, actor="anna"), clock=clock)
        with asked.read() as connection:
            days[company] = asked.moment(connection).day.day
    assert days == {"acme": 10, "bolt": 11}


def test_what_is_read_in_one_transaction_is_of_one_snapshot(operations: Operations, ledger: Ledger) -> None:
    count = text("select count(*) from customer")
    with operations.read() as connection:
        assert connection.execute(count).scalar_one() == 0
        created(Customers(operations).create(NEW))
        assert connection.execute(count).scalar_one() == 0
    assert ledger.count("customer") == 1


def test_what_a_request_said_cannot_be_tried_out_without_the_companys_secret(
    operations_of: Callable[[str], Operations], ledger: Ledger
) -> None:
    for company in ("acme", "bolt"):
        created(Customers(operations_of(company)).create(NEW, Note(key="k")))
    kept = [bytes(row.content_hash) for row in ledger.rows("select content_hash from operation_request")]
    assert len(set(kept)) == 2
    assert content_hash("customer.created", [asdict(NEW), None, None]) not in kept
    assert ledger.rows("select count(distinct secret) from request_secret") == [(2,)]


def test_keys_from_before_secrets_go_on_working(operations: Operations, ledger: Ledger) -> None:
    """The migration keys the hashes that it finds."""
    first = created(Customers(operations).create(NEW, Note(key="k")))
    plain = content_hash("customer.created", [asdict(NEW), None, None])
    upgrade = files("ledgerscope.store.migrations.versions") / "v0005" / "operations.sql"
    statement = re.search(r"UPDATE operation_request.*?;", upgrade.read_text("utf-8"), re.DOTALL)
    assert statement is not None
    with ledger.owner.begin() as connection:
        connection.execute(text("update operation_request set content_hash = :plain"), {"plain": plain})
        connection.exec_driver_sql(statement[0])
    assert Customers(operations).create(NEW, Note(key="k")) == first
    assert refused(Customers(operations).create(NewCustomer(name="Other"), Note(key="k"))).field == "key"
