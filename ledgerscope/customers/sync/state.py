"""A schedule and a run as decisions meet them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.decision import Fault, Refused

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.store.records import Id

__all__ = ["DELETED", "NOT_SCHEDULED", "ClaimedRun", "Schedule", "Synchronised"]

DELETED: Final = Refused("the customer is deleted; it is no longer synchronised")
NOT_SCHEDULED: Final = Refused(
    "the customer is not synchronised; give it a frequency first", Fault.CONFLICT, "customer_id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When and how a customer is synchronised; `failures` are those in a row."""

    frequency: str
    status: str
    next_due_at: datetime
    last_attempt_at: datetime | None = None
    last_success_at: datetime | None = None
    failures: int = 0
    requested_trigger: str | None = None
    claimed_run_id: Id | None = None


@dataclass(frozen=True, slots=True)
class Synchronised:
    """A customer and its schedule; None where it has none."""

    customer_id: Id
    schedule: Schedule | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run under way, of the process that has claimed it."""

    customer_id: Id
    run_id: Id
    trigger: str
    started_at: datetime
