"""Whoever only holds connections open takes the server from nobody."""

from __future__ import annotations

import asyncio
import resource
import socket
import subprocess
import sys
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import pytest
import requests
from starlette.responses import PlainTextResponse

from exporter.http.connections import Bounds, most_connections
from exporter.http.server import Server, listen
from exporter.settings.model import Listen
from tests.exporter.doubles import eventually
from tests.processes import start

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

HERE = PlainTextResponse("here")
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
BRIEF = 0.05
PROGRAM = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
from starlette.responses import PlainTextResponse
from exporter.http.server import Server, listen
from exporter.settings.model import Listen
server = Server(PlainTextResponse("here"), listen(Listen(port=0)))
print(server.url, flush=True)
server.run()
"""


def serving(app: object = HERE, **bounds: float) -> Server:
    return Server(app, listen(Listen(port=0)), Bounds(**bounds))  # type: ignore[arg-type]  # a table of them


def connect(server: Server, sent: bytes = b"") -> socket.socket:
    host, _, port = server.url.removeprefix("http://").rpartition(":")
    made = socket.create_connection((host, int(port)), timeout=30)
    made.sendall(sent)
    return made


def closed(connection: socket.socket) -> bool:
    """Waits until the server has said something or closed; whether it has closed."""
    try:
        return connection.recv(4096) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("begun", [b"", b"G", REQUEST[:-2], b"GET / HTTP/1.1\r\nA: b\r\n"])
def test_a_connection_without_a_complete_head_is_closed(begun: bytes) -> None:
    with serving(seconds_for_head=BRIEF) as server, closing(connect(server, begun)) as idle:
        assert closed(idle)
        assert requests.get(server.url, timeout=30).text == "here"


def test_bytes_that_trickle_do_not_make_the_time_longer() -> None:
    with serving(seconds_for_head=BRIEF) as server, closing(connect(server)) as slow:
        slow.settimeout(BRIEF / 5)

        def trickled() -> bool:
            try:
                slow.sendall(b"G")
                return slow.recv(4096) == b""
            except TimeoutError:
                return False
            except OSError:
                return True

        eventually(trickled)


def test_a_head_without_an_end_is_not_kept() -> None:
    with serving(largest_head=1000) as server, closing(connect(server, b"GET / HTTP/1.1\r\nA: ")) as endless:
        endless.sendall(b"x" * 2000)
        assert closed(endless)
        assert requests.get(server.url, headers={"A": "x" * 500}, timeout=30).text == "here"


def test_the_second_request_of_a_connection_has_no_longer_than_the_first() -> None:
    with serving(seconds_for_head=BRIEF) as server, closing(connect(server, REQUEST)) as kept:
        assert kept.recv(4096).endswith(b"here")
        kept.sendall(b"GET / HT")
        assert closed(kept)


def test_a_request_under_way_is_not_cut_off() -> None:
    go_on: list[asyncio.Event] = []

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        go_on.append(asyncio.Event())
        await asyncio.wait_for(go_on[0].wait(), 30)
        await HERE(scope, receive, send)

    with serving(slow, seconds_for_head=BRIEF) as server, closing(connect(server, REQUEST)) as under_way:
        eventually(lambda: bool(go_on))
        with closing(connect(server)) as later:
            assert closed(later), "the time of a connection that came later is up"
        go_on[0]._loop.call_soon_threadsafe(go_on[0].set)  # type: ignore[attr-defined]  # its loop is the server's
        assert under_way.recv(4096).endswith(b"here")


def test_an_answer_that_is_not_read_is_given_up() -> None:
    large = PlainTextResponse(b"x" * 50_000_000)
    with serving(large, seconds_without_reading=BRIEF) as server, closing(connect(server, REQUEST)) as lazy:
        eventually(lambda: server.connections == 1)
        eventually(lambda: server.connections == 0)
        lazy.settimeout(1)


def test_the_connection_that_never_asked_makes_room_first_and_then_the_longest_idle() -> None:
    with ExitStack() as stack:
        server = stack.enter_context(serving(most=3))

        def another(sent: bytes) -> socket.socket:
            made = stack.enter_context(closing(connect(server, sent)))
            if sent:
                assert made.recv(4096).endswith(b"here")
            return made

        asked, silent, silent_too = another(REQUEST), another(b""), another(b"")
        eventually(lambda: server.connections == 3)
        newest = another(REQUEST)
        assert closed(silent)
        another(REQUEST)
        assert closed(silent_too)
        another(REQUEST)
        assert closed(asked)
        newest.sendall(REQUEST)
        assert newest.recv(4096).endswith(b"here")


def test_where_all_connections_are_at_work_a_new_one_is_refused() -> None:
    go_on: list[asyncio.Event] = []

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        go_on.append(asyncio.Event())
        await asyncio.wait_for(go_on[0].wait(), 30)
        await HERE(scope, receive, send)

    with serving(slow, most=1) as server, closing(connect(server, REQUEST)) as under_way:
        eventually(lambda: bool(go_on))
        with closing(connect(server)) as refused:
            assert closed(refused)
        go_on[0]._loop.call_soon_threadsafe(go_on[0].set)  # type: ignore[attr-defined]  # its loop is the server's
        assert under_way.recv(4096).endswith(b"here")


def test_400_idle_connections_do_not_block_a_process_that_may_open_256_files() -> None:
    with (
        start(sys.executable, "-c", PROGRAM, stdout=subprocess.PIPE) as process,
        ExitStack() as stack,
    ):
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        host, _, port = url.removeprefix("http://").rpartition(":")
        for _ in range(400):
            stack.enter_context(closing(socket.create_connection((host, int(port)), timeout=30)))
        assert requests.get(url, timeout=30).text == "here"
        process.terminate()
        process.wait(30)


@pytest.mark.parametrize(
    ("files", "expected"),
    [(256, 128), (1024, 512), (1_000_000, 1000), (1, 1), (resource.RLIM_INFINITY, 1000)],
)
def test_connections_leave_files_for_the_rest(
    monkeypatch: pytest.MonkeyPatch, files: int, expected: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
    assert most_connections() == expected
