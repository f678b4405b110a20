"""Tells the log why tokens are refused, since whoever sends one is not told: a line per cause and minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from ledgerscope.customers.access.tokens import Rejected

__all__ = ["Refusals"]

_SECONDS_BETWEEN_LINES: Final = 60


class Refusals:
    """Writes causes, never a token. There are few of them, so that what is remembered is bounded."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        self._log = log
        self._next: dict[tuple[str, str | None], float] = {}
        self._unwritten: dict[tuple[str, str | None], int] = {}

    def note(self, rejected: Rejected, now: float) -> None:
        """A token was refused at this second of a clock that only goes forward."""
        key = (rejected.cause, rejected.issuer)
        if now < self._next.get(key, now):
            self._unwritten[key] = self._unwritten.get(key, 0) + 1
            return
        self._next[key] = now + _SECONDS_BETWEEN_LINES
        details = {"issuer": rejected.issuer, "more_before": self._unwritten.pop(key, None)}
        told = {name: value for name, value in details.items() if value is not None}
        self._log.warning("token refused", cause=rejected.cause, **told)
