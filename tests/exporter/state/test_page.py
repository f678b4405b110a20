"""Pages are whole: a reader sees everything of a publication or nothing, and never what has expired."""

from __future__ import annotations

import gzip
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.base import Reading
from exporter.exposition.text import Format
from exporter.settings.policy import Policy
from exporter.state.collector_state import Outcome, Record
from exporter.state.failures import Failure, FailureClass
from exporter.state.page import Page, Publisher
from exporter.state.snapshot import take
from ledgerscope.catalogue import aging, jobs
from tests.exporter.doubles import NOON

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.catalogue import Metric

METRICS = {"jobs": jobs.QUEUE_DEPTH, "aging": aging.RECEIVABLE}
POLICY = Policy(timedelta(seconds=15), timedelta(seconds=20), timedelta(seconds=45))


def publisher() -> Publisher:
    return Publisher(Record(name, POLICY) for name in METRICS)


def outcome(name: str, value: float, as_of: datetime = NOON) -> Outcome:
    readings = [Reading(METRICS[name], ("acme", "x"), value)]
    return Outcome(name, 0.1, take(readings, as_of=as_of, finished_at=as_of))


def plain(page: Page) -> str:
    return b"".join(page.bodies[Format.TEXT].pieces).decode()


def zipped(page: Page) -> str:
    return gzip.decompress(page.bodies[Format.TEXT].member.finished(b"")).decode()


def value(page: Page, metric: Metric) -> float | None:
    found = [line for line in plain(page).splitlines() if line.startswith(f"{metric.name}{{")]
    return float(found[0].rsplit(" ", 1)[1]) if found else None


def test_at_first_there_is_an_empty_page() -> None:
    page = publisher().page_at(NOON)
    assert plain(page) == zipped(page) == ""
    assert page.database is None
    assert not page.complete


def test_a_page_is_not_changed_by_the_next_one() -> None:
    wall = publisher()
    first = wall.report([outcome("jobs", 1)], NOON)
    second = wall.report([outcome("jobs", 2), outcome("aging", 3)], NOON)
    assert [value(page, jobs.QUEUE_DEPTH) for page in (first, second)] == [1, 2]
    assert (first.complete, second.complete) == (False, True)


def test_the_page_after_a_failure_still_has_the_values_but_knows() -> None:
    wall = publisher()
    wall.report([outcome("jobs", 1)], NOON)
    away = Failure(FailureClass.UNREACHABLE, "away", NOON, answered=False)
    page = wall.report([Outcome("jobs", 0.1, away)], NOON)
    assert value(page, jobs.QUEUE_DEPTH) == 1
    assert page.database is False


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(tuple(METRICS)), st.integers(0, 60), st.floats(0, 1e6)), max_size=8),
    st.integers(0, 120),
)
def test_a_page_holds_exactly_what_has_not_expired(runs: list[tuple[str, int, float]], later: int) -> None:
    wall, now = publisher(), NOON
    last: dict[str, tuple[datetime, float]] = {}
    for name, wait, number in runs:
        now += timedelta(seconds=wait)
        wall.report([outcome(name, number, now)], now)
        last[name] = (now, number)
    now += timedelta(seconds=later)
    page = wall.page_at(now)
    for name, metric in METRICS.items():
        as_of, number = last.get(name, (NOON - timedelta(days=1), 0.0))
        assert value(page, metric) == (number if now - as_of < POLICY.expire_after else None)
    assert plain(page) == zipped(page)


def test_readers_never_see_half_of_a_publication() -> None:
    """Both collectors always publish the same number; ten thousand reads while they do so."""
    wall, torn, stop = publisher(), [], threading.Event()

    def publish() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            wall.report([outcome(name, number) for name in METRICS], NOON)

    writer = threading.Thread(target=publish)
    writer.start()
    try:
        for _ in range(10_000):
            page = wall.page_at(NOON)
            numbers = {line.rsplit(" ", 1)[1] for line in plain(page).splitlines() if line[0] != "#"}
            if len(numbers) > 1:
                torn.append(numbers)
    finally:
        stop.set()
        writer.join()
    assert torn == []


def test_skips_are_counted_without_a_new_body() -> None:
    wall = publisher()
    wall.skip(["jobs"])
    assert wall.page.records["jobs"].skipped == 1
