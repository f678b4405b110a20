"""The database of the API is a part of the health by itself, found out before anybody asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from sqlalchemy import make_url

from exporter.http.api.contact import Contact, Prober
from exporter.state.failures import FailureClass
from ledgerscope.store import roles
from tests.exporter.doubles import eventually
from tests.exporter.http.api.conftest import api_settings, as_role, served

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Database
    from tests.exporter.http.api.conftest import Client


def health(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.session.get(f"{client.url}/health", timeout=30).json()
    return found


def test_the_health_says_that_the_database_answers_the_api(client: Client) -> None:
    eventually(lambda: health(client)["api"] == {"database": True, "failure": None})
    assert "Database of the API: answers." in client.get("/").text


@pytest.mark.parametrize(
    ("login", "failure"),
    [
        (lambda url: url.set(username="nobody-there").render_as_string(hide_password=False), "unreachable"),
        (lambda url: as_role(url, roles.EXPORTER), "permission"),
    ],
)
def test_a_wrong_login_of_the_api_is_noticed_before_anybody_asks(
    urls: Database, keys_file: Path, login: Any, failure: str
) -> None:
    wrong = replace(urls, app_url=login(make_url(urls.owner_url).set(query={})))
    whole = api_settings(keys_file, role=roles.EXPORTER if failure == "permission" else roles.APP)
    with served(_query_of(urls, wrong), whole) as client:
        eventually(lambda: health(client)["api"] == {"database": False, "failure": failure})
        page = client.get("/").text
        entries = [each for each in client.log.entries if each["event"] == "database of the api"]
    assert f"Database of the API: does not answer ({failure})." in page
    assert [(each["log_level"], each["up"], each["failure"]) for each in entries] == [
        ("error", False, failure)
    ]
    assert entries[0]["reason"]


def _query_of(right: Database, wrong: Database) -> Database:
    """The wrong login at the place of the right one: the address of the socket is a part of the query."""
    place = {name: value for name, value in make_url(right.owner_url).query.items() if name != "options"}
    url = make_url(wrong.app_url).update_query_dict(place)
    return replace(wrong, app_url=url.render_as_string(hide_password=False))


def test_only_what_changes_is_written() -> None:
    capture = structlog.testing.LogCapture()
    contact = Contact(structlog.wrap_logger(None, processors=[capture]))
    assert contact.health.database is None
    for _ in range(2):
        contact.answered()
    for reason in ("away", "still away"):
        contact.failed(FailureClass.UNREACHABLE, reason)
    contact.answered()
    assert [(each["log_level"], each["up"], each.get("reason")) for each in capture.entries] == [
        ("info", True, None), ("error", False, "away"), ("info", True, None),
    ]  # fmt: skip


def test_a_probe_comes_again_and_again_until_it_is_stopped() -> None:
    seen, third = list[int](), Event()

    def probe() -> None:
        seen.append(1)
        if len(seen) >= 3:
            third.set()

    prober = Prober(probe, timedelta(milliseconds=1))
    prober.start()
    assert third.wait(30)
    prober.stop()
    count = len(seen)
    assert count >= 3
    assert not prober._thread.is_alive()
