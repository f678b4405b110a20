"""Counters survive: killed without warning while others write, none goes down and none is off by one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import TYPE_CHECKING

import requests
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from ledgerscope.store.engine import OWNER, begin_as, create_engine
from tests.processes import start
from tests.thoroughness import thorough_only, tries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from tests.conftest import Database

pytestmark = thorough_only()  # a business that lives for half a minute

Counters = dict[tuple[str, frozenset[tuple[str, str]]], float]

PROGRAM = Path(sys.executable).parent / "ledgerscope"
COMPANY = "acme"
INSERT = text(
    "insert into event (tenant_id, event_type, labels, duration_ms, occurred_at) "
    "values (:company, 'JobFinished', cast(:labels as jsonb), 1500, now())"
)
LABELS = '{"queue": "mail", "job_name": "%s", "status": "completed"}'
NAMES = ("send", "bounce", "digest")


def test_killed_exporters_lose_and_double_nothing(database: Database) -> None:
    _found_company(database)
    with ExitStack() as running:
        finish_writing = running.enter_context(_writers(database.app_url))
        seen: Counters = {}
        for _ in range(tries(2, thorough=4)):
            process, url = running.enter_context(_exporter(database.exporter_url))
            for _ in range(5):
                seen = _not_lower(seen, _counters(url))
                time.sleep(0.1)
            process.kill()
        first = running.enter_context(_exporter(database.exporter_url))[1]
        second = running.enter_context(_exporter(database.exporter_url))[1]
        _not_lower(seen, _counters(first))
        finish_writing()
        expected = _counted(database.owner_url)
        assert sum(expected.values()) > 100, "the writers have not written enough to prove anything"
        assert _settled(first, expected) == expected
        assert _settled(second, expected) == expected


def _found_company(database: Database) -> None:
    engine = create_engine(database.owner_url, OWNER, pool_size=0)
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into tenant (tenant_id, name, timezone, base_currency, created_at) "
                "values (:company, 'Acme', 'Europe/Berlin', 'EUR', now())"
            ),
            {"company": COMPANY},
        )


@contextmanager
def _writers(url: str) -> Iterator[Callable[[], None]]:
    """Four writers whose transactions overlap, commit out of order and are sometimes rolled back.

    What is yielded makes them stop and waits for their last commits.
    """
    engine = create_engine(url, pool_size=4)
    stop = Event()
    threads = [Thread(target=_write, args=(engine, stop, Random(seed))) for seed in range(4)]

    def finish() -> None:
        stop.set()
        for thread in threads:
            thread.join()

    for thread in threads:
        thread.start()
    try:
        yield finish
    finally:
        finish()
        engine.dispose()


def _write(engine: Engine, stop: Event, random: Random) -> None:
    while not stop.is_set():
        with begin_as(engine, COMPANY) as connection:
            for _ in range(random.randint(1, 4)):
                connection.execute(INSERT, {"company": COMPANY, "labels": LABELS % random.choice(NAMES)})
                time.sleep(random.random() / 100)
            if random.random() < 0.2:
                connection.rollback()


@contextmanager
def _exporter(url: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The installed command as a process of its own, collecting as often as it is allowed to."""
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "LEDGERSCOPE_LISTEN__PORT": "0",
        "LEDGERSCOPE_INTERVAL": "200ms",
        "LEDGERSCOPE_JITTER": "0s",
        "LEDGERSCOPE_COLLECTORS__JOBS__EXPIRE_AFTER": "1m",
    }
    process = start(PROGRAM, "serve", env=environment, stderr=subprocess.PIPE)
    try:
        assert process.stderr is not None
        said = next(line for line in process.stderr if line.startswith("serving on "))
        served = said.removeprefix("serving on ").strip()
        _wait_until_ready(served)
        yield process, served
    finally:
        process.terminate()
        process.communicate()


def _wait_until_ready(served: str) -> None:
    root = served.removesuffix("/metrics")
    for _ in range(600):
        if requests.get(f"{root}/health/ready", timeout=10).ok:
            return
        time.sleep(0.05)
    raise AssertionError(requests.get(f"{root}/health", timeout=10).text)


def _counters(served: str) -> Counters:
    page = requests.get(served, timeout=10).text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page)
        if family.name in ("telecom_billing_jobs", "telecom_billing_job_processing_duration_seconds")
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def _not_lower(before: Counters, after: Counters) -> Counters:
    lower = {key: (value, after.get(key)) for key, value in before.items() if after.get(key, -1.0) < value}
    assert lower == {}
    return after


def _counted(url: str) -> dict[str, float]:
    engine = create_engine(url, OWNER, pool_size=0)
    query = text(
        "select labels->>'job_name', count(*) from event where event_type = 'JobFinished' group by 1"
    )
    with engine.connect() as connection:
        return {name: float(n) for name, n in connection.execute(query)}


def _settled(served: str, expected: dict[str, float]) -> dict[str, float]:
    """The counts by job once they have reached the total, or as they are after some seconds."""
    found: dict[str, float] = {}
    for _ in range(100):
        found = {
            dict(labels)["job_name"]: value
            for (name, labels), value in _counters(served).items()
            if name == "telecom_billing_jobs_total" and ("status", "completed") in labels
        }
        if sum(found.values()) >= sum(expected.values()):
            break
        time.sleep(0.1)
    return found
