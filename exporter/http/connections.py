"""Bounds of connections, so that whoever only holds them open takes the server from nobody.

A connection that has sent no complete request head in time is closed, and so is one whose answer is not
read. Where there are as many as there may be, the one that has been idle longest makes room for a new one,
first of all one that has never sent a request. What is done with requests stays the task of uvicorn's own
protocol, which has a time limit only between two requests.
"""

from __future__ import annotations

import asyncio
import resource
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from uvicorn.protocols.http.auto import AutoHTTPProtocol

if TYPE_CHECKING:
    from collections.abc import Callable

    class _Cycle(Protocol):
        response_complete: bool

    class _Inner(Protocol):
        """What is needed of uvicorn's protocols: `cycle` is the latest request; None before the first."""

        cycle: _Cycle | None


__all__ = ["Bounds", "Connection", "most_connections"]

_MOST: Final = 1000


def most_connections() -> int:
    """Half of the files that the process may open: the others are the database's and the log's."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST if files == resource.RLIM_INFINITY else max(1, min(_MOST, files // 2))


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many connections there may be, how many seconds and bytes a head may take, and a stalled answer."""

    most: int = field(default_factory=most_connections)
    seconds_for_head: float = 10
    largest_head: int = 64 * 1024
    seconds_without_reading: float = 30


class Connection(asyncio.Protocol):
    """A connection within bounds, around uvicorn's protocol; `all_open` holds the open ones of a server."""

    def __init__(self, bounds: Bounds, all_open: set[Connection], **given: Any) -> None:
        self._bounds, self._open = bounds, all_open
        self._inner: asyncio.Protocol = AutoHTTPProtocol(**given)
        self._unread = 0
        self._loop = asyncio.get_running_loop()
        self._head = _Timer(self._loop, bounds.seconds_for_head, self.abort)
        self._reading = _Timer(self._loop, bounds.seconds_without_reading, self.abort)

    @property
    def busy(self) -> bool:
        """Whether a request is being answered."""
        cycle = cast("_Inner", self._inner).cycle
        return cycle is not None and not cycle.response_complete

    @property
    def rank(self) -> tuple[bool, float]:
        """The least goes first where one has to: those that never sent a request, then the longest idle."""
        return cast("_Inner", self._inner).cycle is not None, self._since

    def abort(self) -> None:
        """Close it at once."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Make room where there is none; without an idle connection that could go, this one goes."""
        self._transport = cast("asyncio.Transport", transport)
        self._since = self._loop.time()
        self._inner.connection_made(transport)
        idle = [each for each in self._open if not each.busy]
        self._open.add(self)
        self._head.start()
        if len(self._open) > self._bounds.most:
            min(idle, key=lambda each: each.rank, default=self).abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._open.discard(self)
        self._head.stop()
        self._reading.stop()
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """The time for a head begins with its first byte; further ones do not prolong it."""
        self._since = self._loop.time()
        self._inner.data_received(data)
        if self.busy:
            self._unread = 0
            self._head.stop()
            return
        self._head.start()
        self._unread += len(data)
        if self._unread > self._bounds.largest_head:
            self.abort()

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._reading.start()
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._reading.stop()
        self._inner.resume_writing()


class _Timer:
    """Does something once, so many seconds after it was started first."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float, then: Callable[[], None]) -> None:
        self._loop, self._seconds, self._then = loop, seconds, then
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        if self._handle is None:
            self._handle = self._loop.call_later(self._seconds, self._then)

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
