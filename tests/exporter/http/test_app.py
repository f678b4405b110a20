"""The routes over real HTTP on a real port."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from typing import TYPE_CHECKING

import pytest
import requests
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from collectors.base import Distribution, Reading
from exporter.http.app import create_app
from exporter.http.server import Server, listen
from exporter.settings.model import Listen
from ledgerscope.catalogue import jobs
from tests.exporter.doubles import SqlCollector, aging_collector, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from exporter.runtime import Exporter
    from tests.exporter.conftest import MakeExporter

    Get = Callable[..., requests.Response]

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


class Histogram(SqlCollector):
    """A collector of one distribution."""

    def collect(self, connection: Connection, as_of: datetime) -> list[Reading]:
        super().collect(connection, as_of)
        return [
            Reading(jobs.DURATION, ("acme", "q", "bill", "failed"), Distribution((1,) * 10 + (2,), 400.5))
        ]


@pytest.fixture
def exporter(make_exporter: MakeExporter) -> Exporter:
    nothing = SqlCollector("churn", "select 'acme', 'q', 'NaN'::float8", jobs.RUNNING)
    made = make_exporter(
        SqlCollector(misplaced=2), aging_collector(), nothing, Histogram("revenue", metric=jobs.DURATION)
    )
    made.collect_once()
    return made


@pytest.fixture
def get(exporter: Exporter) -> Iterator[Get]:
    with Server(create_app(exporter), listen(Listen(port=0))) as server, requests.Session() as session:

        def request(path: str, method: str = "GET", **headers: str) -> requests.Response:
            return session.request(method, server.url + path, headers=headers, timeout=10)

        yield request


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("*/*", "text/plain; version=0.0.4; charset=utf-8"),
        (OPENMETRICS, "application/openmetrics-text; version=1.0.0; charset=utf-8"),
    ],
)
def test_metrics_are_served_in_the_format_that_is_asked_for(get: Get, accept: str, content_type: str) -> None:
    answer = get("/metrics", Accept=accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == content_type
    assert answer.headers["vary"] == "Accept, Accept-Encoding"
    assert 'telecom_billing_queue_depth{company_id="acme",queue="invoices"} 3.0' in answer.text


@pytest.mark.parametrize(
    "query", ["", "?collect[]=jobs&collect[]=aging", "?name[]=process_cpu_seconds_total"]
)
def test_the_reference_parsers_accept_both_formats(get: Get, query: str) -> None:
    text = [family.name for family in parse_text(get(f"/metrics{query}").text)]
    openmetrics = [
        family.name
        for family in parse_openmetrics(get(f"/metrics{query}", Accept=OPENMETRICS).text)  # type: ignore[no-untyped-call]  # untyped there
    ]
    assert text
    assert len(set(text)) == len(text)
    assert sorted(text) == sorted(openmetrics)


def test_gzip_is_one_member_and_the_same_page(get: Get) -> None:
    encoded = get("/metrics", **{"Accept-Encoding": "gzip"})
    assert encoded.headers["content-encoding"] == "gzip"
    plain = get("/metrics", **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers

    def business(text: str) -> list[str]:
        return [line for line in text.splitlines() if not line.startswith(("process_", "python_"))]

    assert business(encoded.text) == business(plain.text)


def test_head_reports_the_size_and_sends_nothing(get: Get) -> None:
    answer = get("/metrics", "HEAD")
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) > 1000
    assert answer.content == b""


def test_other_methods_are_refused(get: Get) -> None:
    answer = get("/metrics", "POST")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_collect_restricts_to_collectors_and_what_is_said_about_them(get: Get) -> None:
    text = get("/metrics?collect[]=aging").text
    assert "customer_receivable_amount{" in text
    assert 'ledgerscope_collector_up{collector="aging"} 1.0' in text
    assert "jobs" not in text
    assert "process_" not in text


def test_name_restricts_to_metrics(get: Get) -> None:
    text = get("/metrics?name[]=customer_receivable_amount&name[]=ledgerscope_database_up").text
    families = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    assert families == {"customer_receivable_amount", "ledgerscope_database_up"}


def test_restricted_pages_are_encoded_too(get: Get) -> None:
    answer = get(
        "/metrics?name[]=ledgerscope_database_up", **{"Accept-Encoding": "gzip", "Accept": OPENMETRICS}
    )
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.text.endswith("ledgerscope_database_up 1.0\n# EOF\n")


def test_a_misspelt_collector_is_reported(get: Get) -> None:
    answer = get("/metrics?collect[]=agin")
    assert answer.status_code == 400
    assert (
        answer.text
        == "there is no collector 'agin' (did you mean 'aging'?); there are jobs, aging, churn, revenue\n"
    )


def test_the_page_as_json(get: Get) -> None:
    page = get("/metrics/json").json()
    assert page["metrics"]["telecom_billing_queue_depth"] == {
        "type": "gauge",
        "help": "Jobs waiting to be started.",
        "samples": [{"labels": {"company_id": "acme", "queue": "invoices"}, "value": 3.0}],
    }
    assert page["metrics"]["telecom_billing_jobs_running"]["samples"][0]["value"] == "NaN"
    (took,) = page["metrics"]["telecom_billing_job_processing_duration_seconds"]["samples"]
    assert (took["value"]["count"], took["value"]["sum"]) == (2, 400.5)
    assert took["value"]["buckets"]["0.1"] == 1
    assert took["value"]["buckets"]["+Inf"] == 2
    assert page["as_of"]["jobs"] == "2026-03-01T12:00:00+00:00"
    assert "ledgerscope_collector_up" in page["metrics"]


def test_health_reports_each_collector(get: Get) -> None:
    health = get("/health").json()
    assert health["status"] == "ok"
    assert health["database"] is True
    assert health["collectors"]["jobs"]["state"] == "fresh"
    assert health["collectors"]["jobs"]["misplaced_events"] == 2


def test_an_isolated_company_is_named_with_its_reason_wherever_people_look(
    make_exporter: MakeExporter,
) -> None:
    made = make_exporter(SqlCollector(isolated={"zenith": "zone <Mars> is unknown"}))
    made.collect_once()
    with Server(create_app(made), listen(Listen(port=0))) as server:
        health = requests.get(f"{server.url}/health", timeout=10).json()
        page = requests.get(server.url, timeout=10).text
        metrics = requests.get(f"{server.url}/metrics", timeout=10).text
    assert health["status"] == "degraded"
    assert health["collectors"]["jobs"]["isolated_companies"] == {"zenith": "zone <Mars> is unknown"}
    assert "values of 1 company are left out: zenith (zone &lt;Mars&gt; is unknown)" in page
    assert 'ledgerscope_collector_isolated_company{collector="jobs",company_id="zenith"} 1.0' in metrics
    assert 'ledgerscope_collector_isolated_companies{collector="jobs"} 1.0' in metrics


def test_alive_while_collections_are_started(get: Get, exporter: Exporter) -> None:
    assert get("/health/live").status_code == 503
    exporter.start()
    assert get("/health/live").json() == {"status": "alive"}


def test_the_index_page_is_for_people(get: Get) -> None:
    answer = get("/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Status: <strong>ok</strong>. Database: answers." in answer.text
    assert "2 events are in no counter" in answer.text
    assert '<a href="metrics">/metrics</a>' in answer.text


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_pages_fit_a_phone_and_need_nothing_from_elsewhere(get: Get, path: str) -> None:
    answer = get(path)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in answer.text
    assert not re.search(r"<script|//|@import|src=", answer.text)


def test_every_address_is_described(get: Get) -> None:
    text = get("/docs").text.replace("<wbr>", "")
    described = set(get("/openapi.json").json()["paths"])
    assert described == {"/metrics/json", "/health", "/health/live", "/health/ready"}
    assert all(f'<td class="code">{path}<td>' in text for path in described | {"/metrics", "/openapi.json"})
    assert get("/redoc").status_code == 404


def test_numbers_on_the_index_page_are_aligned_to_the_right(get: Get) -> None:
    assert '<tr><td>aging<td>fresh<td class="number">0 s<td class="number">1' in get("/").text


def test_a_reason_that_several_collectors_share_is_on_the_index_page_once(
    make_exporter: MakeExporter,
) -> None:
    made = make_exporter(SqlCollector(statement="select nothing"), aging_collector("select nothing"))
    made.collect_once()
    with Server(create_app(made), listen(Listen(port=0))) as server:
        text = requests.get(server.url, timeout=10).text
    assert text.count("<li>jobs, aging: ") == 1
    assert text.count("nothing") == 1


def test_not_ready_before_the_first_tick_unless_the_settings_say_so(make_exporter: MakeExporter) -> None:
    eager = settings(listen={"port": 0, "ready_at_once": True})
    for given, expected in ((settings(), 503), (eager, 200)):
        exporter = make_exporter(SqlCollector(), given=given)
        with Server(create_app(exporter), listen(given.listen)) as server:
            assert requests.get(f"{server.url}/health/ready", timeout=10).status_code == expected
            exporter.collect_once()
            assert requests.get(f"{server.url}/health/ready", timeout=10).json() == {"status": "ready"}


def test_what_is_sent_is_gzip_that_strict_tools_read(exporter: Exporter) -> None:
    with Server(create_app(exporter), listen(Listen(port=0))) as server:
        headers = {"Accept-Encoding": "gzip"}
        raw = requests.get(f"{server.url}/metrics", headers=headers, stream=True, timeout=10).raw.read()
    assert gzip.decompress(raw).startswith(b"# HELP telecom_billing_queue_depth")


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/health", "/health/live", "/metrics", "/metrics/json", "/openapi.json"]
)
def test_head_is_answered_wherever_get_is(get: Get, path: str) -> None:
    head = get(path, "HEAD")
    assert (head.status_code, head.content) == (get(path).status_code, b"")
    assert int(head.headers["content-length"]) > 0


@pytest.mark.parametrize("path", ["/", "/docs", "/health", "/metrics", "/nowhere", "/openapi.json"])
def test_no_answer_may_be_taken_for_another_type(get: Get, path: str) -> None:
    assert get(path).headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_allows_its_own_style_and_nothing_else(get: Get, path: str) -> None:
    answer = get(path)
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    directives = answer.headers["content-security-policy"].split("; ")
    assert directives[:2] == ["default-src 'none'", f"style-src 'sha256-{digest}'"]
    assert not re.search(r"<script|<img|<link|style=|src=", answer.text)
