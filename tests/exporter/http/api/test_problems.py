"""Whatever is wrong is told as RFC 9457 says, and nothing of the inside is told with it."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from sqlalchemy import text

from ledgerscope.store.engine import OWNER, create_engine
from ledgerscope.store.tables.values import SEGMENTS
from tests.exporter.http.api.conftest import Client, api_settings, served, token

if TYPE_CHECKING:
    import requests

    from tests.conftest import Database
    from tests.exporter.http.api.conftest import Books

ANALYTICS = "/api/v1/analytics"


def assert_problem(client: Client, answer: requests.Response, status: int, kind: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    jsonschema.validate(found, client.schema["components"]["schemas"]["Problem"])
    assert (found["type"], found["status"]) == (f"urn:ledgerscope:problem:{kind}", status)
    return found


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v1/customers/", "/api/v2/customers"])
def test_an_address_that_does_not_exist(client: Client, path: str) -> None:
    assert assert_problem(client, client.get(path), 404, "not-found")["instance"] == "/api"


@pytest.mark.parametrize("path", ["/apiary", "/v1/customers", "/API/v1/customers"])
def test_what_only_looks_like_the_api_is_none_of_it(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_method_that_is_not_there_names_those_that_are(client: Client, method: str) -> None:
    answer = client.get("/api/v1/customers/17", method=method)
    assert assert_problem(client, answer, 405, "method-not-allowed")["instance"] == "/api/v1/customers/-"
    assert answer.headers["allow"] == "GET, HEAD"


def test_head_tells_what_get_would_and_sends_no_body(client: Client, books: Books) -> None:
    for path in ("/api/v1/customers", "/api/v1/customers/x", "/api/nowhere", "/api/v1/customers?limit=0"):
        get, head = client.get(path), client.get(path, method="HEAD")
        assert (head.status_code, head.content) == (get.status_code, b"")
        for name in ("content-type", "content-length", "cache-control"):
            assert head.headers[name] == get.headers[name]


ODD = (
    "%00", "a%00b", "a%2Fb", "%2F", "%2e%2e", "%2e%2e%2f", "%5c", "%ff", "%ed%a0%80", "%c3%28", "%0a",
    "%0d%0a", "%20",
    "%25", "%3f", "%23", ";", "'", "%22", "%F0%9F%92%A9", "x" * 3000, "%E2%80%AE", "*", "-1", "1e9", "null",
)  # fmt: skip


@pytest.mark.parametrize("roles", [["viewer"], ["platform-administrator"]])
@pytest.mark.parametrize("odd", ODD)
def test_odd_texts_are_problems_of_the_request_and_never_faults(
    client: Client, books: Books, odd: str, roles: list[str]
) -> None:
    bearer = token(roles=roles)
    paths = [
        f"/api/{odd}",
        f"/api/v1/customers/{odd}",
        f"{ANALYTICS}/customers/{odd}/analytics",
        f"{ANALYTICS}/segments/{odd}/analytics",
        f"/api/v1/customers?organization_id={odd}",
        f"{ANALYTICS}/segments?organization_id={odd}",
        f"/api/v1/customers?{odd}={odd}",
        f"/api/v1/customers?cursor={odd}",
        f"/api/v1/customers?limit={odd}",
    ]
    for path in paths:
        host, _, port = client.url.removeprefix("http://").rpartition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=30)
        connection.putrequest("GET", path, skip_accept_encoding=True)
        connection.putheader("Authorization", f"Bearer {bearer}")
        connection.endheaders()
        answer = connection.getresponse()
        said = json.loads(answer.read())
        connection.close()
        if answer.status == 200:
            assert said == list(SEGMENTS), path  # they are the same for every company, there or not
            continue
        assert 400 <= answer.status < 500, (path, said)
        assert answer.headers["content-type"] == "application/problem+json", path
        assert said["status"] == answer.status


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        (
            f"{ANALYTICS}/customers/x/analytics",
            {"recent_interactions_limit": 0},
            "greater than or equal to 1",
        ),
        (f"{ANALYTICS}/customers/x/analytics", {"recent_interactions_limit": 21}, "less than or equal to 20"),
        (
            f"{ANALYTICS}/customers/x/analytics",
            {"recent_interactions_limit": "5.0"},
            "a whole number in digits",
        ),
        (f"{ANALYTICS}/customers/x/analytics", {"include_recent_interactions": "yes"}, "true or false"),
        (f"{ANALYTICS}/segments/vip/analytics", {"timeline_days": 6}, "greater than or equal to 7"),
        (f"{ANALYTICS}/segments/vip/analytics", {"timeline_days": 366}, "less than or equal to 365"),
        (f"{ANALYTICS}/segments/gold/analytics", {}, "Input should be 'vip', 'premium'"),
        ("/api/v1/customers", {"limit": 501}, "less than or equal to 500"),
        ("/api/v1/customers", {"stauts": "active"}, "Extra inputs are not permitted"),
        ("/api/v1/customers", {"status": "alive"}, "Input should be 'active'"),
        ("/api/v1/customers", {"search": "a\x00b"}, "String should match pattern"),
        ("/api/v1/customers/%00", {}, "String should match pattern"),
    ],
)
def test_a_parameter_out_of_its_bounds_is_named_with_what_is_wrong(
    client: Client, books: Books, path: str, query: dict[str, Any], expected: str
) -> None:
    found = assert_problem(client, client.get(path, **query), 422, "invalid")
    (fault,) = found["errors"]
    assert expected in fault["detail"]
    assert (fault["in"], fault["name"]) == (
        ("query", next(iter(query)))
        if query
        else ("path", "segment_name" if "gold" in path else "customer_id")
    )


def test_everything_that_is_wrong_is_named_at_once(client: Client, books: Books) -> None:
    found = client.get("/api/v1/customers", limit=0, oldest_first="maybe").json()
    assert {fault["name"] for fault in found["errors"]} == {"limit", "oldest_first"}


@pytest.mark.parametrize(
    ("path", "query", "name"),
    [
        ("/api/v1/customers", "limit=1&limit=2", "limit"),
        ("/api/v1/customers", "status=active&status=active", "status"),
        ("/api/v1/customers", "search=&search=a", "search"),
        ("/api/v1/customers", "search=a&se%61rch=b", "search"),
        ("/api/v1/customers/x", "organization_id=acme&organization_id=bolt", "organization_id"),
        (
            f"{ANALYTICS}/customers/x/analytics",
            "recent_interactions_cursor&recent_interactions_cursor=",
            None,
        ),
        (f"{ANALYTICS}/segments/vip/analytics", "timeline_days=7&timeline_days=8", "timeline_days"),
        (f"{ANALYTICS}/segments", "organization_id=acme&organization_id=acme", "organization_id"),
        (f"{ANALYTICS}/dashboard/metrics", "recent_activity_limit=1&recent_activity_limit=2", None),
        (f"{ANALYTICS}/organization/summary", "organization_id=acme&organization_id=bolt", "organization_id"),
    ],
)
def test_a_parameter_that_is_given_twice_is_refused(
    client: Client, books: Books, path: str, query: str, name: str | None
) -> None:
    found = assert_problem(client, client.get(f"{path}?{query}"), 422, "invalid")
    expected = name or query.partition("&")[0].partition("=")[0]
    assert found["errors"] == [
        {"in": "query", "name": expected, "detail": "It is given 2 times; give it once."}
    ]


def test_what_is_wrong_is_listed_up_to_a_bound(client: Client, books: Books) -> None:
    given = {f"{'x' * 300}{number}": "1" for number in range(25)}
    answer = client.get("/api/v1/customers", **given)
    found = assert_problem(client, answer, 422, "invalid")
    assert found["detail"] == "Parts of the request are not valid. The first 20 of 25 are listed."
    assert [fault["name"] for fault in found["errors"]] == ["x" * 99 + "…"] * 20
    assert len(answer.content) < 5000
    few = client.get("/api/v1/customers", **dict(list(given.items())[:20])).json()
    assert few["detail"] == "Parts of the request are not valid."
    twice = client.get("/api/v1/customers?" + "&".join(f"a{number}=&a{number}=" for number in range(30)))
    assert twice.json()["detail"].endswith("The first 20 of 30 are listed.")


@pytest.mark.parametrize("cursor", ["", "x", "a" * 32, "-" * 32, "Ω" * 32])
def test_a_cursor_that_no_page_gave_leads_nowhere(client: Client, books: Books, cursor: str) -> None:
    for path, name in (
        ("/api/v1/customers", "cursor"),
        (f"{ANALYTICS}/dashboard/metrics", "recent_activity_cursor"),
        (f"{ANALYTICS}/customers/{books.customers['acme']}/analytics", "recent_interactions_cursor"),
    ):
        assert_problem(client, client.get(path, **{name: cursor}), 404, "not-found")


def test_identifiers_are_not_repeated(client: Client, books: Books) -> None:
    for path in ("/api/v1/customers/anna@x.example", f"{ANALYTICS}/customers/anna@x.example/analytics"):
        answer = client.get(path)
        assert_problem(client, answer, 404, "not-found")
        assert "anna" not in answer.text


def test_a_fault_of_the_program_says_nothing_but_where_to_look(
    client: Client, books: Books, urls: Database
) -> None:
    owner = create_engine(urls.owner_url, OWNER)
    with owner.begin() as connection:
        connection.execute(text("alter table interaction rename to hidden"))
    try:
        answer = client.get(f"{ANALYTICS}/organization/summary")
    finally:
        with owner.begin() as connection:
            connection.execute(text("alter table hidden rename to interaction"))
        owner.dispose()
    assert_problem(client, answer, 500, "internal")
    assert not [word for word in ("interaction", "Error", "select", "Traceback") if word in answer.text]
    (entry,) = [each for each in client.log.entries if each["event"] == "request of the api failed"]
    assert entry["request_id"] == answer.headers["x-request-id"]
    assert entry["exc_info"]


def test_a_company_that_the_exporter_does_not_serve_is_not_there_for_the_api_either(
    urls: Database, books: Books, keys_file: Any
) -> None:
    whole = api_settings(keys_file)
    only_bolt = whole.model_copy(update={"tenants": whole.tenants.model_copy(update={"only": ("bolt",)})})
    with served(urls, only_bolt) as client:
        assert_problem(client, client.get("/api/v1/customers"), 404, "not-found")
        assert client.get("/api/v1/customers", token(organization_id="bolt")).status_code == 200
