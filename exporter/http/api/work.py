"""Reads in threads: a bounded queue, a deadline for each read, and none for somebody who has left.

There are as many threads as connections, so that nobody waits for a connection; reads wait for a thread. What
is given up before it has begun never begins, and what is under way then is ended on the server too, by the
same watchdog that frees the collectors.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from exporter.collection.deadline import Watchdog
from ledgerscope.logs import in_this_context

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from sqlalchemy import Engine

    from exporter.collection.deadline import Deadline

__all__ = ["Job", "Workers"]

Found = TypeVar("Found")

_WAITING_PER_THREAD: Final = 20
"""How many reads may wait for each thread; with reads of 50 ms the last one of them waits a second."""


class Job(Generic[Found]):
    """One piece of work, with a time of the monotonic clock at which nobody waits for it any more."""

    def __init__(self, work: Callable[[Deadline], Found], latest: float) -> None:
        self._work, self._latest = work, latest
        self._lock = Lock()
        self._deadline: Deadline | None = None
        self.begun = self.given_up = False
        self.future: Future[Found | None]

    def run(self, watchdog: Watchdog) -> Found | None:
        """Do the work in this thread; None where it was given up or its time was over before."""
        left = self._latest - monotonic()
        if left <= 0:
            return None
        with watchdog.limit(timedelta(seconds=left)) as deadline:
            with self._lock:
                if self.given_up:
                    return None
                self.begun, self._deadline = True, deadline
            try:
                return self._work(deadline)
            finally:
                with self._lock:
                    self._deadline = None

    def give_up(self) -> None:
        """Nobody waits for it any more: do not begin it, and end it where it is under way."""
        with self._lock:
            self.given_up = True
            if self._deadline is not None:
                self._deadline.hasten()
        self.future.cancel()


class Workers:
    """So many threads for the connections of an engine, and a queue with an end."""

    def __init__(self, engine: Engine, threads: int) -> None:
        self._watchdog = Watchdog(engine)
        self._threads = ThreadPoolExecutor(threads, "api")
        self._room = BoundedSemaphore(threads * (1 + _WAITING_PER_THREAD))

    def submit(self, work: Callable[[Deadline], Found], within: float) -> Job[Found] | None:
        """Put work into the queue, to be done within so many seconds; None where the queue is full."""
        if not self._room.acquire(blocking=False):
            return None
        job = Job(work, monotonic() + within)
        job.future = self._threads.submit(in_this_context(job.run), self._watchdog)
        job.future.add_done_callback(lambda _: self._room.release())
        return job

    def stop(self) -> None:
        """End what is under way, on the server too."""
        self._watchdog.end_all()
        self._threads.shutdown(cancel_futures=True)
