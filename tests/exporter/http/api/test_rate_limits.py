"""Who asks too often is told so, with the time to wait, and takes nothing from anybody else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from exporter.http.api.problems import Problem
from exporter.http.api.rate_limits import RateLimit, address_key, principal_key
from ledgerscope.customers.access.principal import Principal
from tests.exporter.http.api.conftest import token

if TYPE_CHECKING:
    from tests.exporter.http.api.conftest import Books, Client, Serve

PATH = "/api/v1/analytics/segments"


def test_a_user_of_a_company_has_a_limit_of_its_own(serve: Serve, books: Books) -> None:
    client = serve(requests_per_minute=2)
    answers = [client.get(PATH) for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert [each.headers["ratelimit"].partition(";t=")[0] for each in answers] == [
        '"user";r=1', '"user";r=0', '"user";r=0',
    ]  # fmt: skip
    assert {each.headers["ratelimit-policy"] for each in answers} == {'"user";q=2;w=60'}
    refused = answers[-1]
    assert refused.json()["type"] == "urn:ledgerscope:problem:too-many-requests"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert client.get(PATH, token(sub="user-18")).status_code == 200
    assert client.get(PATH, token(organization_id="bolt")).status_code == 200
    assert client.get("/metrics").status_code == 200


def test_tokens_that_are_not_valid_use_up_no_share_of_those_that_are(serve: Serve, books: Books) -> None:
    client = serve(requests_per_minute_from_address=2)
    junk = [client.get(PATH, bearer) for bearer in ("guess", None, "another guess")]
    assert [each.status_code for each in junk] == [401, 401, 429]
    assert {each.headers["ratelimit-policy"] for each in junk} == {'"address-without-token";q=2;w=60'}
    valid = [client.get(PATH, token(sub=f"user-{number}")) for number in range(3)]
    assert [each.status_code for each in valid] == [200, 200, 429], "the address has a limit for them too"
    assert valid[-1].headers["ratelimit-policy"] == '"address";q=2;w=60'
    assert client.get(PATH, "guess").status_code == 429
    assert client.get("/metrics").status_code == 200


def statuses(client: Client, *forwarded: str | None) -> list[int]:
    """What requests through a proxy that names these addresses are answered with."""
    given = [{} if each is None else {"X-Forwarded-For": each} for each in forwarded]
    bearer = {"Authorization": f"Bearer {token()}"}
    return [
        client.session.get(client.url + PATH, headers=bearer | each, timeout=30).status_code for each in given
    ]


def test_behind_a_trusted_proxy_each_address_has_a_limit_of_its_own(serve: Serve, books: Books) -> None:
    client = serve(requests_per_minute_from_address=1, trusted_proxies=["127.0.0.0/8", "10.1.0.7"])
    assert statuses(client, "192.0.2.1", "192.0.2.2", "192.0.2.1") == [200, 200, 429]
    assert statuses(client, "192.0.2.3, 10.1.0.7", "192.0.2.3:4711") == [200, 429]
    assert statuses(client, "198.51.100.1, 192.0.2.4", "198.51.100.2, 192.0.2.4") == [200, 429]
    assert statuses(client, None, None) == [200, 429], "the proxy itself"


@pytest.mark.parametrize("trusted", [{}, {"trusted_proxies": ["10.0.0.0/8"]}])
def test_nobody_else_may_say_where_a_request_comes_from(
    serve: Serve, books: Books, trusted: dict[str, object]
) -> None:
    client = serve(requests_per_minute_from_address=1, **trusted)
    assert statuses(client, "192.0.2.1", "192.0.2.2") == [200, 429]


def test_requests_that_are_refused_do_not_make_the_wait_longer() -> None:
    limit = RateLimit("user", 1)
    assert isinstance(limit.take("a"), dict)
    refused = [limit.take("a") for _ in range(5)]
    assert all(isinstance(each, Problem) for each in refused)
    waits = [int(each.headers["Retry-After"]) for each in refused if isinstance(each, Problem)]
    assert waits == sorted(waits, reverse=True)
    assert waits[0] <= 60


def test_many_that_ask_take_a_bounded_amount_of_memory() -> None:
    limit = RateLimit("address", 5)
    places = {limit._place(f"10.0.{number}") for number in range(100_000)}
    assert len(places) <= 2**16


def test_two_limits_put_the_same_key_elsewhere() -> None:
    first, second = RateLimit("a", 5), RateLimit("a", 5)
    assert [first._place(str(number)) for number in range(9)] != [
        second._place(str(number)) for number in range(9)
    ]


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        (("192.0.2.7", 1), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("2001:db8:1:2:ffff::", 1), "2001:db8:1:2::/64"),
        (("::ffff:192.0.2.7", 1), "192.0.2.7"),
        (("fe80::1%eth0", 1), "fe80::/64"),
        (("unix", 1), "unix"),
        (None, ""),
    ],
)
def test_an_ipv6_address_stands_for_its_network(client: tuple[str, int] | None, expected: str) -> None:
    assert address_key(client) == expected


def test_users_of_companies_are_told_apart_whatever_they_are_called() -> None:
    nobody = frozenset[str]()
    keys = {principal_key(Principal(actor, tenant, nobody)) for actor, tenant in (("b:c", "a"), ("c", "a:b"))}
    assert len(keys) == 2
    assert not [key for key in keys if re.search(r"\s", key)]
