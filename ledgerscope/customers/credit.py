"""Credit: limits asked for and decided, and invoices checked against them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.customers.decision import Decision, Moment, Refused
from ledgerscope.domain.credit import severity
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import AuditEntry, CreditBreach, CreditLimit, make_event, span

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.store.records import Id

__all__ = [
    "CheckInvoice",
    "CreditState",
    "DecideLimit",
    "GrantLimit",
    "LimitInForce",
    "PendingLimit",
    "RequestLimit",
    "check_invoice",
    "decide_limit",
    "grant_limit",
    "request_limit",
]


@dataclass(frozen=True, slots=True)
class LimitInForce:
    """The approved limit of a customer in a currency; no amount means unlimited."""

    credit_limit_id: Id
    limit_minor: int | None
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PendingLimit:
    """A limit that was asked for, whatever became of it."""

    credit_limit_id: Id
    customer_id: Id
    currency: str
    status: str
    direction: str


@dataclass(frozen=True, slots=True)
class CreditState:
    """The limit that an invoice is checked against, and what the customer owes with that invoice."""

    limit: LimitInForce | None
    exposure_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantLimit:
    """A limit that needs no request, as when a customer is taken on."""

    moment: Moment
    credit_limit_id: Id
    customer_id: Id
    currency: str
    limit_minor: int | None
    approved_by: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLimit:
    """Another limit is asked for; `direction` is `increase` or `decrease`."""

    moment: Moment
    credit_limit_id: Id
    customer_id: Id
    currency: str
    limit_minor: int | None
    direction: str
    requested_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideLimit:
    """A request is approved, perhaps until an instant, or rejected for a reason."""

    moment: Moment
    approved: bool
    decided_by: str
    reason: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInvoice:
    """A new invoice is checked; `override_by` is who lets it through although it breaks the limit."""

    moment: Moment
    breach_id: Id
    customer_id: Id
    invoice_id: Id
    currency: str
    override_by: str | None = None


def grant_limit(in_force: LimitInForce | None, request: GrantLimit) -> Decision:
    """The approved limit; refused where one is in force, because changing it takes a request."""
    if in_force is not None:
        return Refused("a limit is in force already; request another one and decide it")
    if request.limit_minor is not None and request.limit_minor < 0:
        return Refused("a limit cannot be negative; zero allows no exposure, no amount means unlimited")
    moment = request.moment
    row = CreditLimit(
        moment.tenant_id, request.credit_limit_id, request.customer_id, request.currency, request.limit_minor,
        span(moment.at, request.until), "approved", "sales", moment.at, request.approved_by, moment.at, None,
    )  # fmt: skip
    return Changes((row,))


def request_limit(request: RequestLimit) -> Decision:
    """The request, waiting for a decision."""
    if request.limit_minor is not None and request.limit_minor < 0:
        return Refused("a limit cannot be negative; zero allows no exposure, no amount means unlimited")
    moment = request.moment
    row = CreditLimit(
        moment.tenant_id, request.credit_limit_id, request.customer_id, request.currency, request.limit_minor,
        span(moment.at, None), "requested", request.requested_by, moment.at, None, None, None,
    )  # fmt: skip
    event = make_event(
        moment.tenant_id,
        EventType.CREDIT_LIMIT_ADJUSTMENT_REQUESTED,
        moment.at,
        request.direction,
        customer_id=request.customer_id,
    )
    return Changes((row,), (event,))


def decide_limit(pending: PendingLimit, in_force: LimitInForce | None, request: DecideLimit) -> Decision:
    """The request approved, which ends the limit in force, or rejected, which changes no limit."""
    if pending.status != "requested":
        return Refused(f"the request is {pending.status} already")
    moment = request.moment
    if request.approved and in_force is not None and in_force.since >= moment.at:
        return Refused(f"the limit in force begins at {in_force.since}; a later one must begin after it")
    key = (moment.tenant_id, pending.credit_limit_id)
    if request.approved:
        decision = {
            "status": "approved",
            "decided_at": moment.at,
            "approved_by": request.decided_by,
            "valid": span(moment.at, request.until),
        }
    else:
        decision = {"status": "rejected", "decided_at": moment.at, "reason": request.reason}
    ended = (_ended(in_force, moment),) if request.approved and in_force is not None else ()
    outcome = EventType.CREDIT_LIMIT_ADJUSTED if request.approved else EventType.CREDIT_LIMIT_REJECTED
    event = make_event(
        moment.tenant_id, outcome, moment.at, pending.direction, customer_id=pending.customer_id
    )
    return Changes((*ended, Update(CreditLimit, key, decision), _audit(pending, request)), (event,))


def check_invoice(state: CreditState, request: CheckInvoice) -> Decision:
    """A breach where the invoice takes the customer over its limit; else no changes."""
    limit = None if state.limit is None else state.limit.limit_minor
    level = severity(state.exposure_minor, limit)
    if level is None or limit is None:
        return Changes()
    moment = request.moment
    row = CreditBreach(
        moment.tenant_id, request.breach_id, request.customer_id, request.invoice_id, request.currency,
        state.exposure_minor, limit, level, request.override_by, moment.at,
    )  # fmt: skip
    event = make_event(
        moment.tenant_id,
        EventType.CREDIT_LIMIT_BREACHED,
        moment.at,
        level,
        "false" if request.override_by is None else "true",
        customer_id=request.customer_id,
        amount=state.exposure_minor - limit,
        currency=request.currency,
    )
    return Changes((row,), (event,))


def _ended(in_force: LimitInForce, moment: Moment) -> Update:
    valid = span(in_force.since, moment.at)
    return Update(CreditLimit, (moment.tenant_id, in_force.credit_limit_id), {"valid": valid})


def _audit(pending: PendingLimit, request: DecideLimit) -> AuditEntry:
    details = json.dumps({"outcome": "approved" if request.approved else "rejected"})
    return AuditEntry(
        request.moment.tenant_id, request.decided_by, "credit.limit.decided", pending.customer_id, details,
        request.moment.at,
    )  # fmt: skip
