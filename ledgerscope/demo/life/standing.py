"""How a customer stands with the company: its status, credit hold, profile changes and deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledgerscope.demo import names
from ledgerscope.domain.events import EventType
from ledgerscope.store.records import AuditEntry, Customer, StatusChange

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.demo.life.account import Account
    from ledgerscope.demo.life.story import Story

__all__ = ["Standing"]

_FIELDS: Final = {
    "email": 0.24, "phone": 0.18, "address": 0.22, "name": 0.1, "terms": 0.1, "currency": 0.0,
    "external_id": 0.02, "other": 0.14,
}  # fmt: skip
_DELETIONS: Final = {"requested": 0.3, "duplicate": 0.1, "closed": 0.4, "erasure": 0.15, "other": 0.05}
_CHANNELS: Final = {"organic": 0.34, "paid": 0.26, "referral": 0.18, "direct": 0.14, "social": 0.08}
_SOURCES: Final = {"ui": 0.5, "api": 0.3, "import": 0.12, "cli": 0.08}
_MONTHS_BETWEEN_CHANGES: Final = 9
_OVERDUE_BEFORE_BLOCK: Final = 4


class Standing:
    """The customer record and what happens to it."""

    def __init__(self, story: Story, account: Account, created_at: datetime, *, opening: bool) -> None:
        random = story.random
        self._story = story
        self._account = account
        self.created_at = created_at
        self.status = "active"
        self.credit_hold = False
        self._overdue = 0
        self._gone = False
        self._source = "import" if opening else random.pick(_SOURCES)
        self._channel = random.pick(_CHANNELS)
        self._name = names.business(random)
        self._email = names.email(random, names.person(random), story.number)
        self._updated_at = created_at
        self._deleted: tuple[datetime, str, str] | None = None

    def begin(self, when: datetime) -> None:
        self._story.emit(EventType.CUSTOMER_CREATED, when, self._source, self.status)
        self._write_history(None, self.status, "created", self._source, when)
        self._change_later(when)

    def overdue(self, when: datetime) -> None:
        """A claim is long overdue: no more credit, and after more than four the account is blocked."""
        self._overdue += 1
        self.credit_hold = True
        if self._overdue > _OVERDUE_BEFORE_BLOCK:
            self.move("blocked", "overdue invoices", when)

    def paid(self, when: datetime) -> None:
        """Money came in: once nothing is overdue any more the hold and the block are lifted."""
        if self.credit_hold and not self._account.overdue(self._story.day(when)):
            self.credit_hold, self._overdue = False, 0
            if self.status == "blocked":
                self.move("active", "paid up", when)

    def lost(self, when: datetime) -> None:
        """The last subscription has ended: the account goes quiet, and some are deleted in time."""
        random = self._story.random
        self._gone = True
        self._story.at(when + random.days(5, 40), self._rest)
        if random.chance(0.25):
            self._story.at(when + random.days(90, 400), self._delete)

    def returned(self, when: datetime) -> None:
        self._gone = False
        if self.status == "inactive":
            self.move("active", "subscribed again", when)

    def move(self, status: str, reason: str, when: datetime) -> None:
        """Change the status, unless it is that already."""
        if status == self.status:
            return
        self._story.emit(EventType.CUSTOMER_STATUS_CHANGED, when, self.status, status)
        self._write_history(self.status, status, reason, "accounts", when)
        self.status, self._updated_at = status, when

    def close(self) -> None:
        """Write the customer as it stands at the end of the story."""
        story = self._story
        deleted_at, mode, reason = self._deleted or (None, None, None)
        erased = deleted_at if reason == "erasure" else None
        story.write(
            Customer(
                story.tenant_id, story.customer_id, f"C-{story.number:06d}",
                "erased" if erased else self._name,
                f"erased.{story.number}@example.com" if erased else self._email, self.status,
                self.credit_hold, story.currency, self._account.terms_days, self._source, self._channel,
                self.created_at, self._updated_at, deleted_at, mode, reason, erased,
            )
        )  # fmt: skip

    def _rest(self, when: datetime) -> None:
        if self._gone and self.status == "active":
            self.move("inactive", "no subscription left", when)

    def _delete(self, when: datetime) -> None:
        if not self._gone or self._account.owed or self._account.unused:
            return
        story = self._story
        reason = story.random.pick(_DELETIONS)
        mode = "hard" if reason == "erasure" else "soft"
        self._deleted, self._updated_at = (when, mode, reason), when
        story.emit(EventType.CUSTOMER_DELETED, when, reason, mode)
        story.write(
            AuditEntry(story.tenant_id, "privacy desk", "customer.deleted", story.customer_id, "{}", when)
        )
        story.end()

    def _change_later(self, when: datetime) -> None:
        self._story.at(when + self._story.random.wait(_MONTHS_BETWEEN_CHANGES * 30.4), self._change)

    def _change(self, when: datetime) -> None:
        self._updated_at = when
        self._story.emit(EventType.CUSTOMER_UPDATED, when, self._story.random.pick(_FIELDS))
        self._change_later(when)

    def _write_history(self, before: str | None, after: str, reason: str, actor: str, when: datetime) -> None:
        story = self._story
        story.write(StatusChange(story.tenant_id, story.customer_id, before, after, reason, actor, when))
