from __future__ import annotations

import gzip
import json
import logging
import traceback
from dataclasses import dataclass, field, replace
from itertools import pairwise
from secrets import token_hex
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from ledgerscope.customers.zuora import Limits, Login, RateLimit, Zuora, ZuoraError
from ledgerscope.domain.values import SYNC_ERROR_CLASSES
from tests.customers.zuora.server import (
    BODY,
    SECRET,
    TOKEN,
    WORKFLOWS,
    Answer,
    ZuoraServer,
    running,
    workflow,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

QUICK = Limits(read=0.1, tries=3)


@dataclass
class Hands:
    """Time that passes only while somebody sleeps."""

    moment: float = 100.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += seconds


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def zuora(zuora_server: ZuoraServer, hands: Hands) -> Iterator[Zuora]:
    with client(zuora_server, hands) as made:
        yield made


def client(server: ZuoraServer, hands: Hands, *, login: Login | None = None, limits: Limits = QUICK) -> Zuora:
    return Zuora(
        login or server.login, allow=(server.host,), limits=limits, sleep=hands.sleep, clock=hands.clock,
        chance=lambda: 1.0,
    )  # fmt: skip


def failure(zuora: Zuora) -> ZuoraError:
    """The error of a listing; it shows neither secret nor token nor answer, wherever one looks."""
    with pytest.raises(ZuoraError) as failed:
        list(zuora.workflows())
    shown = "".join(traceback.format_exception(failed.value)) + repr(failed.value) + repr(zuora)
    for hidden in (SECRET, BODY, "t0k3n"):
        assert hidden not in shown
    assert failed.value.error_class in SYNC_ERROR_CLASSES
    return failed.value


def test_every_workflow_comes_page_by_page(zuora: Zuora, zuora_server: ZuoraServer) -> None:
    zuora_server.workflows = [workflow(number) for number in range(1, 121)]
    found = zuora.workflows()
    assert next(found).workflow_id == "1"
    assert zuora_server.asked(WORKFLOWS) == 1
    assert [each.workflow_id for each in found] == [str(number) for number in range(2, 121)]
    assert [each[2] for each in zuora_server.requests if each[1] == WORKFLOWS] == [
        {"page": [str(page)], "page_length": ["50"]} for page in (1, 2, 3)
    ]
    assert zuora.calls == 4


def test_a_tenant_without_workflows_has_an_empty_list(zuora: Zuora, zuora_server: ZuoraServer) -> None:
    zuora_server.workflows = []
    assert list(zuora.workflows()) == []


def test_a_compressed_answer_is_read_whole(zuora: Zuora, zuora_server: ZuoraServer) -> None:
    rows = [workflow(number) | {"description": token_hex(400)} for number in range(1, 501)]
    page = json.dumps({"data": rows, "pagination": {"page": 1, "page_length": 50}}).encode()
    zuora_server.answer(WORKFLOWS, Answer(body=gzip.compress(page), headers={"Content-Encoding": "gzip"}))
    assert len(list(zuora.workflows())) == 500


def test_a_workflow_that_slips_to_the_next_page_comes_once(zuora: Zuora, zuora_server: ZuoraServer) -> None:
    zuora_server.workflows = [workflow(number) for number in range(1, 61)]
    found = zuora.workflows()
    first = next(found)
    zuora_server.workflows.insert(0, workflow(999))
    rest = [each.workflow_id for each in found]
    assert sorted([first.workflow_id, *rest], key=int) == [str(number) for number in range(1, 61)]


def test_a_token_is_used_until_shortly_before_its_end(
    zuora: Zuora, zuora_server: ZuoraServer, hands: Hands
) -> None:
    zuora_server.expires_in = 100  # a margin of ten seconds
    for forward, tokens in ((0, 1), (50, 1), (39, 1), (1, 2), (89, 2)):
        hands.moment += forward
        zuora.first_page()
        assert zuora_server.asked(TOKEN) == tokens


def test_a_token_that_is_no_longer_accepted_is_renewed_once(zuora: Zuora, zuora_server: ZuoraServer) -> None:
    zuora.first_page()
    zuora_server.revoke_tokens()
    zuora.first_page()
    assert zuora_server.asked(TOKEN) == 2
    zuora_server.answer(WORKFLOWS, Answer(401), Answer(401))
    assert failure(zuora).error_class == "unauthorized"
    assert zuora_server.asked(TOKEN) == 3


def test_a_wrong_secret_is_refused_at_once(zuora_server: ZuoraServer, hands: Hands) -> None:
    with client(zuora_server, hands, login=replace(zuora_server.login, client_secret="wrong")) as zuora:
        assert failure(zuora).error_class == "unauthorized"
    assert (zuora_server.asked(TOKEN), zuora_server.asked(WORKFLOWS), hands.slept) == (1, 0, [])


ONCE = [
    (Answer(400), "unauthorized", "rejected"),
    (Answer(401), "unauthorized", None),
    (Answer(403), "forbidden", "forbidden"),
    (Answer(404), "rejected", "rejected"),
    (Answer(418), "rejected", "rejected"),
    (Answer(204, b""), "rejected", "rejected"),
    (Answer(301, headers={"Location": "http://127.0.0.1:9/"}), "redirected", "redirected"),
    (Answer(307, headers={"Location": "/elsewhere"}), "redirected", "redirected"),
    (Answer(body=b"<html>"), "malformed", "malformed"),
    (Answer(body=b"[]"), "malformed", "malformed"),
    (Answer(headers={"Content-Encoding": "gzip"}), "malformed", "malformed"),
    (Answer(body=b" " * 2_000), "too_large", "too_large"),
    (
        Answer(body=gzip.compress(b" " * 5_000_000), headers={"Content-Encoding": "gzip"}),
        "too_large",
        "too_large",
    ),
]


@pytest.mark.parametrize("path", [TOKEN, WORKFLOWS])
@pytest.mark.parametrize(("answer", "at_sign_in", "at_listing"), ONCE)
def test_what_will_not_change_is_asked_once(
    zuora_server: ZuoraServer,
    hands: Hands,
    path: str,
    answer: Answer,
    at_sign_in: str,
    at_listing: str | None,
) -> None:
    expected = at_sign_in if path == TOKEN else at_listing
    if expected is None:
        return  # the token is renewed then, which has a test of its own
    zuora_server.answer(path, answer)
    limits = replace(QUICK, largest_answer=1_500)
    with client(zuora_server, hands, limits=limits) as zuora:
        assert failure(zuora).error_class == expected
        assert (zuora_server.asked(path), hands.slept) == (1, [])
    assert not any(each[1] == "/elsewhere" for each in zuora_server.requests)


AGAIN = [
    (Answer(429), "rate_limited"),
    (Answer(500), "server_error"),
    (Answer(502), "server_error"),
    (Answer(503), "server_error"),
    (Answer(504), "server_error"),
    (Answer(cut=True), "cut_off"),
    (Answer(stuck=True), "timeout"),
]


@pytest.mark.parametrize("path", [TOKEN, WORKFLOWS])
@pytest.mark.parametrize(("answer", "error_class"), AGAIN)
def test_what_may_pass_is_asked_again_and_then_given_up(
    zuora: Zuora, zuora_server: ZuoraServer, hands: Hands, path: str, answer: Answer, error_class: str
) -> None:
    zuora_server.answer(path, answer, answer)
    assert len(list(zuora.workflows())) == 2
    assert hands.slept == [0.5, 1.0]
    zuora.close()
    zuora_server.revoke_tokens()
    zuora._token_until = None
    zuora_server.answer(path, answer, answer, answer)
    assert failure(zuora).error_class == error_class
    assert hands.slept == [0.5, 1.0, 0.5, 1.0]
    assert zuora_server.asked(path) == 6


def test_a_chunked_answer_that_breaks_off_is_cut_off(zuora: Zuora, zuora_server: ZuoraServer) -> None:
    chunked = Answer(body=b"5\r\n{    \r\nff\r\n  ", headers={"Transfer-Encoding": "chunked"}, cut=True)
    zuora_server.answer(WORKFLOWS, *[replace(chunked, body=chunked.body * 2)] * 3)
    assert failure(zuora).error_class == "cut_off"


def test_a_wait_that_zuora_asks_for_is_kept(zuora: Zuora, zuora_server: ZuoraServer, hands: Hands) -> None:
    window = {"RateLimit-Limit": "50", "RateLimit-Remaining": "0", "RateLimit-Reset": "9"}
    zuora_server.answer(WORKFLOWS, Answer(429, headers={"Retry-After": "7"}), Answer(429, headers=window))
    assert len(list(zuora.workflows())) == 2
    assert hands.slept == [7.5, 10.0]
    assert zuora.rate_limit == RateLimit(limit=50, remaining=0, reset_seconds=9)


def test_a_wait_that_is_too_long_is_the_callers(
    zuora: Zuora, zuora_server: ZuoraServer, hands: Hands
) -> None:
    zuora_server.answer(WORKFLOWS, Answer(429, headers={"Retry-After": "3600"}))
    failed = failure(zuora)
    assert (failed.error_class, failed.retry_after, hands.slept) == ("rate_limited", 3600, [])


def test_everything_ends_within_its_time(zuora_server: ZuoraServer, hands: Hands) -> None:
    zuora_server.workflows = [workflow(number) for number in range(1, 201)]
    with client(zuora_server, hands, limits=Limits(total=10)) as zuora:
        found = zuora.workflows()
        next(found)
        hands.moment += 11
        with pytest.raises(ZuoraError, match="not done within 10 seconds") as failed:
            list(found)
    assert failed.value.error_class == "timeout"


def test_nobody_waits_beyond_the_time_for_everything(zuora_server: ZuoraServer, hands: Hands) -> None:
    zuora_server.answer(WORKFLOWS, Answer(503, headers={"Retry-After": "20"}))
    with client(zuora_server, hands, limits=Limits(total=10)) as zuora:
        assert failure(zuora).error_class == "server_error"
    assert hands.slept == []


def test_an_answer_that_never_ends_is_left(zuora_server: ZuoraServer, hands: Hands) -> None:
    """Time passes with each look at the clock, as it does while a server sends drop by drop."""
    zuora_server.answer(WORKFLOWS, Answer(body=b" " * 5_000_000))

    def clock() -> float:
        hands.moment += 1
        return hands.moment

    with Zuora(
        zuora_server.login, allow=(zuora_server.host,), limits=Limits(total=9), sleep=hands.sleep, clock=clock
    ) as zuora:
        assert failure(zuora).error_class == "timeout"


@pytest.mark.parametrize("reached", ["plain", "encrypted", "proxied"])
def test_headers_that_never_end_are_left(reached: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes soon enough for a wait of its own; all of them would take many times the time."""
    authority, context = trustme.CA(), SSLContext(PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    limits = Limits(read=5, total=2, tries=1)
    with running(context if reached == "encrypted" else None) as server, authority.cert_pem.tempfile() as ca:
        host, scheme = server.host, "https" if reached == "encrypted" else "http"
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca)
        if reached == "proxied":
            host = "127.0.0.1:9"  # nobody listens there: only the proxy answers
            monkeypatch.setenv("HTTP_PROXY", server.url)
            monkeypatch.setenv("NO_PROXY", "")
        server.answer(WORKFLOWS, Answer(dripping=1_000))
        login = replace(server.login, base_url=f"{scheme}://{host}")
        with Zuora(login, allow=(host,), limits=limits) as zuora:
            failed = failure(zuora)
        assert (failed.error_class, 0 < server.dripped < 1_000) == ("timeout", True)


def test_pages_without_end_are_an_error(zuora: Zuora, zuora_server: ZuoraServer) -> None:
    zuora_server.endless = True
    assert failure(zuora).error_class == "malformed"
    assert zuora_server.asked(WORKFLOWS) == 2


def test_more_pages_than_any_tenant_has_are_an_error(zuora_server: ZuoraServer, hands: Hands) -> None:
    zuora_server.workflows = [workflow(number) for number in range(1, 200)]
    with client(zuora_server, hands, limits=replace(QUICK, pages=2)) as zuora:
        assert "more than 2 pages" in str(failure(zuora))


@pytest.mark.parametrize(
    "token",
    [
        b'{"access_token": "x"}',
        b'{"access_token": 7, "token_type": "bearer", "expires_in": 10}',
        b'{"access_token": "line\\nbreak", "token_type": "bearer", "expires_in": 10}',
        b'{"access_token": "x", "token_type": "mac", "expires_in": 10}',
        b'{"access_token": "x", "token_type": "bearer", "expires_in": true}',
        b'{"access_token": "x", "token_type": "bearer", "expires_in": 0}',
        b'{"access_token": "x", "token_type": "bearer", "expires_in": NaN}',
    ],
)
def test_what_is_no_token_is_malformed(zuora: Zuora, zuora_server: ZuoraServer, token: bytes) -> None:
    zuora_server.answer(TOKEN, Answer(body=token))
    assert failure(zuora).error_class == "malformed"


def test_where_nobody_listens_zuora_is_unreachable(zuora_server: ZuoraServer, hands: Hands) -> None:
    login = replace(zuora_server.login, base_url="http://127.0.0.1:9")
    with Zuora(login, allow=("127.0.0.1:9",), limits=QUICK, sleep=hands.sleep, clock=hands.clock) as zuora:
        assert failure(zuora).error_class == "unreachable"
        assert zuora.calls == 3


def test_a_certificate_that_nobody_vouches_for_gets_no_secret(hands: Hands) -> None:
    context = SSLContext(PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with running(context) as server:
        login = replace(server.login, base_url=f"https://{server.host}")
        with client(server, hands, login=login) as zuora:
            failed = failure(zuora)
        assert (failed.error_class, server.requests) == ("unreachable", [])
        assert "certificate" in str(failed)


def test_a_host_that_is_not_known_is_not_asked(zuora_server: ZuoraServer) -> None:
    with pytest.raises(ZuoraError, match="base_url: the host is not one that is asked") as failed:
        Zuora(zuora_server.login)
    assert failed.value.error_class == "configuration"
    assert zuora_server.requests == []


def test_nothing_secret_is_logged(
    zuora: Zuora,
    zuora_server: ZuoraServer,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    zuora_server.answer(WORKFLOWS, Answer(500), Answer(cut=True))
    list(zuora.workflows())
    shown = caplog.text + "".join(capfd.readouterr())
    for hidden in (SECRET, "t0k3n", BODY):
        assert hidden not in shown


def test_tries_of_many_clients_are_spread(zuora_server: ZuoraServer) -> None:
    """With the usual source of chance no two of them wait equally long."""
    waits: list[float] = []
    for _ in range(5):
        zuora_server.answer(TOKEN, Answer(503))
        with Zuora(zuora_server.login, allow=(zuora_server.host,), sleep=waits.append) as zuora:
            zuora.sign_in()
    assert all(0 <= each <= 0.5 for each in waits)
    assert all(one != other for one, other in pairwise(sorted(waits)))


def test_an_error_class_is_one_of_the_list() -> None:
    unknown: Any = "whatever"
    with pytest.raises(ValueError, match="is no error class"):
        ZuoraError(unknown, "x")
