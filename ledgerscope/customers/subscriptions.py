"""Subscriptions: started, priced anew, paused, resumed, cancelled and ended.

Guards what churn is made of: a customer is won at its first price above zero, lost when its last subscription
ends (a pause is no end), and regained when it pays again after that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.customers.decision import Decision, Moment, Refused
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import Subscription, SubscriptionVersion, make_event, span

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from ledgerscope.store.records import Event, Id

__all__ = [
    "Activate",
    "Cancel",
    "ChangePrice",
    "EndSubscription",
    "Pause",
    "PriceInForce",
    "Resume",
    "Start",
    "SubscriptionState",
    "VersionPrice",
    "activate",
    "cancel",
    "change_price",
    "end",
    "fall_behind",
    "pause",
    "recover",
    "resume",
    "start",
]


@dataclass(frozen=True, slots=True)
class VersionPrice:
    """A recurring price: units of a plan less a discount, and what that makes a month in minor units."""

    plan_id: Id
    tier: str
    quantity: int
    discount: Decimal
    currency: str
    mrr: Decimal


@dataclass(frozen=True, slots=True)
class PriceInForce:
    """The version that counts now."""

    version_id: Id
    since: datetime


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """A subscription as it stands.

    `ever_paid`: the customer has had a price above zero; `lost`: it was lost since and has not come back;
    `others_running`: other subscriptions of the customer have not ended.
    """

    subscription_id: Id
    customer_id: Id
    status: str
    started_at: datetime
    price: PriceInForce | None
    cancel_requested_at: datetime | None = None
    ever_paid: bool = True
    lost: bool = False
    others_running: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A customer subscribes to a plan; until `trial_end`, where there is one, it is on trial."""

    moment: Moment
    subscription_id: Id
    customer_id: Id
    plan_id: Id
    tier: str
    trial_end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Activate:
    """The first price of a subscription counts: at its start, or at the end of its trial."""

    moment: Moment
    version_id: Id
    price: VersionPrice


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is due from now on, until the subscription is resumed."""

    moment: Moment


@dataclass(frozen=True, slots=True)
class Resume:
    """The subscription goes on at a price."""

    moment: Moment
    version_id: Id
    price: VersionPrice


@dataclass(frozen=True, slots=True)
class ChangePrice:
    """From now on another price counts."""

    moment: Moment
    version_id: Id
    price: VersionPrice


@dataclass(frozen=True, slots=True)
class Cancel:
    """The customer asks to leave at the end of the period; the price counts until then."""

    moment: Moment


@dataclass(frozen=True, slots=True)
class EndSubscription:
    """The subscription is over; the reason is `voluntary` or `involuntary`."""

    moment: Moment
    reason: str


def start(request: Start) -> Decision:
    """The subscription, on trial or active; its price counts once it is activated."""
    moment, trial_end = request.moment, request.trial_end
    if trial_end is not None and trial_end <= moment.at:
        return Refused("a trial must end after it begins")
    row = Subscription(
        moment.tenant_id, request.subscription_id, request.customer_id, request.plan_id,
        "active" if trial_end is None else "trialing", moment.at, trial_end,
    )  # fmt: skip
    event = make_event(
        moment.tenant_id, EventType.SUBSCRIPTION_CREATED, moment.at, request.tier,
        customer_id=request.customer_id,
    )  # fmt: skip
    return Changes((row,), (event,))


def fall_behind(state: SubscriptionState, moment: Moment) -> Decision:
    """A charge was refused: the subscription runs on, past due."""
    if state.status != "active":
        return Refused(f"only an active subscription falls behind; this one is {state.status}")
    return Changes((_update(state, moment, status="past_due"),))


def recover(state: SubscriptionState, moment: Moment) -> Decision:
    """What was past due is paid."""
    if state.status != "past_due":
        return Refused(f"only a subscription that is past due recovers; this one is {state.status}")
    return Changes((_update(state, moment, status="active"),))


def activate(state: SubscriptionState, request: Activate) -> Decision:
    """The subscription is active and its price counts."""
    if state.status not in {"trialing", "active"} or state.price is not None:
        return Refused(f"only a subscription without a price is activated; this one is {state.status}")
    rows = (_update(state, request.moment, status="active"),) if state.status == "trialing" else ()
    return Changes(rows) + _price_begins(state, request.moment, request.version_id, request.price)


def pause(state: SubscriptionState, request: Pause) -> Decision:
    """The price ends, the subscription does not."""
    if state.status != "active" or state.price is None:
        return Refused(f"only an active subscription with a price can be paused; this one is {state.status}")
    if state.price.since >= request.moment.at:
        return Refused("the price begins at this instant or later; pause after it has begun")
    rows = (_price_ends(state.price, request.moment), _update(state, request.moment, status="paused"))
    return Changes(rows, (_event(state, request.moment, EventType.SUBSCRIPTION_PAUSED),))


def resume(state: SubscriptionState, request: Resume) -> Decision:
    """The price counts again."""
    if state.status != "paused":
        return Refused(f"only a paused subscription can be resumed; this one is {state.status}")
    begun = _price_begins(state, request.moment, request.version_id, request.price)
    active = _update(state, request.moment, status="active", plan_id=request.price.plan_id)
    event = _event(state, request.moment, EventType.SUBSCRIPTION_RESUMED)
    return Changes((active,), (event,)) + begun


def change_price(state: SubscriptionState, request: ChangePrice) -> Decision:
    """The old price ends where the new one begins."""
    if state.status not in {"active", "past_due"}:
        return Refused(f"only the price of a running subscription changes; this one is {state.status}")
    if state.price is not None and state.price.since >= request.moment.at:
        return Refused("the price in force begins at this instant or later; change it after it has begun")
    ended = () if state.price is None else (_price_ends(state.price, request.moment),)
    plan = _update(state, request.moment, plan_id=request.price.plan_id)
    event = _event(state, request.moment, EventType.SUBSCRIPTION_CHANGED, request.price.tier)
    begun = _price_begins(state, request.moment, request.version_id, request.price)
    return Changes((*ended, plan), (event,)) + begun


def cancel(state: SubscriptionState, request: Cancel) -> Decision:
    """The wish is noted; it takes effect when the subscription ends."""
    if state.status == "ended":
        return Refused("the subscription has ended already")
    if state.cancel_requested_at is not None:
        return Refused(f"the subscription was cancelled at {state.cancel_requested_at} already")
    return Changes((_update(state, request.moment, cancel_requested_at=request.moment.at),))


def end(state: SubscriptionState, request: EndSubscription) -> Decision:
    """The end of the subscription and its price; with the last one of a paying customer it is lost."""
    moment = request.moment
    if state.status == "ended":
        return Refused("the subscription has ended already")
    if state.price is not None and state.price.since >= moment.at:
        return Refused("the price in force begins at this instant or later; end it after it has begun")
    ended = () if state.price is None else (_price_ends(state.price, moment),)
    over = _update(state, moment, status="ended", ended_at=moment.at, end_reason=request.reason)
    events = [_event(state, moment, EventType.SUBSCRIPTION_ENDED, request.reason)]
    if state.ever_paid and not state.lost and not state.others_running:
        events.append(_event(state, moment, EventType.CUSTOMER_LOST, request.reason))
    return Changes((*ended, over), tuple(events))


def _price_begins(state: SubscriptionState, moment: Moment, version_id: Id, price: VersionPrice) -> Changes:
    """A version, unless the price is zero; the first one above zero, ever or again, is an event."""
    if not price.mrr:
        return Changes()
    row = SubscriptionVersion(
        moment.tenant_id, version_id, state.subscription_id, state.customer_id, price.plan_id, price.quantity,
        price.discount, price.currency, price.mrr, span(moment.at, None),
    )  # fmt: skip
    if state.ever_paid and not state.lost:
        return Changes((row,))
    kind = EventType.CUSTOMER_REGAINED if state.ever_paid else EventType.CUSTOMER_WON
    return Changes((row,), (_event(state, moment, kind),))


def _price_ends(price: PriceInForce, moment: Moment) -> Update:
    valid = {"valid": span(price.since, moment.at)}
    return Update(SubscriptionVersion, (moment.tenant_id, price.version_id), valid)


def _update(state: SubscriptionState, moment: Moment, **values: object) -> Update:
    return Update(Subscription, (moment.tenant_id, state.subscription_id), values)


def _event(state: SubscriptionState, moment: Moment, kind: EventType, *labels: str) -> Event:
    return make_event(moment.tenant_id, kind, moment.at, *labels, customer_id=state.customer_id)
