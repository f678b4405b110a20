"""A demo business, the exporter on it with a clock that stands still, and a real Prometheus that scrapes it.

Shared by the tests that look at the whole way from the database to Prometheus. What goes on by itself (the
hurried demo, a Prometheus that scrapes every second) lives no longer than the file that asks for it: kept to
the end of the session, it takes half of the machine from all other tests.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
import requests
import yaml

from collectors.registry import create as create_collectors
from exporter.http.app import create_app
from exporter.http.server import Server, listen
from exporter.runtime import Exporter, exporter_engine
from exporter.settings.model import Database, ExporterSettings, Listen
from ledgerscope.demo.load import load_demo
from ledgerscope.store import roles
from ledgerscope.store.engine import OWNER, create_engine
from tests.processes import start
from tests.uncovered import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL, Engine

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 6, 17, 12, 0, tzinfo=UTC)
SCALE = 0.1
PROGRAM = Path(sys.executable).parent / "ledgerscope"


@dataclass(frozen=True, slots=True)
class Business:
    """A tenth of the demo business as it was at `noon`; nobody writes to it."""

    url: URL
    noon: datetime


@pytest.fixture(scope="session")
def business(clone_template: Callable[[], URL]) -> Business:
    url = clone_template()
    load_demo(url.render_as_string(hide_password=False), until=NOON, scale=SCALE)
    return Business(url, NOON)


@pytest.fixture(scope="session")
def ledger(business: Business) -> Iterator[Engine]:
    """For independent queries, with the owner's rights."""
    engine = create_engine(business.url, OWNER, pool_size=1)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def served(business: Business) -> Iterator[str]:
    """The address of an exporter that has collected once, at noon."""
    settings = ExporterSettings(database=Database(role=roles.EXPORTER))
    engine = exporter_engine(business.url, settings)
    exporter = Exporter(settings, create_collectors(), engine, clock=lambda: business.noon)
    try:
        page = exporter.collect_once()
        failures = {name: one.last_failure for name, one in page.records.items() if not one.succeeded}
        assert failures == {}
        with Server(create_app(exporter), listen(Listen(port=0))) as server:
            yield server.url
    finally:
        exporter.stop()
        engine.dispose()


class Prometheus:
    """A running Prometheus, asked over HTTP as Grafana asks it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def query(self, expr: str) -> list[dict[str, Any]]:
        """The instant vector of an expression: a list of metric and value."""
        answer = requests.get(f"{self.url}/api/v1/query", params={"query": expr}, timeout=30).json()
        assert answer["status"] == "success", f"{expr}: {answer.get('error')}"
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def get(self, path: str) -> Any:
        """Any other page of its API."""
        return requests.get(f"{self.url}/api/v1/{path}", timeout=30).json()["data"]


@pytest.fixture(scope="module")
def prometheus(served: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Debian's Prometheus on the exporter whose clock stands still."""
    with _scraping(served, tmp_path_factory.mktemp("prometheus")) as running:
        yield running


@pytest.fixture(scope="module")
def living_url(clone_template: Callable[[], URL]) -> Iterator[str]:
    """The address of `ledgerscope demo`: a process of its own, hurried, collecting every second."""
    with living_demo(clone_template(), scale=3 * SCALE, speed=10) as served:
        yield served


@contextmanager
def living_demo(database: URL, *, scale: float, speed: float) -> Iterator[str]:
    """The address that `ledgerscope demo` serves, while it runs in a process of its own."""
    url = database.render_as_string(hide_password=False)
    business = ["--scale", str(scale), "--speed", str(speed)]
    hurried = environment(LEDGERSCOPE_INTERVAL="1s", LEDGERSCOPE_JITTER="0s")
    arguments = ["demo", "--database-url", url, *business, "--port", "0"]
    with start(PROGRAM, *arguments, env=hurried, stderr=subprocess.PIPE) as process:
        try:
            assert process.stderr is not None
            said = next((line for line in process.stderr if line.split()[:1] == ["metrics"]), "")
            assert said, f"the demo ended with {process.wait()}"
            Thread(target=process.stderr.read, daemon=True).start()
            yield said.split()[1].removesuffix("/metrics")
        finally:
            process.terminate()
    assert process.returncode == 0


@pytest.fixture(scope="module")
def living(living_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Debian's Prometheus on the business that goes on, for what needs counters that move."""
    with _scraping(living_url, tmp_path_factory.mktemp("living")) as running:
        yield running


@contextmanager
def _scraping(served: str, folder: Path) -> Iterator[Prometheus]:
    """A Prometheus with our generated rules, after its first scrapes and evaluations."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("the program prometheus is not installed (Debian: apt-get install prometheus)")
    (folder / "prometheus.yml").write_text(yaml.safe_dump(_configuration(served, folder)), encoding="utf-8")
    port = _free_port()
    arguments = [
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    ]
    with (folder / "log").open("wb") as log:
        process = start(program, *arguments, stdout=log, stderr=log)
        try:
            yield _after_first_evaluations(Prometheus(f"http://127.0.0.1:{port}"), process, folder / "log")
        finally:
            process.terminate()
            process.wait(30)


def _configuration(served: str, folder: Path) -> dict[str, Any]:
    rules = folder / "rules"
    rules.mkdir()
    for path in sorted((ROOT / "rules" / "generated").glob("*.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for group in document["groups"]:
            group["interval"] = "1s"
        (rules / path.name).write_text(yaml.safe_dump(document), encoding="utf-8")
    return {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(rules / "*.yml")],
        "scrape_configs": [
            {
                "job_name": "ledgerscope",
                "static_configs": [{"targets": [served.removeprefix("http://")]}],
            }
        ],
    }


def _after_first_evaluations(prometheus: Prometheus, process: subprocess.Popen[str], log: Path) -> Prometheus:
    """Wait until scraped values have passed twice through the rules, which read each other's results."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"prometheus ended with {process.returncode}: {log.read_text(encoding='utf-8')}")
        try:
            groups = prometheus.get("rules")["groups"]
            scraped = prometheus.query('count_over_time(up{job="ledgerscope"}[1m])')
        except (requests.ConnectionError, requests.JSONDecodeError):  # not listening yet, or not ready
            time.sleep(0.1)
            continue
        if scraped and float(scraped[0]["value"][1]) >= 5 and _all_evaluated(groups):
            return prometheus
        time.sleep(0.2)
    pytest.fail(f"prometheus did not get ready: {log.read_text(encoding='utf-8')}")


def _all_evaluated(groups: list[dict[str, Any]]) -> bool:
    return all(
        rule["lastEvaluation"] > "0001" and rule["health"] == "ok" for g in groups for rule in g["rules"]
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port
