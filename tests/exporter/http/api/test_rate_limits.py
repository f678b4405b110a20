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
    from tests.exporter.http.api.conftest import Books, Serve

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


def test_an_address_has_a_limit_before_any_token_is_read(serve: Serve, books: Books) -> None:
    client = serve(requests_per_minute_from_address=2)
    answers = [client.get(PATH, bearer) for bearer in ("guess", "another guess", token())]
    assert [each.status_code for each in answers] == [401, 401, 429]
    assert answers[-1].headers["ratelimit-policy"] == '"address";q=2;w=60'
    assert client.get("/metrics").status_code == 200


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
