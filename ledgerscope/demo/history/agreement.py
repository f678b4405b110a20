"""One subscription as it runs: its price now, since when, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.customers.subscriptions import PriceInForce, Start, SubscriptionState, VersionPrice

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.demo.history.agenda import Agenda
    from ledgerscope.demo.plans import Price

__all__ = ["Agreement"]


class Agreement:
    """A subscription; `epoch` grows whenever its billing days change, voiding the bills planned."""

    __slots__ = (
        "_agenda", "anchor", "cancel_requested_at", "epoch", "id", "in_force", "next_price", "period_no",
        "price", "started_at", "status", "trial_end",
    )  # fmt: skip

    def __init__(self, agenda: Agenda, when: datetime, price: Price) -> None:
        self._agenda = agenda
        self.id = agenda.random.id()
        self.price = price
        self.next_price = price
        self.started_at = when
        self.anchor = when
        self.period_no = 0
        self.epoch = 0
        self.status = "active"
        self.in_force: PriceInForce | None = None
        self.trial_end: datetime | None = None
        self.cancel_requested_at: datetime | None = None

    @property
    def ended(self) -> bool:
        return self.status == "ended"

    @property
    def since(self) -> datetime | None:
        """From when on the price counts that does now."""
        return None if self.in_force is None else self.in_force.since

    @property
    def paying(self) -> bool:
        """Whether a price above zero counts now."""
        return self.in_force is not None

    def start(self) -> Start:
        """The request that it begins with."""
        agenda, plan = self._agenda, self.price.plan
        return Start(
            moment=agenda.moment(self.started_at), subscription_id=self.id, customer_id=agenda.customer_id,
            plan_id=plan.plan_id, tier=plan.tier, trial_end=self.trial_end,
        )  # fmt: skip

    def version_price(self) -> VersionPrice:
        """The price as decisions take it."""
        plan, price = self.price.plan, self.price
        return VersionPrice(
            plan.plan_id, plan.tier, price.quantity, price.discount, self._agenda.currency, price.mrr
        )

    def state(self, *, ever_paid: bool, lost: bool, others_running: bool) -> SubscriptionState:
        """The subscription as decisions look at it."""
        return SubscriptionState(
            self.id, self._agenda.customer_id, self.status, self.started_at, self.in_force,
            self.cancel_requested_at, ever_paid, lost, others_running,
        )  # fmt: skip
