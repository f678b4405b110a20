"""Whether the database answers the API, as the last request or probe found it.

The API has a login of its own. So its database is a part of the health by itself: that the collectors reach
theirs says nothing of it. A probe asks where nobody else does, so that a wrong login is seen before a user
meets it.
"""

from __future__ import annotations

from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Final

from exporter.reporting.health import ApiHealth

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from structlog.typing import FilteringBoundLogger

    from exporter.state.failures import FailureClass

__all__ = ["Contact", "Prober"]

_UNKNOWN: Final = ApiHealth(None, None)


class Contact:
    """Remembers what was found last, and writes a line of the log where it answers no longer or again."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        self._log = log
        self._lock = Lock()
        self._health = _UNKNOWN

    @property
    def health(self) -> ApiHealth:
        """What was found last."""
        return self._health

    def answered(self) -> None:
        """The database has answered."""
        if self._changed(ApiHealth(True, None)):
            self._log.info("database of the api", up=True)

    def failed(self, kind: FailureClass, reason: str) -> None:
        """The database could not be asked; the reason is for the log only."""
        if self._changed(ApiHealth(False, kind.value)):
            self._log.error("database of the api", up=False, failure=kind.value, reason=reason)

    def _changed(self, found: ApiHealth) -> bool:
        with self._lock:
            before, self._health = self._health, found
        return before.database is not found.database


class Prober:
    """Does something at once and then again and again, in the background, until it is stopped."""

    def __init__(self, probe: Callable[[], object], every: timedelta) -> None:
        self._probe, self._seconds = probe, every.total_seconds()
        self._over = Event()
        self._thread = Thread(target=self._run, name="api-probe", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End once the probe under way is over."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        self._probe()
        while not self._over.wait(self._seconds):
            self._probe()
