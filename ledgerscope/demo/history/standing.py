"""How a customer stands with the company: its status, credit hold, profile changes and deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledgerscope.customers.lifecycle.status import ChangeStatus, CustomerState, change_status
from ledgerscope.demo import names
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import AuditEntry, Customer, StatusChange

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.demo.history.account import Account
    from ledgerscope.demo.history.agenda import Agenda

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

    def __init__(self, agenda: Agenda, account: Account, created_at: datetime, *, opening: bool) -> None:
        random = agenda.random
        self._agenda = agenda
        self._account = account
        self.created_at = created_at
        self.status = "active"
        self.credit_hold = False
        self._overdue = 0
        self._gone = False
        self._source = "import" if opening else random.pick(_SOURCES)
        self._channel = random.pick(_CHANNELS)
        self._name = names.business(random)
        self._email = names.email(random, names.person(random), agenda.number)

    def begin(self, when: datetime) -> None:
        agenda = self._agenda
        number = f"C-{agenda.number:06d}"
        agenda.write(
            Customer(
                agenda.tenant_id, agenda.customer_id, number, self._name, self._email, self.status,
                self.credit_hold, agenda.currency, self._account.terms_days, self._source, self._channel,
                self.created_at, self.created_at, customer_number=number,
            )
        )  # fmt: skip
        agenda.emit(EventType.CUSTOMER_CREATED, when, self._source, self.status)
        agenda.write(
            StatusChange(
                agenda.tenant_id, agenda.customer_id, None, self.status, "created", self._source, when
            )
        )
        self._change_later(when)

    def overdue(self, when: datetime) -> None:
        """A claim is long overdue: no more credit, and after more than four the account is blocked."""
        self._overdue += 1
        self._hold(when, hold=True)
        if self._overdue > _OVERDUE_BEFORE_BLOCK:
            self.move("blocked", "overdue invoices", when)

    def paid(self, when: datetime) -> None:
        """Money came in: once nothing is overdue any more the hold and the block are lifted."""
        if self.credit_hold and not self._account.overdue(self._agenda.day(when)):
            self._overdue = 0
            self._hold(when, hold=False)
            if self.status == "blocked":
                self.move("active", "paid up", when)

    def lost(self, when: datetime) -> None:
        """The last subscription has ended: the account goes quiet, and some are deleted in time."""
        random = self._agenda.random
        self._gone = True
        self._agenda.at(when + random.days(5, 40), self._rest)
        if random.chance(0.25):
            self._agenda.at(when + random.days(90, 400), self._delete)

    def returned(self, when: datetime) -> None:
        self._gone = False
        if self.status == "inactive":
            self.move("active", "subscribed again", when)

    def move(self, status: str, reason: str, when: datetime) -> None:
        """Change the status, unless it is that already."""
        agenda = self._agenda
        state = CustomerState(agenda.customer_id, self.status)
        request = ChangeStatus(agenda.moment(when), status, reason, "accounts")
        if status != self.status and agenda.commit(change_status(state, request)):
            self.status = status

    def _hold(self, when: datetime, *, hold: bool) -> None:
        """No more credit from now on, or credit again."""
        if hold != self.credit_hold:
            self.credit_hold = hold
            self._update(when, credit_hold=hold)

    def _update(self, when: datetime, **values: object) -> None:
        key = (self._agenda.tenant_id, self._agenda.customer_id)
        self._agenda.commit(Changes((Update(Customer, key, {**values, "updated_at": when}),)))

    def _rest(self, when: datetime) -> None:
        if self._gone and self.status == "active":
            self.move("inactive", "no subscription left", when)

    def _delete(self, when: datetime) -> None:
        if not self._gone or not self._account.is_settled:
            return
        agenda = self._agenda
        reason = agenda.random.pick(_DELETIONS)
        mode = "hard" if reason == "erasure" else "soft"
        values = {"deleted_at": when, "deletion_mode": mode, "deletion_reason": reason}
        erased = {"name": "erased", "email": f"erased.{agenda.number}@example.com", "erased_at": when}
        self._update(when, **values, **(erased if reason == "erasure" else {}))
        agenda.emit(EventType.CUSTOMER_DELETED, when, reason, mode)
        agenda.write(
            AuditEntry(agenda.tenant_id, "privacy desk", "customer.deleted", agenda.customer_id, "{}", when)
        )
        agenda.end()

    def _change_later(self, when: datetime) -> None:
        self._agenda.at(when + self._agenda.random.wait(_MONTHS_BETWEEN_CHANGES * 30.4), self._change)

    def _change(self, when: datetime) -> None:
        self._update(when)
        self._agenda.emit(EventType.CUSTOMER_UPDATED, when, self._agenda.random.pick(_FIELDS))
        self._change_later(when)
