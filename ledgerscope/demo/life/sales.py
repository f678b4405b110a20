"""What is billed beside subscriptions: use by the month, and single sales paid in instalments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ledgerscope.demo.life.account import Account, Claim
    from ledgerscope.demo.life.agreements import Agreements
    from ledgerscope.demo.life.story import Story

__all__ = ["Sales"]

_INSTALMENTS: Final = {1: 0.4, 2: 0.25, 3: 0.25, 6: 0.1}
_DAYS_BETWEEN_SALES: Final = 45


class Sales:
    """Invoices that no renewal brings."""

    def __init__(
        self,
        story: Story,
        account: Account,
        agreements: Agreements,
        arrange: Callable[[datetime, Claim], None],
        usual_month: int,
    ) -> None:
        self._story = story
        self._account = account
        self._agreements = agreements
        self._arrange = arrange
        self._usual_month = usual_month

    def bill_use(self, when: datetime) -> None:
        """From now on the use of each month is billed at its end."""
        calendar = self._story.company.calendar
        self._story.at(calendar.months_later(when, 1), lambda now: self._use(now, when))

    def sell_now_and_then(self, when: datetime) -> None:
        self._story.at(when + self._story.random.wait(_DAYS_BETWEEN_SALES), self._sell)

    def _use(self, when: datetime, since: datetime) -> None:
        story = self._story
        if self._agreements.active:
            busy = story.company.busy(since) * story.random.uniform(0.05, 0.4)
            due = story.company.calendar.days_later(when, self._account.terms_days)
            net = max(100, int(self._usual_month * busy))
            claim = self._account.issue(when, "usage", net, [story.day(due)], period=(since, when))
            self._arrange(when, claim)
        self.bill_use(when)

    def _sell(self, when: datetime) -> None:
        story, calendar = self._story, self._story.company.calendar
        parts = story.random.pick(_INSTALMENTS)
        first = calendar.days_later(when, self._account.terms_days)
        due = [story.day(calendar.months_later(first, n)) for n in range(parts)]
        net = max(100, int(self._usual_month * story.random.uniform(0.5, 4) * story.company.busy(when)))
        self._arrange(when, self._account.issue(when, "one_time", net, due))
        self.sell_now_and_then(when)
