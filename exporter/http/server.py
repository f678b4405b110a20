"""Listens on an address, serves an application there until a signal or `stop`, and stops gracefully.

SIGTERM and SIGINT end it without a traceback and with exit code 0; requests under way are answered first.
"""

from __future__ import annotations

import signal
import socket
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import uvicorn

from exporter.errors import CannotListen
from exporter.http.connections import Bounds, Connection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

    from starlette.types import ASGIApp

    from exporter.settings.model import Listen

__all__ = ["Server", "listen"]

_SECONDS_FOR_LAST_REQUESTS = 5
_SECONDS_BETWEEN_REQUESTS = 75
"""Longer than scrape intervals usually are, so that Prometheus keeps its connection."""

_ACCEPTED_AT_ONCE = 64
"""Few, so that a flood of connections takes no more files than the bounds leave before one makes room."""


class Server:
    """One application on one socket that listens already.

    `run` serves in the calling thread until a signal or `stop`; as a context manager it serves in the
    background.
    """

    def __init__(self, app: ASGIApp, listener: socket.socket, bounds: Bounds | None = None) -> None:
        self._socket = listener
        self._open: set[Connection] = set()
        config = uvicorn.Config(
            app,
            http=partial(Connection, bounds or Bounds(), self._open),  # type: ignore[arg-type]  # called like a type
            ws="none",
            backlog=_ACCEPTED_AT_ONCE,
            log_config=None,
            access_log=False,
            proxy_headers=False,  # the API reads them, and only from proxies that are set
            server_header=False,
            headers=[("X-Content-Type-Options", "nosniff")],
            lifespan="off",
            timeout_graceful_shutdown=_SECONDS_FOR_LAST_REQUESTS,
            timeout_keep_alive=_SECONDS_BETWEEN_REQUESTS,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, name="http", daemon=True)

    @property
    def url(self) -> str:
        """Where it serves, with the port that was really taken."""
        host, port = self._socket.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._open)

    def run(self) -> None:
        """Serve until SIGTERM, SIGINT or `stop`."""
        with _signals_end_quietly():
            self._serve()

    def stop(self) -> None:
        """Finish the requests under way and stop."""
        self._server.should_exit = True

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._thread.join()

    def _serve(self) -> None:
        with self._socket:
            self._server.run(sockets=[self._socket])


def listen(on: Listen) -> socket.socket:
    """The socket to serve on, taken before anything is built; raises CannotListen."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            on.address, on.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=128)
    except OSError as error:
        raise CannotListen(on.address, on.port, error) from error


@contextmanager
def _signals_end_quietly() -> Iterator[None]:
    """Leave the work to the server's own handlers, and catch the signal that it raises again when done."""
    handled = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, lambda *_: None) for number in handled}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
