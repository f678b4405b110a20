"""Nothing is answered without a valid token, and the refusal says nothing but how to get one."""

from __future__ import annotations

import base64
import hmac
import http.client
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from joserfc.jwk import OctKey, RSAKey

from ledgerscope.customers.access.grants import Grants
from tests.exporter.http.api.conftest import KEY, claims, token

if TYPE_CHECKING:
    from tests.exporter.http.api.conftest import Books, Client

PATHS = ("/api/v1/customers", "/api/v1/analytics/segments", "/api/v1/nowhere", "/api", "/api/")
OTHER = RSAKey.generate_key(2048, {"kid": "a"}, private=True)
PEM = KEY.as_pem(private=False)


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def signed_with_the_public_key() -> str:
    signed = f"{part({'alg': 'HS256', 'kid': 'a'})}.{part(claims())}"
    mac = hmac.digest(PEM, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


BROKEN = {
    "no algorithm": f"{part({'alg': 'none'})}.{part(claims())}.",
    "no signature": f"{part({'alg': 'RS256'})}.{part(claims())}.",
    "a public key as the secret": signed_with_the_public_key(),
    "a secret of its own": token(OctKey.import_key(b"s" * 32), "HS256"),
    "a key of its own": token(OTHER),
    "a stronger algorithm": token(KEY, "RS512"),
    "expired": token(exp=int((datetime.now(UTC) - timedelta(minutes=1)).timestamp())),
    "without an end": token(exp=None),
    "not valid yet": token(
        nbf=int((datetime.now(UTC) + timedelta(days=1)).timestamp()),
        exp=int((datetime.now(UTC) + timedelta(days=2)).timestamp()),
    ),
    "for somebody else": token(aud="another"),
    "for nobody": token(aud=None),
    "of another issuer": token(iss="https://else.example"),
    "of no issuer": token(iss=None),
    "of no company": token(organization_id=None),
    "of several companies": token(organization_id=["acme", "bolt"]),
    "of nobody": token(sub=None),
    "roles of another form": token(roles={"viewer": True}),
    "not a token": "abc",
    "changed": token()[:-6] + "AAAAAA",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_token_opens_nothing(client: Client, books: Books, name: str) -> None:
    operations = client.metrics("customer_request_duration_seconds_count")
    for path in PATHS:
        answer = client.get(path, BROKEN[name])
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"].startswith(
            'Bearer realm="ledgerscope", error="invalid_token"'
        )
        assert answer.headers["content-type"] == "application/problem+json"
        assert BROKEN[name] not in answer.text
    assert client.metrics("customer_request_duration_seconds_count") == operations


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_without_a_token_no_method_opens_anything(client: Client, books: Books, method: str) -> None:
    for path in PATHS:
        answer = client.get(path, None, method)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="ledgerscope"')


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Token abc", "Bearer a b", "Bearer \xe9"]
)
def test_another_form_of_the_header_counts_as_none(client: Client, header: str) -> None:
    answer = client.session.get(
        f"{client.url}/api/v1/customers", headers={"Authorization": header.encode("latin-1")}, timeout=30
    )
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="ledgerscope"')


def test_a_token_anywhere_else_is_not_read(client: Client, books: Books) -> None:
    assert client.get("/api/v1/customers", None, access_token=token()).status_code == 401
    headers = {"X-Authorization": f"Bearer {token()}", "Cookie": f"Authorization={token()}"}
    assert (
        client.session.get(f"{client.url}/api/v1/customers", headers=headers, timeout=30).status_code == 401
    )


def test_two_headers_open_nothing_whichever_comes_first(client: Client, books: Books) -> None:
    for first, second in ((token(), "abc"), ("abc", token()), (token(), token())):
        connection = http.client.HTTPConnection(urlsplit(client.url).netloc, timeout=30)
        connection.putrequest("GET", "/api/v1/customers")
        for each in (first, second):
            connection.putheader("Authorization", f"Bearer {each}")
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status == 400
        assert json.loads(answer.read())["type"] == "urn:ledgerscope:problem:bad-request"
        connection.close()


def test_an_expired_token_is_told_apart_because_its_owner_can_mend_it(client: Client) -> None:
    detail = client.get("/api/v1/customers", BROKEN["expired"]).json()["detail"]
    assert detail == "The token has expired; ask its issuer for another."


def test_a_role_that_is_missing_is_a_403(client: Client, books: Books) -> None:
    for path in ("/api/v1/customers", "/api/v1/analytics/organization/summary"):
        answer = client.get(path, token(roles=["king"]))
        assert answer.status_code == 403
        assert answer.json()["type"] == "urn:ledgerscope:problem:forbidden"
        assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


def test_a_grant_shows_the_one_customer_it_is_for(client: Client, books: Books) -> None:
    customer = books.customers["acme"]
    Grants(books.acme).give(customer, "guest")
    bearer = token(sub="guest", roles=[])
    assert client.get(f"/api/v1/customers/{customer}", bearer).json()["customer_id"] == customer
    assert client.get("/api/v1/customers", bearer).status_code == 403


def test_metrics_and_health_need_no_token(client: Client) -> None:
    for path in ("/metrics", "/health/live", "/openapi.json", "/docs"):
        assert client.get(path, None).status_code != 401
