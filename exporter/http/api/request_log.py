"""One line of the log for each request to the API: what was asked in general, and how it went.

Neither address nor query is written: they hold identifiers, cursors and search texts. Who asked and about
whom stands in the line of the operation, which has the same correlation id.
"""

from __future__ import annotations

from http import HTTPMethod
from typing import TYPE_CHECKING, Final

from ledgerscope.catalogue.api import OTHER

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

__all__ = ["log_request"]

_METHODS: Final = frozenset(HTTPMethod)
_PLACES: Final = 6
"""Decimals of seconds."""


def log_request(
    log: FilteringBoundLogger, method: str, route: str, status: int, seconds: float, request_id: str
) -> None:
    """Write the line; `route` is the template of the address, `unknown` where there is none."""
    log.info(
        "request of the api",
        method=method if method in _METHODS else OTHER,
        route=route,
        status=status,
        duration_seconds=round(seconds, _PLACES),
        correlation_id=request_id,
    )
