"""While the business goes on, a scrape shows what the second opinion finds in the rows of that moment.

The rows of a scrape are not there any more once it can be looked at: a job that is enqueued at 12:00:01 may
be committed at 12:00:02, and a heartbeat is written over the one before. So before each scrape that is
compared, the test takes all tables in SHARE mode, which lets the exporter read and makes writers wait. A
collector whose `as_of` is later than the moment of the lock has opened its snapshot after it, so it read just
the rows that the test reads. Nothing is allowed to differ.

Between two such scrapes the lock is let go and the exporter goes on collecting, so its counters, which add up
from tick to tick, have gone through every commit and every order of commits in between.
"""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from ledgerscope.catalogue import AREAS
from ledgerscope.store.engine import OWNER, create_engine
from ledgerscope.store.errors import Timeout
from tests.integration import oracle
from tests.integration.agreement import differing
from tests.integration.conftest import living_demo
from tests.thoroughness import thorough_only, tries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import URL, Connection, Engine

    from tests.integration.agreement import Served

    Scrape = tuple[dict[str, datetime], Served, list[str]]

pytestmark = thorough_only()  # a business that lives for half a minute

SCRAPES: Final = tries(3, thorough=6)
PATIENCE: Final = 60.0  # seconds, on a machine that does much else
AREA_OF: Final = {
    name: area.name for area in AREAS for metric in area.metrics for name in metric.series_names
}
LABELS: Final = {
    name: (*metric.label_names, *(("le",) if name.endswith("_bucket") else ()))
    for metric in oracle.METRICS
    for name in metric.series_names
}


@pytest.fixture(scope="module")
def scraped(clone_template: Callable[[], URL]) -> list[Scrape]:
    """For each scrape: the instants of the collectors, the series, and what differs."""
    url = clone_template()
    engine = create_engine(url, OWNER, pool_size=1).execution_options(isolation_level="REPEATABLE READ")
    try:
        with living_demo(url, scale=0.03, speed=100) as served:
            scrapes = [one_scrape(engine, served) for _ in range(SCRAPES)]
            deadline = time.monotonic() + PATIENCE
            while jobs_done(scrapes[0]) == jobs_done(scrapes[-1]) and time.monotonic() < deadline:
                scrapes.append(one_scrape(engine, served))
            return scrapes
    finally:
        engine.dispose()


def one_scrape(engine: Engine, served: str) -> Scrape:
    with nobody_writes(engine) as connection:
        instants, page = next_scrape(served, later_than=datetime.now(UTC))
        companies = oracle.read(connection)
    return instants, page, judged(page, companies, instants)


def jobs_done(scrape: Scrape) -> float:
    """How many runs of jobs are counted."""
    return float(sum(scrape[1]["telecom_billing_jobs_total"].values()))


def test_every_series_of_every_scrape_agrees(
    scraped: list[Scrape],
) -> None:
    assert [line for *_, found in scraped for line in found] == []


def test_the_business_went_on_between_the_scrapes(
    scraped: list[Scrape],
) -> None:
    runs = [jobs_done(scrape) for scrape in scraped]
    assert runs == sorted(runs)
    assert runs[0] < runs[-1]


@contextmanager
def nobody_writes(engine: Engine) -> Iterator[Connection]:
    """A transaction during which writers wait. It never waits itself: two that wait could be a deadlock."""
    locked = text(f"lock table {', '.join(oracle.TABLES)} in share mode nowait")
    deadline = time.monotonic() + PATIENCE
    while True:
        with engine.connect() as connection, connection.begin():
            try:
                connection.execute(locked)
            except Timeout:  # somebody is writing
                assert time.monotonic() < deadline, "the tables are never free"
                time.sleep(0.01)
                continue
            yield connection
            return


def next_scrape(served: str, later_than: datetime) -> tuple[dict[str, datetime], Served]:
    """A page whose values are all of snapshots opened after an instant, and the instant of each collector."""
    deadline = time.monotonic() + PATIENCE
    while True:
        before = as_of(served)
        page = requests.get(f"{served}/metrics", timeout=10).text
        if min(before.values()) > later_than and before == as_of(served):
            return before, series(page)
        assert time.monotonic() < deadline, f"no collection since {later_than}: {before}"
        time.sleep(0.05)


def as_of(served: str) -> dict[str, datetime]:
    collectors = requests.get(f"{served}/health", timeout=10).json()["collectors"]
    long_ago = "1970-01-01T00:00:00+00:00"
    return {name: datetime.fromisoformat(one["as_of"] or long_ago) for name, one in collectors.items()}


def series(page: str) -> Served:
    found: Served = defaultdict(dict)
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            if names := LABELS.get(sample.name):
                found[sample.name][tuple(sample.labels[name] for name in names)] = sample.value
    return found


def judged(page: Served, companies: Any, instants: Mapping[str, datetime]) -> list[str]:
    """What differs, each metric at the instant of its collector."""
    found = []
    for instant in sorted(set(instants.values())):
        wanted = oracle.expected(companies, instant)
        of_instant = {name: values for name, values in wanted.items() if instants[AREA_OF[name]] == instant}
        found += [f"as of {instant}: {line}" for line in differing(page, of_instant)]
    return found
