"""How often a collector runs and how long its values may be served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta

__all__ = ["Policy"]


@dataclass(frozen=True, slots=True)
class Policy:
    """One collector's schedule; the ages count from the `as_of` of the values."""

    interval: timedelta
    stale_after: timedelta
    expire_after: timedelta
    enabled: bool = True
