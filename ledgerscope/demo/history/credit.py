"""What a customer may owe: its limit, and adjustments asked for and decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledgerscope.customers.credit import (
    DecideLimit,
    GrantLimit,
    LimitInForce,
    PendingLimit,
    RequestLimit,
    decide_limit,
    grant_limit,
    request_limit,
)

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.demo.history.account import Account
    from ledgerscope.demo.history.agenda import Agenda

__all__ = ["Credit"]

_KINDS: Final = {"none": 0.10, "unlimited": 0.08, "zero": 0.004, "normal": 0.816}
_ROUND_TO: Final = 500_00
_MONTHS_BETWEEN_REQUESTS: Final = 14
_DESK: Final = "credit desk"
_SALES: Final = "sales"
_APPROVED: Final = {"increase": 0.7, "decrease": 0.9}
_AFTER_A_BREACH: Final = 0.9
"""Share of breaches after which sales asks for a limit that would have been enough."""


class Credit:
    """The credit limit of one customer over time."""

    def __init__(self, agenda: Agenda, account: Account, usual_month: int) -> None:
        self._agenda = agenda
        self._account = account
        self._usual_month = usual_month
        self.kind = agenda.random.pick(_KINDS)
        account.on_refusal = self._after_a_refusal
        self._asked = False

    def grant(self, when: datetime) -> None:
        """The limit a customer begins with; some have none."""
        if self.kind == "none":
            return
        amount = 0 if self.kind == "zero" else None
        if self.kind == "normal":
            months = self._agenda.company.limit_months * self._agenda.random.uniform(0.6, 2.2)
            amount = self._rounded(self._usual_month * months)
            self._ask_later(when)
        agenda, limit_id = self._agenda, self._agenda.random.id()
        request = GrantLimit(
            moment=agenda.moment(when),
            credit_limit_id=limit_id,
            customer_id=agenda.customer_id,
            currency=agenda.currency,
            limit_minor=amount,
            approved_by=_DESK,
        )
        if agenda.commit(grant_limit(self._account.limit, request)):
            self._account.limit = LimitInForce(limit_id, amount, when)

    def _after_a_refusal(self, when: datetime, exposure: int) -> None:
        """An invoice would take the customer over its limit: sales may ask for another one."""
        agenda = self._agenda
        if self.kind == "normal" and not self._asked and agenda.random.chance(_AFTER_A_BREACH):
            wanted = self._rounded(exposure * 1.6)
            agenda.at(when + agenda.random.days(0.02, 1), lambda now: self._ask(now, "increase", wanted))

    def _rounded(self, amount: float) -> int:
        return max(1, round(amount / _ROUND_TO)) * _ROUND_TO

    def _ask_later(self, when: datetime) -> None:
        self._agenda.at(when + self._agenda.random.wait(_MONTHS_BETWEEN_REQUESTS * 30.4), self._ask_anyway)

    def _ask_anyway(self, when: datetime) -> None:
        """Somebody asks for another limit."""
        direction = "increase" if self._agenda.random.chance(0.75) else "decrease"
        limit = self._account.limit
        now = limit.limit_minor if limit and limit.limit_minor else _ROUND_TO
        factor = 1.5 if direction == "increase" else 0.8
        self._ask(when, direction, self._rounded(now * factor))
        self._ask_later(when)

    def _ask(self, when: datetime, direction: str, wanted: int) -> None:
        """A request; the credit desk decides within days."""
        if self._asked:
            return
        agenda, limit_id = self._agenda, self._agenda.random.id()
        request = RequestLimit(
            moment=agenda.moment(when),
            credit_limit_id=limit_id,
            customer_id=agenda.customer_id,
            currency=agenda.currency,
            limit_minor=wanted,
            direction=direction,
            requested_by=_SALES,
        )
        if agenda.commit(request_limit(request)):
            self._asked = True
            pending = PendingLimit(
                limit_id, agenda.customer_id, agenda.currency, "requested", direction, _SALES
            )
            agenda.at(when + agenda.random.days(0.2, 3), lambda now: self._decide(now, pending, wanted))

    def _decide(self, when: datetime, pending: PendingLimit, wanted: int) -> None:
        agenda = self._agenda
        approved = agenda.random.chance(_APPROVED[pending.direction])
        request = DecideLimit(
            moment=agenda.moment(when),
            approved=approved,
            decided_by=_DESK,
            reason=None if approved else "exposure too high for the term asked",
        )
        if agenda.commit(decide_limit(pending, self._account.limit, request)):
            self._asked = False
            if approved:
                self._account.limit = LimitInForce(pending.credit_limit_id, wanted, when)
