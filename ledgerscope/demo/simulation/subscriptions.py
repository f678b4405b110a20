"""Operations on subscriptions: they begin, change their price, pause, end, and customers come back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from ledgerscope.customers.subscriptions import (
    Activate,
    ChangePrice,
    EndSubscription,
    Pause,
    PriceInForce,
    Resume,
    Start,
    SubscriptionState,
    VersionPrice,
    activate,
    change_price,
    end,
    pause,
    resume,
    start,
)
from ledgerscope.domain.events import EventType
from ledgerscope.domain.mrr import monthly
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Row

    from ledgerscope.demo.simulation.context import Context

__all__ = ["cancel", "change_quantity", "end_one", "pause_one", "resume_one", "state_of", "subscribe"]

_REASONS: Final = {"voluntary": 0.8, "involuntary": 0.2}
_PAUSED_FOR: Final = timedelta(days=20)
_NOT_ENDED: Final = t.subscription.c.ended_at.is_(None)


def state_of(context: Context, subscription: Row[Any]) -> SubscriptionState:
    """A subscription as decisions look at it."""
    version, event = t.subscription_version.c, t.event.c
    price = context.connection.execute(
        select(version.version_id, func.lower(version.valid)).where(
            version.tenant_id == context.tenant_id,
            version.subscription_id == subscription.subscription_id,
            func.upper_inf(version.valid),
        )
    ).one_or_none()
    last = context.connection.execute(
        select(event.event_type)
        .where(
            event.tenant_id == context.tenant_id,
            event.customer_id == subscription.customer_id,
            event.event_type.in_(("CustomerWon", "CustomerLost", "CustomerRegained")),
        )
        .order_by(event.occurred_at.desc(), event.event_id.desc())
        .limit(1)
    ).scalar_one_or_none()
    running = _running(context, subscription.customer_id)
    return SubscriptionState(
        subscription.subscription_id.hex,
        subscription.customer_id.hex,
        subscription.status,
        subscription.started_at,
        None if price is None else PriceInForce(price[0].hex, price[1]),
        subscription.cancel_requested_at,
        ever_paid=last is not None,
        lost=last == EventType.CUSTOMER_LOST,
        others_running=running > (subscription.ended_at is None),
    )


def subscribe(context: Context) -> None:
    """A customer without a running subscription takes one: for the first time, or again."""
    running = (
        select(t.subscription.c.subscription_id)
        .where(
            t.subscription.c.tenant_id == t.customer.c.tenant_id,
            t.subscription.c.customer_id == t.customer.c.customer_id,
            _NOT_ENDED,
        )
        .exists()
    )
    customer = context.pick(
        t.customer,
        "customer_id",
        t.customer.c.deleted_at.is_(None),
        t.customer.c.status == "active",
        ~running,
    )
    if customer is None:
        return
    plan = t.plan.c
    chosen = context.pick(
        t.plan,
        "plan_id",
        plan.currency == customer.currency,
        plan.amount_minor > 0,
        ~plan.metered,
        plan.tier.in_(("starter", "professional")),
    )
    if chosen is None:
        return
    subscription_id, customer_id = context.random.id(), customer.customer_id.hex
    price = _price(chosen, context.random.choice((1, 1, 2, 5)), Fraction(0))
    request = Start(
        moment=context.moment, subscription_id=subscription_id, customer_id=customer_id,
        plan_id=price.plan_id, tier=price.tier,
    )  # fmt: skip
    context.commit(start(request))
    paid = _ever_paid(context, customer)
    state = SubscriptionState(
        subscription_id, customer_id, "active", context.now, None, ever_paid=paid, lost=paid
    )
    context.commit(activate(state, Activate(context.moment, context.random.id(), price)))


def change_quantity(context: Context) -> None:
    """A subscription gets one seat more, or now and then one less where it has several."""
    found = _pick_priced(context)
    if found is None:
        return
    version, subscription = found
    plan = context.pick(t.plan, "plan_id", t.plan.c.plan_id == version.plan_id)
    if plan is None:
        return
    fewer = version.quantity > 1 and context.random.chance(0.2)
    quantity = version.quantity + (-1 if fewer else 1)
    price = _price(plan, quantity, Fraction(version.discount))
    request = ChangePrice(context.moment, context.random.id(), price)
    context.commit(change_price(state_of(context, subscription), request))


def pause_one(context: Context) -> None:
    """A subscription is paused."""
    found = _pick_priced(context)
    if found is not None:
        context.commit(pause(state_of(context, found[1]), Pause(context.moment)))


def resume_one(context: Context) -> None:
    """A subscription that was paused some weeks ago goes on at the price it had."""
    version = t.subscription_version.c
    subscription = context.pick(t.subscription, "subscription_id", t.subscription.c.status == "paused")
    if subscription is None:
        return
    last = context.connection.execute(
        select(t.subscription_version, func.upper(version.valid).label("paused_at"))
        .where(
            version.tenant_id == context.tenant_id, version.subscription_id == subscription.subscription_id
        )
        .order_by(func.upper(version.valid).desc())
        .limit(1)
    ).one_or_none()
    if last is None or last.paused_at > context.now - _PAUSED_FOR:
        return
    plan = context.pick(t.plan, "plan_id", t.plan.c.plan_id == last.plan_id)
    if plan is not None:
        price = _price(plan, last.quantity, Fraction(last.discount))
        request = Resume(context.moment, context.random.id(), price)
        context.commit(resume(state_of(context, subscription), request))


def cancel(context: Context) -> None:
    """A subscription ends at once; with the last one the customer is lost."""
    found = _pick_priced(context)
    if found is not None:
        end_one(context, found[1], context.random.pick(_REASONS))


def end_one(context: Context, subscription: Row[Any], reason: str) -> None:
    """A subscription ends now, for a reason."""
    context.commit(end(state_of(context, subscription), EndSubscription(context.moment, reason)))


def _pick_priced(context: Context) -> tuple[Row[Any], Row[Any]] | None:
    """A price that has counted for a while, and its running subscription."""
    valid = t.subscription_version.c.valid
    version = context.pick(
        t.subscription_version, "version_id", func.upper_inf(valid), func.lower(valid) < context.now
    )
    if version is None:
        return None
    subscription = context.pick(
        t.subscription,
        "subscription_id",
        t.subscription.c.subscription_id == version.subscription_id,
        t.subscription.c.status.in_(("active", "past_due")),
    )
    return None if subscription is None else (version, subscription)


def _running(context: Context, customer_id: Any) -> int:
    """How many subscriptions of a customer have not ended."""
    query = select(func.count()).where(
        t.subscription.c.tenant_id == context.tenant_id,
        t.subscription.c.customer_id == customer_id,
        _NOT_ENDED,
    )
    return context.connection.execute(query).scalar_one()


def _ever_paid(context: Context, customer: Row[Any]) -> bool:
    version = t.subscription_version.c
    query = select(func.count()).where(
        version.tenant_id == context.tenant_id, version.customer_id == customer.customer_id
    )
    return context.connection.execute(query).scalar_one() > 0


def _price(plan: Row[Any], quantity: int, discount: Fraction) -> VersionPrice:
    exact = monthly(plan.amount_minor, plan.interval_unit, plan.interval_count, quantity, discount)
    return VersionPrice(
        plan.plan_id.hex, plan.tier, quantity, _decimal(discount), plan.currency, _decimal(exact)
    )


def _decimal(exact: Fraction) -> Decimal:
    """To six decimals, as the columns hold it."""
    return Decimal(round(exact * 1_000_000)) / 1_000_000
