"""Each request moves the metrics by exactly one, under names that were known before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporter.http.api.application import create_routes
from exporter.reporting.request_metrics import RequestMetrics
from ledgerscope.catalogue import api as catalogue
from tests.exporter.http.api.conftest import token

if TYPE_CHECKING:
    from tests.exporter.http.api.conftest import Books, Client

ANSWERED = "telecom_billing_http_requests_total"
DURATION = "telecom_billing_http_request_duration_seconds_count"
OPERATION = "customer_request_duration_seconds_count"
NAMES = (ANSWERED, DURATION, OPERATION)


def moved(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    return {
        name: value - before.get(name, 0) for name, value in after.items() if value != before.get(name, 0)
    }


@pytest.mark.parametrize(
    ("method", "path", "bearer", "labels", "operation"),
    [
        ("GET", "/api/v1/customers", "", ("GET", "/api/v1/customers", 200), "customer_list"),
        (
            "GET",
            "/api/v1/customers/x",
            "",
            ("GET", "/api/v1/customers/{customer_id}", 404),
            "customer_detail",
        ),
        ("GET", "/api/v1/customers/x", "no", ("GET", "/api/v1/customers/{customer_id}", 401), None),
        ("POST", "/api/v1/customers", "", ("other", "/api/v1/customers", 405), None),
        ("PURGE", "/api/v1/customers", "", ("other", "/api/v1/customers", 405), None),
        ("GET", "/api/v1/secrets/of/anna@x.example", "", ("GET", "unknown", 404), None),
        ("GET", "/api/v1/secrets/of/anna@x.example", "no", ("GET", "unknown", 401), None),
        (
            "GET",
            "/api/v1/analytics/segments?timeline=1",
            "",
            ("GET", "/api/v1/analytics/segments", 422),
            "segments",
        ),
    ],
)
def test_a_request_moves_each_metric_by_one(
    client: Client,
    books: Books,
    method: str,
    path: str,
    bearer: str,
    labels: tuple[str, ...],
    operation: str | None,
) -> None:
    before = {name: client.metrics(name) for name in NAMES}
    client.get(path, bearer, method)
    after = {name: client.metrics(name) for name in NAMES}
    series = 'method="{}",route="{}",status="{}"'.format(*labels)
    assert moved(before[ANSWERED], after[ANSWERED]) == {f"{ANSWERED}{{{series}}}": 1}
    assert moved(before[DURATION], after[DURATION]) == {f"{DURATION}{{{series}}}": 1}
    expected = {f'{OPERATION}{{operation="{operation}"}}': 1.0} if operation else {}
    assert moved(before[OPERATION], after[OPERATION]) == expected


def test_the_catalogue_knows_the_routes_and_their_operations() -> None:
    paths = create_routes().openapi()["paths"]
    assert {path: methods["get"]["operationId"] for path, methods in paths.items()} == catalogue.OPERATIONS


def test_what_can_be_expected_begins_at_zero() -> None:
    readings = RequestMetrics().readings()
    for operation in catalogue.OPERATIONS.values():
        assert [one for one in readings if one.labels == (operation,)]
    assert len({(one.metric.name, *one.labels) for one in readings}) == len(readings)
    assert all(one.metric.check(one.labels) for one in readings)


def test_values_from_outside_become_no_labels() -> None:
    metrics = RequestMetrics()
    metrics.note("X" * 99, catalogue.UNKNOWN_ROUTE, 299, 0.1, admitted=True)
    assert all(one.metric.check(one.labels) for one in metrics.readings())


def test_the_page_as_json_and_restricted_pages_have_them_too(client: Client, books: Books) -> None:
    client.get("/api/v1/customers", token())
    page = client.get("/metrics/json").json()["metrics"]
    assert {ANSWERED, "customer_request_duration_seconds"} <= set(page)
    only = client.get(f"/metrics?name[]={ANSWERED}").text
    assert {line.split("{")[0] for line in only.splitlines() if not line.startswith("#")} == {ANSWERED}
    assert ANSWERED not in client.get("/metrics?collect[]=jobs").text
