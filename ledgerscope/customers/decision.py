"""What a decision is: changes to be written, or the reason why nothing changes.

A decision is a pure function of a state and a request. It reads no clock and no database: the instant, the
company's date and every new identifier come with the request. What is wrong with a request is a value.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ledgerscope.store.changes import Changes
from ledgerscope.store.records import AuditEntry, derive_id, make_event

if TYPE_CHECKING:
    from datetime import date, datetime

    from ledgerscope.domain.events import EventType
    from ledgerscope.store.records import Event, Id

__all__ = ["Call", "Decision", "Fault", "Moment", "Refused"]


@dataclass(frozen=True, slots=True)
class Moment:
    """Where and when a request is decided: the company, the instant, and the date there."""

    tenant_id: str
    at: datetime
    day: date


class Fault(StrEnum):
    """What kind of thing is wrong with a request; an HTTP status follows from it."""

    INVALID = "invalid"
    """The request itself; the same request will never be accepted."""
    NOT_FOUND = "not found"
    """What it names does not exist in the company."""
    CONFLICT = "conflict"
    """The state it meets; it may be accepted once that has changed."""
    FORBIDDEN = "forbidden"
    """Whoever asks may not do this."""
    UNAUTHENTICATED = "not authenticated"
    """Nobody knows who asks."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing changes; `reason` says what is wrong with the request and what would be right.

    `field` names the part of the request that is at fault, where it is one.
    """

    reason: str
    fault: Fault = Fault.CONFLICT
    field: str | None = None


Decision = Changes | Refused
_json = json.JSONEncoder(sort_keys=True).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request as it is made: when and for which company, by whom, through which channel.

    Identifiers of new rows derive from `request_id`, so that one request always decides the same rows.
    """

    moment: Moment
    actor: str
    request_id: Id
    source: str = "api"

    def new_id(self, *parts: object) -> Id:
        """The identifier of a new row of this request."""
        return derive_id(self.request_id, *parts)

    def event(
        self,
        event_type: EventType,
        *labels: str,
        customer_id: Id | None = None,
        amount: int | None = None,
        currency: str | None = None,
        duration_ms: int | None = None,
    ) -> Event:
        """What happened, with its label values in the order of the shape of its type."""
        return make_event(
            self.moment.tenant_id, event_type, self.moment.at, *labels, customer_id=customer_id,
            amount=amount, currency=currency, duration_ms=duration_ms,
        )  # fmt: skip

    def audit(self, action: str, subject: str, **details: object) -> AuditEntry:
        """Who did what to whom; `subject` is an identifier and `details` hold no personal data."""
        moment = self.moment
        return AuditEntry(moment.tenant_id, self.actor, action, subject, _json(details), moment.at)
