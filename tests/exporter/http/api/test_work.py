"""The queue of reads has an end, and what nobody waits for any more is not begun, or is ended."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

import pytest

from exporter.http.api.work import Workers
from ledgerscope.store.engine import create_engine
from tests.exporter.doubles import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.collection.deadline import Deadline

LONG = 60.0


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers(create_engine("postgresql://nowhere.invalid/x"), 1)  # never connected to
    yield made
    made.stop()


def test_more_than_can_wait_is_refused_until_there_is_room(workers: Workers) -> None:
    go_on = Event()
    jobs = [workers.submit(lambda _: go_on.wait(LONG), LONG) for _ in range(22)]
    assert [job is None for job in jobs] == [False] * 21 + [True]
    go_on.set()
    assert all(job.future.result(LONG) for job in jobs if job is not None)
    later = workers.submit(lambda _: "done", LONG)
    assert later is not None
    assert later.future.result(LONG) == "done"


def test_what_is_given_up_in_the_queue_never_begins_and_leaves_room(workers: Workers) -> None:
    go_on, begun = Event(), list[str]()
    first = workers.submit(lambda _: go_on.wait(LONG), LONG)
    waiting = [workers.submit(lambda _: begun.append("waited"), LONG) for _ in range(20)]
    assert workers.submit(lambda _: None, LONG) is None
    for job in waiting:
        assert job is not None
        job.give_up()
        assert job.future.cancelled()
    last = workers.submit(lambda _: begun.append("last"), LONG)
    go_on.set()
    assert first is not None
    assert last is not None
    assert last.future.result(LONG) is None
    assert begun == ["last"]


def test_what_has_waited_beyond_its_time_never_begins(workers: Workers) -> None:
    begun = list[str]()
    job = workers.submit(lambda _: begun.append("late"), 0.0)
    assert job is not None
    assert job.future.result(LONG) is None
    assert not job.begun
    assert begun == []


def test_what_is_given_up_under_way_is_ended(workers: Workers) -> None:
    def until_ended(deadline: Deadline) -> str:
        eventually(lambda: deadline.expired)
        return "ended"

    job = workers.submit(until_ended, LONG)
    assert job is not None
    eventually(lambda: job.begun)
    job.give_up()
    assert job.future.result(LONG) == "ended"
