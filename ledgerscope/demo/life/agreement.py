"""One subscription as it runs: its price now, since when, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.store.records import Subscription, SubscriptionVersion, span

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.demo.life.story import Story
    from ledgerscope.demo.plans import Price

__all__ = ["Agreement"]


class Agreement:
    """A subscription; `epoch` grows whenever its billing days change, voiding the bills planned."""

    __slots__ = (
        "_story", "anchor", "cancel_requested_at", "end_reason", "ended_at", "epoch", "id", "next_price",
        "period_no", "price", "since", "started_at", "status", "trial_end",
    )  # fmt: skip

    def __init__(self, story: Story, when: datetime, price: Price) -> None:
        self._story = story
        self.id = story.random.id()
        self.price = price
        self.next_price = price
        self.started_at = when
        self.anchor = when
        self.period_no = 0
        self.epoch = 0
        self.status = "active"
        self.since: datetime | None = None
        self.trial_end: datetime | None = None
        self.cancel_requested_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.end_reason: str | None = None

    @property
    def ended(self) -> bool:
        return self.ended_at is not None

    @property
    def paying(self) -> bool:
        """Whether a price above zero counts now."""
        return self.since is not None and not self.price.is_free

    def open_version(self, when: datetime) -> None:
        """From now on the price counts."""
        self.since = when

    def close_version(self, when: datetime) -> None:
        """From now on the price counts no more; the time it did is written down."""
        if self.since is not None:
            self._write_version(self.since, when)
        self.since = None

    def end(self, when: datetime, reason: str) -> None:
        self.close_version(when)
        self.status, self.ended_at, self.end_reason = "ended", when, reason
        self.epoch += 1

    def close(self) -> None:
        """Write the subscription as it stands at the end of the story, and the price that still counts."""
        story = self._story
        if self.since is not None:
            self._write_version(self.since, None)
        story.write(
            Subscription(
                story.tenant_id, self.id, story.customer_id, self.price.plan.plan_id, self.status,
                self.started_at, self.trial_end, self.cancel_requested_at, self.ended_at, self.end_reason,
            )
        )  # fmt: skip

    def _write_version(self, start: datetime, end: datetime | None) -> None:
        story, price = self._story, self.price
        if start == end or price.is_free:
            return
        story.write(
            SubscriptionVersion(
                story.tenant_id, story.random.id(), self.id, story.customer_id, price.plan.plan_id,
                price.quantity, price.discount, story.currency, price.mrr, span(start, end),
            )
        )  # fmt: skip
