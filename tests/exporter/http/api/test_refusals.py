"""Why a token is refused stands in the log: once a minute for each cause, with nothing of the token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from exporter.http.api.refusals import Refusals
from ledgerscope.customers.access.tokens import Rejected
from tests.exporter.http.api.conftest import ISSUER, token

if TYPE_CHECKING:
    from tests.exporter.http.api.conftest import Serve

PATH = "/api/v1/customers"


def lines_of(*notes: tuple[str, float]) -> list[dict[str, object]]:
    capture = structlog.testing.LogCapture()
    refusals = Refusals(structlog.wrap_logger(None, processors=[capture]))
    for cause, now in notes:
        refusals.note(Rejected("no", cause=cause), now)
    return [
        {name: value for name, value in each.items() if name not in {"event", "log_level"}}
        for each in capture.entries
    ]


def test_a_cause_is_written_once_a_minute_with_how_many_there_were() -> None:
    assert lines_of(("a", 0), ("a", 1), ("b", 2), ("a", 59), ("a", 60), ("a", 61), ("a", 130)) == [
        {"cause": "a"}, {"cause": "b"}, {"cause": "a", "more_before": 2}, {"cause": "a", "more_before": 1},
    ]  # fmt: skip


def test_an_operator_sees_why_a_token_is_refused_and_nothing_of_it(serve: Serve) -> None:
    client = serve()
    refused = token(aud="another", sub="anna@x.example")
    for bearer in (refused, refused, "junk"):
        assert client.get(PATH, bearer).status_code == 401
    client.get(PATH, None)
    wrong_audience, junk = [each for each in client.log.entries if each["event"] == "token refused"]
    assert wrong_audience == {
        "event": "token refused",
        "log_level": "warning",
        "cause": "the claim aud is not what the issuer's tokens have",
        "issuer": ISSUER,
    }
    assert junk["cause"] == "it has not the form of a signed token"
