"""A database that hangs or is away: 503 in time, and the page of metrics is served as ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from ledgerscope.store import migrations
from ledgerscope.store.engine import OWNER, create_engine
from tests.conftest import Database
from tests.exporter.doubles import eventually
from tests.exporter.http.api.conftest import api_settings, served
from tests.exporter.test_outages import PowerSwitch, switch

if TYPE_CHECKING:
    from pathlib import Path

    import requests

    from tests.exporter.http.api.conftest import Books, Serve

__all__ = ["switch"]

PATH = "/api/v1/customers"


NOT_IN_TIME = "The database did not answer in time; try again later."
NOT_THERE = "The database cannot be reached; try again later."


def assert_unavailable(answer: requests.Response, detail: str = NOT_IN_TIME) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "5"
    assert answer.json()["detail"] == detail


def test_a_locked_table_holds_up_neither_the_page_nor_requests_beyond_their_deadline(
    serve: Serve, books: Books, urls: Database
) -> None:
    client = serve(timeout="300ms", connections=2)
    owner = create_engine(urls.owner_url, OWNER)
    with owner.begin() as connection, ThreadPoolExecutor(8) as crowd:
        connection.exec_driver_sql("lock table customer in access exclusive mode")
        waiting = [crowd.submit(client.get, PATH) for _ in range(8)]
        assert client.session.get(f"{client.url}/metrics", timeout=10).status_code == 200
        assert client.session.get(f"{client.url}/metrics/json", timeout=10).status_code == 200
        answers = [each.result() for each in waiting]
    for answer in answers:  # one that no thread was free for is told that the server is busy
        if answer.headers["retry-after"] == "5":
            assert_unavailable(answer)
        else:
            assert (answer.status_code, answer.json()["detail"][:18]) == (503, "The server is busy")
    assert any(answer.headers["retry-after"] == "5" for answer in answers)
    owner.dispose()
    eventually(lambda: client.get(PATH).status_code == 200)


def test_a_database_that_is_not_there_is_a_503_and_the_server_starts_without_it(
    urls: Database, keys_file: Path
) -> None:
    away = (
        make_url(urls.app_url).update_query_dict({"host": "/nowhere"}).render_as_string(hide_password=False)
    )
    with served(replace(urls, app_url=away), api_settings(keys_file)) as client:
        assert_unavailable(client.get(PATH), NOT_THERE)
        assert client.session.get(f"{client.url}/metrics", timeout=10).status_code == 200
        warned = [each for each in client.log.entries if each["log_level"] == "warning"]
    assert [each["error"] for each in warned] == ["Unreachable"]


@pytest.mark.filterwarnings(
    # A connection that is given up while it is being made is closed when it is collected.
    "ignore::pytest.PytestUnraisableExceptionWarning"
)
def test_a_frozen_server_frees_the_threads_that_wait_for_it(switch: PowerSwitch, keys_file: Path) -> None:
    url = switch.server.url
    migrations.upgrade(url)
    own = Database(*[make_url(url).render_as_string(hide_password=False)] * 3)
    with served(own, api_settings(keys_file, timeout="500ms", connections=1)) as client:
        assert client.get(PATH).status_code == 404, "nobody has made this company yet"
        with switch.frozen():
            for _ in range(2):
                assert_unavailable(client.get(PATH))
            assert client.session.get(f"{client.url}/metrics", timeout=10).status_code == 200
            eventually(
                lambda: client.get("/health").json()["api"] == {"database": False, "failure": "timeout"}
            )
        eventually(lambda: client.get(PATH).status_code == 404)
