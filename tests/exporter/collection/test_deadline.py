"""Deadlines end what is going on with the database, and nothing else."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from exporter.collection.deadline import Watchdog
from exporter.runtime import exporter_engine
from ledgerscope.store.errors import Cancelled, Unreachable
from tests.exporter.doubles import eventually, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

SLEEP = text("select pg_sleep(60)")
ONE = text("select 1")
SOON = timedelta(milliseconds=50)
LATE = timedelta(minutes=10)


@pytest.fixture
def patient(exporter_url: str) -> Iterator[Engine]:
    """An engine whose server keeps no deadline of its own, with one connection."""
    given = settings(database={"statement_timeout": "10m", "connections": 2})
    made = exporter_engine(exporter_url, given)
    yield made
    made.dispose()


def test_work_that_is_done_in_time_is_left_alone(patient: Engine) -> None:
    watchdog = Watchdog(patient)
    with watchdog.limit(LATE) as deadline, patient.connect() as connection:
        assert connection.execute(ONE).scalar() == 1
    assert (deadline.expired, deadline.cut, deadline.silent) == (False, False, False)


def test_a_statement_is_cancelled_on_the_server_and_the_connection_lives_on(patient: Engine) -> None:
    watchdog = Watchdog(patient)
    with (
        patient.connect() as connection,
        watchdog.limit(SOON, connection.connection.driver_connection) as deadline,
    ):
        with pytest.raises(Cancelled):
            connection.execute(SLEEP)
        connection.rollback()
        assert connection.execute(ONE).scalar() == 1
    assert (deadline.expired, deadline.cut, deadline.silent) == (True, False, False)


def test_work_outside_of_the_database_loses_its_connection_but_the_server_is_not_blamed(
    patient: Engine,
) -> None:
    watchdog = Watchdog(patient)
    with watchdog.limit(SOON) as deadline, patient.connect() as connection:
        connection.execute(ONE)
        eventually(lambda: deadline.cut)
        with pytest.raises(Unreachable):
            connection.execute(ONE)
    assert not deadline.silent
    with patient.connect() as connection:
        assert connection.execute(ONE).scalar() == 1


def test_after_the_deadline_no_new_connection_is_made(patient: Engine) -> None:
    watchdog = Watchdog(patient)
    with watchdog.limit(SOON) as deadline:
        eventually(lambda: deadline.expired)
        with pytest.raises(Unreachable, match="before there was a connection"):
            patient.connect()


def test_one_thread_s_deadline_does_not_touch_another_thread(patient: Engine) -> None:
    watchdog, results = Watchdog(patient), list[object]()
    other_is_done = threading.Event()

    def unhurried() -> None:
        with watchdog.limit(LATE), patient.connect() as connection:
            other_is_done.wait()
            results.append(connection.execute(ONE).scalar())

    thread = threading.Thread(target=unhurried)
    thread.start()
    # How it ends is not the point: on a starved machine the third layer may overtake the second.
    with pytest.raises((Cancelled, Unreachable)), watchdog.limit(SOON), patient.connect() as connection:
        connection.execute(SLEEP)
    other_is_done.set()
    thread.join()
    assert results == [1]


def test_everything_can_be_ended_at_once(patient: Engine) -> None:
    watchdog = Watchdog(patient)
    started = threading.Event()
    ended: list[type[BaseException]] = []

    def sleep() -> None:
        with watchdog.limit(LATE), patient.connect() as connection:
            started.set()
            try:
                connection.execute(SLEEP)
            except Cancelled as error:
                ended.append(type(error))

    thread = threading.Thread(target=sleep)
    thread.start()
    started.wait()

    def all_over() -> bool:
        watchdog.end_all()  # again until it has caught the statement under way
        return bool(ended)

    eventually(all_over)
    thread.join()
    assert ended == [Cancelled]
