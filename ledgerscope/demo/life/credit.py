"""What a customer may owe: its limit, adjustments asked for and decided, and invoices that break it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledgerscope.domain.credit import exposure as exposure_of
from ledgerscope.domain.credit import severity
from ledgerscope.domain.events import EventType
from ledgerscope.store.records import AuditEntry, CreditBreach, CreditLimit, span

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.demo.life.account import Account, Claim
    from ledgerscope.demo.life.story import Story

__all__ = ["Credit"]

_KINDS: Final = {"none": 0.10, "unlimited": 0.08, "zero": 0.02, "normal": 0.80}
_ROUND_TO: Final = 500_00
_MONTHS_BETWEEN_REQUESTS: Final = 14
_OVERRIDDEN: Final = 0.35
_DESK: Final = "credit desk"


class Credit:
    """The credit limit of one customer over time."""

    def __init__(self, story: Story, account: Account, usual_month: int) -> None:
        self._story = story
        self._account = account
        self._usual_month = usual_month
        self.kind = story.random.pick(_KINDS)
        self._limit: int | None = None
        self._since: datetime | None = None

    def grant(self, when: datetime) -> None:
        """The limit a customer begins with; some have none."""
        if self.kind == "none":
            return
        self._since = when
        if self.kind == "zero":
            self._limit = 0
        elif self.kind == "normal":
            months = self._story.company.limit_months * self._story.random.uniform(0.6, 2.2)
            self._limit = self._rounded(self._usual_month * months)
            self._ask_later(when)

    def check(self, when: datetime, claim: Claim) -> None:
        """A new invoice takes the customer over its limit, or not."""
        limit = self._limit
        if self._since is None or limit is None:
            return
        exposure = exposure_of(self._account.owed, self._account.unused)
        level = severity(exposure, limit)
        if level is None:
            return
        story = self._story
        override = _DESK if story.random.chance(_OVERRIDDEN) else None
        story.write(
            CreditBreach(
                story.tenant_id, story.random.id(), story.customer_id, claim.id, story.currency, exposure,
                limit, level, override, when,
            )
        )  # fmt: skip
        allowed = "true" if override else "false"
        story.emit(EventType.CREDIT_LIMIT_BREACHED, when, level, allowed, amount=exposure - limit)

    def close(self) -> None:
        """Write the limit in force at the end of the story."""
        if self._since is not None:
            self._write_limit(self._since, None)

    def _rounded(self, amount: float) -> int:
        return max(1, round(amount / _ROUND_TO)) * _ROUND_TO

    def _ask_later(self, when: datetime) -> None:
        self._story.at(when + self._story.random.wait(_MONTHS_BETWEEN_REQUESTS * 30.4), self._ask)

    def _ask(self, when: datetime) -> None:
        """Somebody asks for another limit; the credit desk decides within days."""
        story = self._story
        direction = "increase" if story.random.chance(0.75) else "decrease"
        story.emit(EventType.CREDIT_LIMIT_ADJUSTMENT_REQUESTED, when, direction)
        decided = when + story.random.days(0.5, 6)
        if decided > story.era.until:
            self._write_request(when, None, direction, "requested")
        else:
            story.at(decided, lambda now: self._decide(now, when, direction))

    def _decide(self, when: datetime, asked: datetime, direction: str) -> None:
        story = self._story
        approved = story.random.chance(0.7 if direction == "increase" else 0.9)
        if approved:
            self._adjust(when, direction)
        else:
            self._write_request(asked, when, direction, "rejected")
        kind = EventType.CREDIT_LIMIT_ADJUSTED if approved else EventType.CREDIT_LIMIT_REJECTED
        story.emit(kind, when, direction)
        action = "credit.limit.approved" if approved else "credit.limit.rejected"
        story.write(AuditEntry(story.tenant_id, _DESK, action, story.customer_id, "{}", when))
        self._ask_later(when)

    def _adjust(self, when: datetime, direction: str) -> None:
        if self._since is not None:
            self._write_limit(self._since, when)
        self._limit = self._changed(direction)
        self._since = when

    def _changed(self, direction: str) -> int:
        factor = 1.5 if direction == "increase" else 0.6
        return self._rounded((self._limit or _ROUND_TO) * factor)

    def _write_limit(self, start: datetime, end: datetime | None) -> None:
        story = self._story
        story.write(
            CreditLimit(
                story.tenant_id, story.random.id(), story.customer_id, story.currency, self._limit,
                span(start, end), "approved", "sales", start, _DESK, start, None,
            )
        )  # fmt: skip

    def _write_request(self, asked: datetime, decided: datetime | None, direction: str, status: str) -> None:
        story = self._story
        reason = "exposure too high for the term asked" if status == "rejected" else None
        story.write(
            CreditLimit(
                story.tenant_id, story.random.id(), story.customer_id, story.currency,
                self._changed(direction), span(asked, None), status, "sales", asked, None, decided, reason,
            )
        )  # fmt: skip
