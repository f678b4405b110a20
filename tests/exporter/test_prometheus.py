"""A real Prometheus scrapes what we serve, and promtool finds nothing to say about it."""

from __future__ import annotations

import shutil
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest
import requests

from collectors.base import Distribution, Reading
from exporter.exposition.text import Format
from exporter.http.app import create_app
from exporter.http.server import Server, listen
from exporter.settings.model import Listen
from ledgerscope.catalogue import jobs
from tests.exporter.doubles import SqlCollector, aging_collector, eventually
from tests.processes import start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from exporter.runtime import Exporter
    from tests.exporter.conftest import MakeExporter

pytestmark = [
    pytest.mark.prometheus,
    pytest.mark.skipif(
        not (shutil.which("prometheus") and shutil.which("promtool")),
        reason="prometheus and promtool are not installed",
    ),
]

CONFIGURATION = """
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: ledgerscope
    static_configs: [{{targets: ["{target}"]}}]
"""


class Durations(SqlCollector):
    """A histogram beside the plain values."""

    def collect(self, connection: Connection, as_of: datetime) -> list[Reading]:
        super().collect(connection, as_of)
        counts = tuple(range(1, len(self.metric.buckets) + 2))
        return [Reading(self.metric, ("acme", "q", 'the "odd" one', "failed"), Distribution(counts, 12.5))]


@pytest.fixture
def exporter(make_exporter: MakeExporter) -> Exporter:
    made = make_exporter(SqlCollector(), aging_collector(), Durations("churn", metric=jobs.DURATION))
    made.collect_once()
    return made


@pytest.fixture
def prometheus(exporter: Exporter, tmp_path: Path) -> Iterator[str]:
    with Server(create_app(exporter), listen(Listen(port=0))) as server:
        configuration = tmp_path / "prometheus.yml"
        target = server.url.removeprefix("http://")
        configuration.write_text(CONFIGURATION.format(target=target), encoding="utf-8")
        address = f"127.0.0.1:{free_port()}"
        arguments = [
            "prometheus",
            f"--config.file={configuration}",
            f"--storage.tsdb.path={tmp_path / 'data'}",
            f"--web.listen-address={address}",
        ]
        with (tmp_path / "log").open("wb") as log, start(*arguments, stderr=log) as process:
            yield f"http://{address}"
            process.terminate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def query(prometheus: str, expression: str) -> list[float]:
    try:
        answer = requests.get(f"{prometheus}/api/v1/query", params={"query": expression}, timeout=5)
    except requests.ConnectionError:  # not up yet
        return []
    if answer.status_code == requests.codes.service_unavailable:  # up, reading its log
        return []
    return [float(series["value"][1]) for series in answer.json()["data"]["result"]]


def test_what_it_stores_is_what_was_collected(prometheus: str) -> None:
    eventually(lambda: query(prometheus, 'up{job="ledgerscope"}') == [1.0])
    for expression, expected in (
        ('telecom_billing_queue_depth{queue="invoices"}', 3.0),
        ('customer_receivable_amount{currency="EUR"}', 120.5),
        ("telecom_billing_job_processing_duration_seconds_sum", 12.5),
        (
            'telecom_billing_job_processing_duration_seconds_bucket{le="+Inf", job_name="the \\"odd\\" one"}',
            11.0,
        ),
        ("sum(ledgerscope_collector_up)", 3.0),
        ("ledgerscope_database_up", 1.0),
        ("count(process_resident_memory_bytes)", 1.0),
    ):
        assert query(prometheus, expression) == [expected], expression


def test_series_that_expire_are_marked_stale_there(prometheus: str, exporter: Exporter) -> None:
    eventually(lambda: query(prometheus, "telecom_billing_queue_depth"))
    exporter._clock.turn(60)  # type: ignore[attr-defined]  # the fixture's clock
    eventually(lambda: not query(prometheus, "telecom_billing_queue_depth"))
    assert query(prometheus, 'ledgerscope_collector_state{collector="jobs", state="expired"}') == [1.0]


def test_promtool_has_nothing_to_say(exporter: Exporter) -> None:
    page = exporter.scrape.body(Format.TEXT, gzip=False)
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=page, capture_output=True, check=False, timeout=60
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")
