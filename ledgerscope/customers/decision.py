"""What a decision is: changes to be written, or the reason why nothing changes.

A decision is a pure function of a state and a request. It reads no clock and no database: the instant, the
company's date and every new identifier come with the request. What is wrong with a request is a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.store.changes import Changes

if TYPE_CHECKING:
    from datetime import date, datetime

__all__ = ["Decision", "Moment", "Refused"]


@dataclass(frozen=True, slots=True)
class Moment:
    """Where and when a request is decided: the company, the instant, and the date there."""

    tenant_id: str
    at: datetime
    day: date


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing changes; `reason` says what is wrong with the request and what would be right."""

    reason: str


Decision = Changes | Refused
