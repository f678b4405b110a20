"""What is billed beside subscriptions: use by the month, and single sales paid in instalments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ledgerscope.demo.history.account import Account, Claim
    from ledgerscope.demo.history.agenda import Agenda
    from ledgerscope.demo.history.agreements import Agreements

__all__ = ["Sales"]

_INSTALMENTS: Final = {1: 0.4, 2: 0.25, 3: 0.25, 6: 0.1}
_DAYS_BETWEEN_SALES: Final = 45


class Sales:
    """Invoices that no renewal brings."""

    def __init__(
        self,
        agenda: Agenda,
        account: Account,
        agreements: Agreements,
        arrange: Callable[[datetime, Claim], None],
        usual_month: int,
    ) -> None:
        self._agenda = agenda
        self._account = account
        self._agreements = agreements
        self._arrange = arrange
        self._usual_month = usual_month

    def bill_use(self, when: datetime) -> None:
        """From now on the use of each month is billed at its end."""
        calendar = self._agenda.company.calendar
        self._agenda.at(calendar.months_later(when, 1), lambda now: self._use(now, when))

    def sell_now_and_then(self, when: datetime) -> None:
        self._agenda.at(when + self._agenda.random.wait(_DAYS_BETWEEN_SALES), self._sell)

    def _use(self, when: datetime, since: datetime) -> None:
        agenda = self._agenda
        if self._agreements.active:
            busy = agenda.company.busy(since) * agenda.random.uniform(0.05, 0.4)
            due = agenda.company.calendar.days_later(when, self._account.terms_days)
            net = max(100, int(self._usual_month * busy))
            claim = self._account.issue(when, "usage", net, [agenda.day(due)], period=(since, when))
            if claim is not None:
                self._arrange(when, claim)
        self.bill_use(when)

    def _sell(self, when: datetime) -> None:
        agenda, calendar = self._agenda, self._agenda.company.calendar
        parts = agenda.random.pick(_INSTALMENTS)
        first = calendar.days_later(when, self._account.terms_days)
        due = [agenda.day(calendar.months_later(first, n)) for n in range(parts)]
        net = max(100, int(self._usual_month * agenda.random.uniform(0.5, 4) * agenda.company.busy(when)))
        claim = self._account.issue(when, "one_time", net, due, agreed=False)
        if claim is not None:
            self._arrange(when, claim)
        self.sell_now_and_then(when)
