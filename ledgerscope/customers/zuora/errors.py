"""Why Zuora gave no answer that can be used."""

from __future__ import annotations

from ledgerscope.domain.values import SYNC_ERROR_CLASSES

__all__ = ["ZuoraError"]


class ZuoraError(Exception):
    """Zuora could not be asked, or its answer cannot be used.

    `error_class` is a word of SYNC_ERROR_CLASSES. The message says what was wrong and what would be right; no
    secret, no token and nothing of an answer stands in it. `retry_after` are the seconds that Zuora asked to
    wait, where it did.
    """

    def __init__(self, error_class: str, message: str, *, retry_after: float | None = None) -> None:
        if error_class not in SYNC_ERROR_CLASSES:
            raise ValueError(f"{error_class!r} is no error class")
        super().__init__(message)
        self.error_class = error_class
        self.retry_after = retry_after
