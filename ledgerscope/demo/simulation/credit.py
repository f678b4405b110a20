"""Operations on credit limits: another one is asked for, and the request is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.credit import (
    DecideLimit,
    LimitInForce,
    PendingLimit,
    RequestLimit,
    decide_limit,
    load_limits,
    request_limit,
)
from ledgerscope.customers.credit.limits import direction_of
from ledgerscope.demo.simulation.accounts import pick_customer
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from ledgerscope.demo.simulation.context import Context

__all__ = ["ask_for_limit", "decide", "limit_in_force"]

_STEP: Final = 500_00
_APPROVED: Final = 0.7


def limit_in_force(context: Context, customer_id: Any, currency: str) -> LimitInForce | None:
    """The approved limit of a customer now, or None."""
    return load_limits(context.connection, context.moment, customer_id).get(currency)


def ask_for_limit(context: Context) -> None:
    """Sales asks for a limit: half as much again as the one in force, or a first one."""
    customer = pick_customer(context, "active")
    if customer is None:
        return
    now = limit_in_force(context, customer.customer_id, customer.currency)
    before = None if now is None else now.limit_minor
    wanted = before + before // 2 + _STEP if before is not None else _STEP * context.random.randrange(20, 60)
    request = RequestLimit(
        moment=context.moment,
        credit_limit_id=context.random.id(),
        customer_id=customer.customer_id.hex,
        currency=customer.currency,
        limit_minor=wanted,
        direction="increase",
        requested_by="sales",
    )
    context.commit(request_limit(request))


def decide(context: Context) -> None:
    """The credit desk approves a request, which ends the limit before it, or rejects it."""
    limit = t.credit_limit.c
    row = context.pick(
        t.credit_limit,
        "credit_limit_id",
        limit.status == "requested",
        limit.requested_at < context.now,
    )
    if row is None:
        return
    in_force = limit_in_force(context, row.customer_id, row.currency)
    pending = PendingLimit(
        row.credit_limit_id.hex, row.customer_id.hex, row.currency, row.status,
        direction_of(in_force, row.limit_minor), row.requested_by,
    )  # fmt: skip
    approved = context.random.chance(_APPROVED)
    request = DecideLimit(
        moment=context.moment,
        approved=approved,
        decided_by="credit desk",
        reason=None if approved else "exposure too high for the term asked",
    )
    context.commit(decide_limit(pending, in_force, request))
