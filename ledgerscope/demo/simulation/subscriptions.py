"""Acts around subscriptions: they begin, change their price, end, and customers come back."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from ledgerscope.demo.simulation.accounts import pick_customer
from ledgerscope.domain.events import EventType
from ledgerscope.domain.mrr import monthly
from ledgerscope.store import tables as t
from ledgerscope.store.records import Subscription, SubscriptionVersion, span

if TYPE_CHECKING:
    from sqlalchemy import Row

    from ledgerscope.demo.simulation.scene import Scene

__all__ = ["cancel", "change_quantity", "subscribe"]

_REASONS: Final = {"voluntary": 0.8, "involuntary": 0.2}
_RUNNING: Final = ("active", "past_due")


def subscribe(scene: Scene) -> None:
    """A customer without a running subscription takes one: for the first time, or again."""
    customer = pick_customer(scene, "active")
    if customer is None or _running(scene, customer):
        return
    plan = scene.pick(t.plan, "plan_id", t.plan.c.currency == customer.currency, t.plan.c.amount_minor > 0)
    if plan is None:
        return
    subscription_id, customer_id = scene.random.id(), customer.customer_id.hex
    scene.write(
        Subscription(scene.tenant_id, subscription_id, customer_id, plan.plan_id.hex, "active", scene.now)
    )
    _write_version(scene, subscription_id, customer_id, plan, scene.random.choice((1, 1, 2, 5)))
    scene.emit(EventType.SUBSCRIPTION_CREATED, plan.tier, customer_id=customer_id)
    paid_before = _count(scene, t.subscription_version, customer)
    scene.emit(
        EventType.CUSTOMER_REGAINED if paid_before else EventType.CUSTOMER_WON, customer_id=customer_id
    )


def change_quantity(scene: Scene) -> None:
    """A subscription gets one seat more, or one less where it has several."""
    version = _pick_price(scene)
    if version is None:
        return
    plan = scene.pick(t.plan, "plan_id", t.plan.c.plan_id == version.plan_id)
    if plan is None:
        return
    fewer = version.quantity > 1 and scene.random.chance(0.3)
    _end_price(scene, version)
    _write_version(
        scene,
        version.subscription_id.hex,
        version.customer_id.hex,
        plan,
        version.quantity + (-1 if fewer else 1),
        Fraction(version.discount),
    )
    scene.emit(EventType.SUBSCRIPTION_CHANGED, plan.tier, customer_id=version.customer_id.hex)


def cancel(scene: Scene) -> None:
    """A subscription ends at once; with the last one the customer is lost."""
    version = _pick_price(scene)
    if version is None:
        return
    subscription = scene.pick(
        t.subscription, "subscription_id", t.subscription.c.subscription_id == version.subscription_id
    )
    if subscription is None:
        return
    reason = scene.random.pick(_REASONS)
    _end_price(scene, version)
    scene.change(
        t.subscription,
        "subscription_id",
        subscription,
        status="ended",
        ended_at=scene.now,
        end_reason=reason,
    )
    scene.emit(EventType.SUBSCRIPTION_ENDED, reason, customer_id=version.customer_id.hex)
    if not _running(scene, version):
        scene.emit(EventType.CUSTOMER_LOST, reason, customer_id=version.customer_id.hex)


def _pick_price(scene: Scene) -> Row[Any] | None:
    """A price that has counted for a while: a range that would end where it began is refused."""
    valid = t.subscription_version.c.valid
    return scene.pick(
        t.subscription_version, "version_id", func.upper_inf(valid), func.lower(valid) < scene.now
    )


def _end_price(scene: Scene, version: Row[Any]) -> None:
    valid = t.subscription_version.c.valid
    until_now = func.tstzrange(func.lower(valid), scene.now)
    scene.change(t.subscription_version, "version_id", version, valid=until_now)


def _running(scene: Scene, owner: Row[Any]) -> int:
    """How many subscriptions of a customer have not ended."""
    return _count(scene, t.subscription, owner, t.subscription.c.ended_at.is_(None))


def _count(scene: Scene, table: Any, owner: Row[Any], *conditions: Any) -> int:
    of_owner = (table.c.tenant_id == scene.tenant_id, table.c.customer_id == owner.customer_id)
    query = select(func.count()).select_from(table).where(*of_owner, *conditions)
    return scene.connection.execute(query).scalar_one()


def _write_version(
    scene: Scene,
    subscription_id: str,
    customer_id: str,
    plan: Row[Any],
    quantity: int,
    discount: Fraction = Fraction(0),
) -> None:
    exact = monthly(plan.amount_minor, plan.interval_unit, plan.interval_count, quantity, discount)
    scene.write(
        SubscriptionVersion(
            scene.tenant_id, scene.random.id(), subscription_id, customer_id, plan.plan_id.hex, quantity,
            _decimal(discount), plan.currency, _decimal(exact), span(scene.now, None),
        )
    )  # fmt: skip


def _decimal(exact: Fraction) -> Decimal:
    """To six decimals, as the columns hold it."""
    return Decimal(round(exact * 1_000_000)) / 1_000_000
