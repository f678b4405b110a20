"""More requests than can be answered: refused at once with the reason, and nothing is done for nobody."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import text

from ledgerscope.store.engine import OWNER, create_engine
from tests.exporter.doubles import eventually
from tests.exporter.http.api.conftest import token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Database
    from tests.exporter.http.api.conftest import Books, Client, Serve

PATH = "/api/v1/customers"
WAITING = text(
    "select count(*) from pg_locks l join pg_database d on d.oid = l.database"
    " where d.datname = current_database() and not l.granted"
)
BUSY = "The server is busy: more is asked of it than it can answer; try again later."


@contextmanager
def locked(urls: Database) -> Iterator[None]:
    """No read of a customer goes on while the block does."""
    owner = create_engine(urls.owner_url, OWNER)
    with owner.begin() as connection:
        connection.exec_driver_sql("lock table customer in access exclusive mode")
        yield
    owner.dispose()


def waiting(urls: Database) -> int:
    owner = create_engine(urls.owner_url, OWNER, pool_size=0)
    with owner.connect() as connection:
        return int(connection.execute(WAITING).scalar_one())


def leave_while_it_reads(client: Client, urls: Database, many: int) -> None:
    """Ask over connections that are closed as soon as one of the requests waits for the lock."""
    parts = urlsplit(client.url)
    request = f"GET {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token()}\r\n\r\n".encode()
    made = [socket.create_connection((parts.hostname or "", parts.port or 0), 30) for _ in range(many)]
    for connection in made:
        connection.sendall(request)
    eventually(lambda: waiting(urls) == 1)
    for connection in made:
        connection.close()


def test_a_full_queue_refuses_at_once_and_says_that_the_server_is_busy(
    serve: Serve, books: Books, urls: Database
) -> None:
    client = serve(connections=1, timeout="60s")
    assert client.get(PATH).status_code == 200
    with ThreadPoolExecutor(30) as crowd:
        with locked(urls):
            asked = [crowd.submit(client.get, PATH) for _ in range(30)]
            eventually(lambda: sum(each.done() for each in asked) >= 9)
            refused = [each.result() for each in asked if each.done()]
        answers = [each.result() for each in asked]
    assert {(each.status_code, each.json()["detail"], each.headers["retry-after"]) for each in refused} == {
        (503, BUSY, "1")
    }
    assert sum(each.status_code == 200 for each in answers) == 30 - len(refused)


def test_a_request_whose_client_has_left_is_ended_and_those_in_the_queue_never_begin(
    serve: Serve, books: Books, urls: Database
) -> None:
    client = serve(connections=1, timeout="60s")
    assert client.get(PATH).status_code == 200
    with locked(urls):
        leave_while_it_reads(client, urls, many=5)
        eventually(lambda: waiting(urls) == 0)
        eventually(lambda: sum(client.metrics("telecom_billing_http_requests_total").values()) == 6)
    counted = client.metrics("telecom_billing_http_requests_total")
    assert sum(count for series, count in counted.items() if 'status="other"' in series) == 5
    assert client.get(PATH).status_code == 200
    assert not [each for each in client.log.entries if each.get("exc_info")]


def test_nobody_waits_longer_than_the_deadline_and_nothing_is_logged_as_a_fault(
    serve: Serve, books: Books, urls: Database
) -> None:
    client = serve(connections=1, timeout="300ms")
    with locked(urls), ThreadPoolExecutor(6) as crowd:
        answers = [each.result() for each in [crowd.submit(client.get, PATH) for _ in range(6)]]
    assert {each.status_code for each in answers} == {503}
    eventually(lambda: client.get(PATH).status_code == 200)
    assert not [each for each in client.log.entries if each.get("exc_info")]
