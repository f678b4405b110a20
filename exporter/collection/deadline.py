"""Deadlines that end the work, on the server too, and free the worker even when the server is frozen.

Three layers around everything that a run does with the database:

1. `statement_timeout`, set on the session by the store: the server ends the statement itself;
2. shortly after, a cancel request on a connection of its own, for runs of several statements;
3. if neither is answered, the socket is shut down under the driver, which frees the blocked thread.

A run does not hand its connection over: the pool reports which thread has taken, given back or is just making
which connection. So even the pool's own liveness check of an idle connection to a frozen server is ended.
"""

from __future__ import annotations

import os
import socket
import threading
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import psycopg
from sqlalchemy import event

from ledgerscope.store.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import timedelta

    from sqlalchemy import Engine

__all__ = ["Deadline", "Watchdog"]

_CANCEL_AFTER = 0.2
"""Seconds that the server is given to keep `statement_timeout` by itself."""
_CANCEL_WITHIN = 1.0
"""Seconds within which a cancel request must be answered."""
_SHUT_DOWN_AFTER = _CANCEL_AFTER + _CANCEL_WITHIN + 0.1
"""Seconds after the deadline at which the socket is shut down."""


class Deadline:
    """One thread's time limit and what became of it.

    `expired`: the time was up before the work was done. `cut`: even then it was not done, and the socket was
    shut down. `silent`: the server had not answered the request to cancel either.
    """

    def __init__(
        self, watchdog: Watchdog, seconds: float, connection: psycopg.Connection[Any] | None
    ) -> None:
        self.expired = self.cut = self.silent = False
        self._watchdog = watchdog
        # Held while the connection is being cancelled: it must not go back to the pool meanwhile, and from
        # there to another thread.
        self._lock = threading.Lock()
        self._connection = connection
        self._over = threading.Event()
        self._timer = _timer(seconds + _CANCEL_AFTER, self._enforce)

    def start(self) -> None:
        self._timer.start()

    def hasten(self) -> None:
        """Let the time be up now."""
        _timer(0, self._enforce).start()

    def attach(self, connection: psycopg.Connection[Any]) -> None:
        """The thread uses this connection from now on."""
        with self._lock:
            self._connection = connection

    def detach(self) -> None:
        """The thread gives its connection back."""
        with self._lock:
            self._connection = None

    def finish(self) -> None:
        """The work is done; nothing will be ended any more."""
        self._over.set()
        self._timer.cancel()
        self.detach()

    def _enforce(self) -> None:
        expired_at = monotonic()
        with self._lock:
            if self._over.is_set():
                return
            self.expired = True
            answered = self._connection is not None and _cancelled(self._connection)
        elapsed = monotonic() - expired_at
        if self._over.wait(_SHUT_DOWN_AFTER - _CANCEL_AFTER - elapsed):
            return
        with self._lock:
            self.cut, self.silent = True, not answered
            victims = (self._connection,) if self._connection is not None else self._watchdog.idle()
            for connection in victims:
                _shut_down(connection)


class Watchdog:
    """Knows which thread uses which connection of an engine, and gives threads deadlines."""

    def __init__(self, engine: Engine) -> None:
        self._current = threading.local()
        self._ended = False
        self._active: set[Deadline] = set()
        self._idle: WeakSet[psycopg.Connection[Any]] = WeakSet()
        event.listen(engine, "do_connect", self._connecting)
        event.listen(engine, "connect", self._taken, insert=True)
        event.listen(engine, "checkout", self._taken)
        event.listen(engine, "checkin", self._given_back)

    @contextmanager
    def limit(self, time: timedelta, connection: psycopg.Connection[Any] | None = None) -> Iterator[Deadline]:
        """What the block does with the engine ends `time` from now, 1.3 s later where the server is mute.

        `connection` is given where the thread has taken one before.
        """
        deadline = Deadline(self, 0.0 if self._ended else time.total_seconds(), connection)
        self._current.deadline = deadline
        self._active.add(deadline)
        deadline.start()
        try:
            yield deadline
        finally:
            self._current.deadline = None
            self._active.discard(deadline)
            deadline.finish()

    def end_all(self) -> None:
        """Let every deadline pass now, and those to come at once; returns without waiting."""
        self._ended = True
        for deadline in tuple(self._active):
            deadline.hasten()

    def idle(self) -> tuple[psycopg.Connection[Any], ...]:
        """Connections that lie in the pool, one of which a thread may just be testing."""
        return tuple(self._idle)

    def _deadline(self) -> Deadline | None:
        return getattr(self._current, "deadline", None)

    def _connecting(self, *_: object) -> None:
        # after a failed liveness check the pool would connect anew, and wait for a frozen server again
        deadline = self._deadline()
        if deadline is not None and deadline.expired:
            raise Unreachable("the deadline passed before there was a connection")

    def _taken(self, connection: psycopg.Connection[Any], *_: object) -> None:
        self._idle.discard(connection)
        if deadline := self._deadline():
            deadline.attach(connection)

    def _given_back(self, connection: psycopg.Connection[Any] | None, *_: object) -> None:
        if deadline := self._deadline():
            deadline.detach()
        if connection is not None:
            self._idle.add(connection)


def _timer(seconds: float, then: Callable[[], None]) -> threading.Timer:
    timer = threading.Timer(seconds, then)
    timer.daemon = True
    return timer


def _cancelled(connection: psycopg.Connection[Any]) -> bool:
    """Ask the server to end what the connection is doing; False where it does not answer."""
    try:
        connection.cancel_safe(timeout=_CANCEL_WITHIN)
    except psycopg.Error:
        return False
    return True


def _shut_down(connection: psycopg.Connection[Any]) -> None:
    try:
        # a duplicate, so that closing our object leaves the driver's descriptor to the driver
        with socket.socket(fileno=os.dup(connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)
    except (OSError, psycopg.Error):
        # closed already: the thread is free
        return
