"""Ends what a connection waits for when the time is up, however often the other side sends a little."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Lock, Timer
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Deadline", "TooSlow"]


class TooSlow(Exception):
    """An answer was still arriving when the time was up."""


class Deadline:
    """A block that takes so many seconds at most, counted while it waits for the socket that it holds.

    The timeout of a socket is one of each wait, and a byte now and then starts it anew. When the time is up
    the socket is shut, which ends the wait, and the block raises TooSlow whatever came of it.
    """

    def __init__(self, seconds: float) -> None:
        self._timer = Timer(max(seconds, 0), self._end)
        self._timer.daemon = True
        self._lock = Lock()
        self._socket: socket.socket | None = None
        self._is_over = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._socket = None
        if self._is_over and (error is None or isinstance(error, Exception)):
            raise TooSlow from error

    def hold(self, waited_for: socket.socket) -> None:
        """What is waited for from now on."""
        with self._lock:
            self._socket = waited_for
        if self._is_over:
            raise TooSlow

    def _end(self) -> None:
        self._is_over = True
        with self._lock, suppress(OSError):
            if self._socket is not None:
                socket.socket.shutdown(
                    self._socket, socket.SHUT_RDWR
                )  # below TLS, whose state is another thread's
