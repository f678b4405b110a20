"""Engines: sessions with a name, a deadline and a zone, and errors of ours only."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, func, select, text

from ledgerscope.store import tables as t
from ledgerscope.store.engine import EXPORTER, OWNER, Session, create_engine, parse_url
from ledgerscope.store.errors import (
    Cancelled,
    Contended,
    InvalidData,
    MissingRelation,
    Refused,
    StoreError,
    Timeout,
    Unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection


def setting(engine: Engine, name: str) -> str:
    with engine.connect() as c:
        return str(c.execute(select(func.current_setting(name, True))).scalar_one())


@pytest.mark.parametrize(
    ("session", "name", "value"),
    [
        (Session(), "application_name", "ledgerscope"),
        (Session(), "timezone", "UTC"),
        (Session(), "statement_timeout", "30s"),
        (Session(statement_timeout=timedelta(milliseconds=1500)), "statement_timeout", "1500ms"),
        (Session(), "lock_timeout", "10s"),
        (Session(), "default_transaction_read_only", "off"),
        (Session(schema="reporting, public"), "search_path", "reporting, public"),
        (Session(tenants=("a", "b")), "ledgerscope.tenants", "a,b"),
        (Session(role="ledgerscope_app"), "role", "ledgerscope_app"),
        (OWNER, "statement_timeout", "0"),
        (EXPORTER, "application_name", "ledgerscope-exporter"),
        (EXPORTER, "default_transaction_read_only", "on"),
        (EXPORTER, "jit", "off"),
        (EXPORTER, "max_parallel_workers_per_gather", "0"),
        (EXPORTER, "plan_cache_mode", "force_custom_plan"),
    ],
)
def test_a_session_has_the_settings_it_was_given(
    server_url: str, session: Session, name: str, value: str
) -> None:
    assert setting(create_engine(server_url, session, pool_size=0), name) == value


def test_options_of_the_url_are_kept_beside_ours(owner_url: str) -> None:
    engine = create_engine(owner_url, pool_size=0)
    assert (setting(engine, "role"), setting(engine, "timezone")) == ("ledgerscope_owner", "UTC")


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_url_may_name_the_driver_or_not(scheme: str) -> None:
    assert parse_url(f"{scheme}://ada:pw@db.example/ledger").drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("not a url", "expected postgresql://user:password@host:5432/database"),
        (
            "mysql://ada:pw@db.example/ledger",
            "mysql is not supported; expected a URL that begins with postgresql://",
        ),
    ],
)
def test_another_url_is_refused_with_what_would_be_right(url: str, message: str) -> None:
    with pytest.raises(Unreachable, match=message):
        create_engine(url)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT * FROM nothing_of_that_name", MissingRelation),
        ("SELECT nothing_of_that_name FROM customer", MissingRelation),
        ("SELECT 1 / 0", InvalidData),
        ("INSERT INTO currency VALUES ('EUR', 2)", Refused),
        ("SET LOCAL statement_timeout = 20; SELECT pg_sleep(5)", Timeout),
    ],
)
def test_whatever_the_server_refuses_is_a_store_error(
    owner: Engine, statement: str, expected: type[StoreError]
) -> None:
    with pytest.raises(expected), owner.begin() as c:
        c.exec_driver_sql(statement)


def test_parameters_are_not_told(owner: Engine) -> None:
    with pytest.raises(StoreError) as raised, owner.begin() as c:
        c.execute(text("select 1 / 0 where :secret = 's3cret'"), {"secret": "s3cret"})
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize("pool_size", [0, 1])
def test_no_server_is_unreachable_and_the_password_is_not_told(pool_size: int) -> None:
    engine = create_engine("postgresql://ada:s3cret@127.0.0.1:1/ledger", pool_size=pool_size)
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1.*refused") as raised, engine.connect():
        pass
    assert "s3cret" not in str(raised.value)


def test_an_unknown_database_is_unreachable(server_url: str) -> None:
    engine = create_engine(parse_url(server_url).set(database="nowhere"), pool_size=0)
    with pytest.raises(Unreachable, match='database "nowhere" does not exist'), engine.connect():
        pass


def test_the_pool_is_as_large_as_asked_and_no_larger(owner_url: str) -> None:
    engine = create_engine(owner_url, pool_size=2)
    with engine.connect(), engine.connect():
        assert engine.pool.status().startswith("Pool size: 2  Connections in pool: 0 Current Overflow: 0")
    engine.dispose()


def terminate(administration: Engine, connection: Connection) -> None:
    pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    with administration.connect() as c:
        assert c.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid}).scalar_one()


def test_a_connection_that_breaks_is_unreachable_and_the_next_one_works(
    owner: Engine, administration: Engine
) -> None:
    with owner.connect() as c:
        terminate(administration, c)
        with pytest.raises(Unreachable):
            c.exec_driver_sql("SELECT 1")
    with owner.connect() as c:
        assert c.exec_driver_sql("SELECT 1").scalar_one() == 1


def test_a_pool_mends_a_connection_that_broke_while_it_was_idle(
    owner: Engine, administration: Engine
) -> None:
    with owner.connect() as c:
        raw = c.connection.driver_connection
        assert raw is not None
        pid = raw.info.backend_pid
    with administration.connect() as c:
        assert c.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid}).scalar_one()
    with owner.connect() as c:
        assert c.exec_driver_sql("SELECT pg_backend_pid()").scalar_one() != pid


def test_a_cancelled_statement_says_so(owner: Engine) -> None:
    with owner.connect() as c:
        driver = c.connection.driver_connection
        assert driver is not None
        threading.Timer(0.05, driver.cancel_safe).start()
        with pytest.raises(Cancelled):
            c.exec_driver_sql("SELECT pg_sleep(5)")


def test_the_loser_of_two_transactions_may_run_again(business: Engine) -> None:
    touch = "UPDATE customer SET credit_hold = NOT credit_hold WHERE tenant_id = 'acme'"
    with business.connect().execution_options(isolation_level="REPEATABLE READ") as slow:
        slow.execute(select(t.customer.c.credit_hold)).all()
        with business.begin() as quick:
            quick.exec_driver_sql(touch)
        with pytest.raises(Contended):
            slow.exec_driver_sql(touch)


def test_two_writers_of_one_instalment_see_each_other(business: Engine, add: Callable[..., None]) -> None:
    """The second waits for the first, sums both, and finds the instalment settled."""
    first = business.connect()
    with first, first.begin():
        add(first, t.allocation, allocation_id="a1", from_id="p1", invoice_id="i1", amount_minor=400)
        started = threading.Event()

        def second() -> None:
            with business.begin() as c:
                started.set()
                add(c, t.allocation, allocation_id="a2", from_id="p1", invoice_id="i1", amount_minor=600)

        thread = threading.Thread(target=second)
        thread.start()
        started.wait()
    thread.join()
    with business.connect() as c:
        settled = c.execute(select(t.invoice_due.c.settled_on).where(t.invoice_due.c.tenant_id == "acme"))
        assert settled.scalar_one() is not None
