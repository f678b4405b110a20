"""PostgreSQL stopped, frozen and back again: every scrape is answered, the state is honest."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from exporter.exposition.text import Format
from exporter.http.app import create_app
from exporter.http.server import Server, listen
from exporter.runtime import Exporter, exporter_engine
from exporter.state.failures import FailureClass
from ledgerscope.store.embedded import EmbeddedPostgres, embedded_postgres
from tests.exporter.doubles import SqlCollector, aging_collector, eventually, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

SECOND = settings(interval="1s")


class PowerSwitch:
    """A server of this test's own, to be stopped, frozen and started again at the same place."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._running = ExitStack()
        self.server = self.start()

    def start(self) -> EmbeddedPostgres:
        return self._running.enter_context(embedded_postgres(self._directory, durable=False))

    def stop(self) -> None:
        self._running.close()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        processes = self._processes()
        try:
            for pid in processes:
                os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in processes:
                os.kill(pid, signal.SIGCONT)

    def _processes(self) -> list[int]:
        first = int((self.server.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text(encoding="utf-8").split()
        return [first, *map(int, children)]


@pytest.fixture(scope="module")
def switch() -> Iterator[PowerSwitch]:
    directory = Path(tempfile.mkdtemp(prefix="ledgerscope-outages-"))
    directory.chmod(0o755)  # the server's account has to pass through
    power = PowerSwitch(directory)
    yield power
    power.stop()
    shutil.rmtree(directory)


@pytest.fixture
def exporter(switch: PowerSwitch) -> Iterator[Exporter]:
    engine = exporter_engine(switch.server.url, SECOND)
    made = Exporter(SECOND, [SqlCollector(), aging_collector()], engine)
    yield made
    made.stop()
    engine.dispose()


def served_values(exporter: Exporter, metric: str) -> dict[str, float]:
    lines = exporter.scrape.body(Format.TEXT, gzip=False).decode().splitlines()
    return {
        name: float(value)
        for line in lines
        if line.startswith(f"ledgerscope_{metric}")
        for name, value in [line.rsplit(" ", 1)]
    }


def fresh(exporter: Exporter) -> bool:
    return (
        served_values(exporter, "collector_state")[
            'ledgerscope_collector_state{collector="jobs",state="fresh"}'
        ]
        == 1
    )


def test_a_stopped_database_is_reported_and_its_return_is_noticed(
    switch: PowerSwitch, exporter: Exporter
) -> None:
    exporter.start()
    with Server(create_app(exporter), listen(SECOND.listen)) as server:
        answers = []

        def scrape() -> str:
            answer = requests.get(f"{server.url}/metrics", timeout=10)
            answers.append(answer.status_code)
            return answer.text

        eventually(lambda: "telecom_billing_queue_depth{" in scrape())
        switch.stop()
        try:
            eventually(lambda: "ledgerscope_database_up 0.0" in scrape())
            eventually(lambda: 'state="expired"} 1.0' in scrape())
            assert "telecom_billing_queue_depth{" not in scrape()
            assert requests.get(f"{server.url}/health", timeout=10).status_code == 503
            assert requests.get(f"{server.url}/health/live", timeout=10).status_code == 200
        finally:
            switch.start()
        eventually(lambda: "telecom_billing_queue_depth{" in scrape())
        assert "ledgerscope_database_up 1.0" in scrape()
        assert set(answers) == {200}


def test_a_frozen_database_frees_the_workers_and_is_reported(switch: PowerSwitch, exporter: Exporter) -> None:
    exporter.collect_once()
    with switch.frozen():
        records = exporter.collect_once().records
        assert records["jobs"].failures[FailureClass.TIMEOUT] == 1
        assert "did not answer within 1 s" in str(records["jobs"].last_failure)
        assert served_values(exporter, "database_up") == {"ledgerscope_database_up": 0.0}
        # from here on the pool has no connection: new ones are refused by their own time limit
        records = exporter.collect_once().records
        assert records["jobs"].failures[FailureClass.UNREACHABLE] == 1
        assert served_values(exporter, "database_up") == {"ledgerscope_database_up": 0.0}
    assert exporter.collect_once().database is True
    assert fresh(exporter)


def test_an_exporter_that_starts_before_its_database_serves_as_soon_as_it_is_there(
    switch: PowerSwitch, exporter: Exporter
) -> None:
    switch.stop()
    try:
        exporter.start()
        eventually(lambda: exporter.ready)
        assert served_values(exporter, "database_up") == {"ledgerscope_database_up": 0.0}
        assert exporter.page().records["jobs"].failures[FailureClass.UNREACHABLE] >= 1
    finally:
        switch.start()
    eventually(lambda: fresh(exporter))


def test_stopping_ends_what_is_running_on_the_server(switch: PowerSwitch) -> None:
    patient = settings(database={"statement_timeout": "10m"})
    engine = exporter_engine(switch.server.url, patient)
    exporter = Exporter(patient, [SqlCollector(statement="select pg_sleep(600)")], engine)
    running = (
        "select 'acme', 'q', count(*) from pg_stat_activity "
        "where query ~ '^select pg_sleep.600' and state = 'active'"
    )
    watcher = Exporter(patient, [SqlCollector(statement=running)], engine)

    def sleepers() -> float:
        slot = watcher.collect_once().records["jobs"].slot
        assert slot is not None
        value = slot.readings[0].value
        assert isinstance(value, float)
        return value

    exporter.start()
    eventually(lambda: sleepers() == 1)
    exporter.stop()
    assert sleepers() == 0
    watcher.stop()
    engine.dispose()
