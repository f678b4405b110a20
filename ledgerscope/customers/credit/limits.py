"""Credit limits: granted, asked for, and decided.

Guards that a customer has at most one limit in force per currency, and that nobody approves what they asked
for themselves.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.customers.decision import Decision, Fault, Moment, Refused
from ledgerscope.customers.operations.checks import check_instant
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import AuditEntry, CreditLimit, make_event, span

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.store.records import Id

__all__ = [
    "DecideLimit",
    "GrantLimit",
    "LimitInForce",
    "PendingLimit",
    "RequestLimit",
    "decide_limit",
    "direction_of",
    "grant_limit",
    "request_limit",
]

_NEGATIVE = "a limit cannot be negative; zero allows no exposure, no amount means unlimited"


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
    requested_by: str


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
    requested_by: str = "sales"


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


def direction_of(in_force: LimitInForce | None, wanted_minor: int | None) -> str:
    """Whether a wanted limit is an `increase` or a `decrease`: nothing is more than unlimited.

    A first limit is an increase, and so is one that equals the limit in force.
    """
    if in_force is None or wanted_minor is None:
        return "increase"
    before = in_force.limit_minor
    return "decrease" if before is None or wanted_minor < before else "increase"


def grant_limit(in_force: LimitInForce | None, request: GrantLimit) -> Decision:
    """The approved limit; refused where one is in force, because changing it takes a request."""
    if in_force is not None:
        return Refused("a limit is in force already; request another one and decide it")
    fault = _fault(request.moment, request.limit_minor, request.until)
    if fault is not None:
        return fault
    moment = request.moment
    row = CreditLimit(
        moment.tenant_id, request.credit_limit_id, request.customer_id, request.currency, request.limit_minor,
        span(moment.at, request.until), "approved", request.requested_by, moment.at, request.approved_by,
        moment.at, None,
    )  # fmt: skip
    audit = _audit(
        moment, request.approved_by, "credit.limit.granted", request.customer_id,
        credit_limit_id=request.credit_limit_id, currency=request.currency, limit_minor=request.limit_minor,
    )  # fmt: skip
    event = make_event(
        moment.tenant_id, EventType.CREDIT_LIMIT_GRANTED, moment.at, customer_id=request.customer_id
    )
    return Changes((row, audit), (event,))


def request_limit(request: RequestLimit) -> Decision:
    """The request, waiting for a decision."""
    moment = request.moment
    fault = _fault(moment, request.limit_minor, None)
    if fault is not None:
        return fault
    row = CreditLimit(
        moment.tenant_id, request.credit_limit_id, request.customer_id, request.currency, request.limit_minor,
        span(moment.at, None), "requested", request.requested_by, moment.at, None, None, None,
    )  # fmt: skip
    audit = _audit(
        moment, request.requested_by, "credit.limit.requested", request.customer_id,
        credit_limit_id=request.credit_limit_id, currency=request.currency, limit_minor=request.limit_minor,
    )  # fmt: skip
    event = make_event(
        moment.tenant_id,
        EventType.CREDIT_LIMIT_ADJUSTMENT_REQUESTED,
        moment.at,
        request.direction,
        customer_id=request.customer_id,
    )
    return Changes((row, audit), (event,))


def decide_limit(pending: PendingLimit, in_force: LimitInForce | None, request: DecideLimit) -> Decision:
    """The request approved, which ends the limit in force, or rejected, which changes no limit.

    Two people decide on a limit: whoever asked for it may take the request back by rejecting it, but may not
    approve it.
    """
    obstacle = _obstacle(pending, in_force, request)
    if obstacle is not None:
        return obstacle
    moment = request.moment
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
    audit = _audit(
        moment, request.decided_by, "credit.limit.decided", pending.customer_id,
        credit_limit_id=pending.credit_limit_id, outcome="approved" if request.approved else "rejected",
    )  # fmt: skip
    return Changes((*ended, Update(CreditLimit, key, decision), audit), (event,))


def _obstacle(pending: PendingLimit, in_force: LimitInForce | None, request: DecideLimit) -> Refused | None:
    moment = request.moment
    if pending.status != "requested":
        return Refused(f"the request is {pending.status} already")
    if not request.approved:
        return None
    if pending.requested_by == request.decided_by:
        said = f"{request.decided_by} asked for this limit; somebody else has to approve it"
        return Refused(said, Fault.FORBIDDEN)
    if in_force is not None and in_force.since >= moment.at:
        return Refused(f"the limit in force begins at {in_force.since}; a later one must begin after it")
    return _fault(moment, None, request.until)


def _fault(moment: Moment, limit_minor: int | None, until: datetime | None) -> Refused | None:
    if limit_minor is not None and limit_minor < 0:
        return Refused(_NEGATIVE, Fault.INVALID, "limit_minor")
    zoneless = None if until is None else check_instant("until", until)
    if zoneless is not None:
        return zoneless
    if until is not None and until <= moment.at:
        said = f"until: the limit would have ended at {until}; an instant after {moment.at}"
        return Refused(said, Fault.INVALID, "until")
    return None


def _ended(in_force: LimitInForce, moment: Moment) -> Update:
    valid = span(in_force.since, moment.at)
    return Update(CreditLimit, (moment.tenant_id, in_force.credit_limit_id), {"valid": valid})


def _audit(moment: Moment, actor: str, action: str, customer_id: Id, **details: object) -> AuditEntry:
    return AuditEntry(
        moment.tenant_id, actor, action, customer_id, json.dumps(details, sort_keys=True), moment.at
    )
