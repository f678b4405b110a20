"""One line of the log for each request to the API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.exporter.http.api.conftest import token

if TYPE_CHECKING:
    import requests

    from tests.exporter.http.api.conftest import Client

pytestmark = pytest.mark.usefixtures("books")
CUSTOMERS = "/api/v1/customers"


def lines(client: Client, answer: requests.Response) -> list[dict[str, Any]]:
    """Those of the request that had this answer."""
    client.get(CUSTOMERS)  # over the same connection: begun once all of the request before is done
    asked = answer.headers["X-Request-ID"]
    found = [dict(each) for each in client.log.entries if each["event"] == "request of the api"]
    return [each for each in found if each["correlation_id"] == asked]


@pytest.mark.parametrize(
    ("path", "bearer", "method", "route", "status"),
    [
        (CUSTOMERS, "", "GET", CUSTOMERS, 200),
        (CUSTOMERS, "", "HEAD", CUSTOMERS, 200),
        (CUSTOMERS, None, "GET", CUSTOMERS, 401),
        (f"{CUSTOMERS}/{'0' * 32}", "", "GET", f"{CUSTOMERS}/{{customer_id}}", 404),
        ("/api/v1/ann@canary.example", "", "GET", "unknown", 404),
        (CUSTOMERS, "", "PROPFIND", CUSTOMERS, 405),
    ],
)
def test_a_request_is_one_line(
    client: Client, path: str, bearer: str | None, method: str, route: str, status: int
) -> None:
    answer = client.get(path, bearer=bearer, method=method)
    (line,) = lines(client, answer)
    assert answer.status_code == status
    assert line.pop("duration_seconds") >= 0
    assert line == {
        "event": "request of the api",
        "log_level": "info",
        "method": method if method != "PROPFIND" else "other",
        "route": route,
        "status": status,
        "correlation_id": answer.headers["X-Request-ID"],
    }


def test_what_was_asked_in_particular_is_not_in_the_line(client: Client) -> None:
    secret = token()
    answer = client.get(CUSTOMERS, bearer=secret, search="Northwind", cursor="AAZg8L1Y")
    said = json.dumps(lines(client, answer))
    assert '"status": ' in said
    for hidden in ("Northwind", "AAZg8L1Y", secret, "?"):
        assert hidden not in said
