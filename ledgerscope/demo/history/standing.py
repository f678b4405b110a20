"""How a customer stands with the company: its status, credit hold, profile changes and deletion."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.credit import HoldState, set_hold
from ledgerscope.customers.lifecycle.creation import Book, NewCustomer, create_customer
from ledgerscope.customers.lifecycle.deletion import delete_customer, erase_customer
from ledgerscope.customers.lifecycle.profile import CHANGEABLE, Profile, update_customer
from ledgerscope.customers.lifecycle.status import ChangeStatus, CustomerState, change_status
from ledgerscope.demo import names
from ledgerscope.demo.currencies import CURRENCIES

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ledgerscope.customers import Call
    from ledgerscope.customers.lifecycle.deletion import Belongings
    from ledgerscope.demo.history.account import Account
    from ledgerscope.demo.history.agenda import Agenda

__all__ = ["TERMS_DAYS", "Standing"]

TERMS_DAYS: Final = {14: 0.25, 30: 0.55, 45: 0.12, 60: 0.08}
_DELETIONS: Final = {"requested": 0.3, "duplicate": 0.1, "closed": 0.4, "erasure": 0.15, "other": 0.05}
_CHANNELS: Final = {"organic": 0.34, "paid": 0.26, "referral": 0.18, "direct": 0.14, "social": 0.08}
_SOURCES: Final = {"ui": 0.5, "api": 0.3, "import": 0.12, "cli": 0.08}
_FIELDS: Final = {
    "email": 0.24, "phone": 0.18, "address": 0.22, "name": 0.1, "terms_days": 0.1, "external_id": 0.02,
    "signup_channel": 0.14,
}  # fmt: skip
_NEW_VALUES: Final[dict[str, Callable[[Agenda], Any]]] = {
    "email": lambda agenda: names.email(agenda.random, names.person(agenda.random), agenda.number),
    "phone": lambda agenda: names.phone(agenda.random),
    "address": lambda agenda: names.address(agenda.random),
    "name": lambda agenda: names.business(agenda.random),
    "terms_days": lambda agenda: agenda.random.pick(TERMS_DAYS),
    "external_id": lambda agenda: f"E-{agenda.number:06d}",
    "signup_channel": lambda agenda: agenda.random.pick(_CHANNELS),
}
"""What each field changes to; what it was already changes nothing."""
_MONTHS_BETWEEN_CHANGES: Final = 9
_OVERDUE_BEFORE_BLOCK: Final = 4
_DESK: Final = "credit desk"


class Standing:
    """The customer record and what happens to it; `belongings` says what else there is of the customer."""

    def __init__(self, agenda: Agenda, account: Account, created_at: datetime, *, opening: bool) -> None:
        random = agenda.random
        self._agenda = agenda
        self._account = account
        self.created_at = created_at
        self.deleted_at: datetime | None = None
        self.status = "active"
        self.belongings: Callable[[], Belongings] | None = None
        self._overdue = 0
        self._gone = False
        self._source = "import" if opening else random.pick(_SOURCES)
        new = NewCustomer(
            signup_channel=random.pick(_CHANNELS),
            name=names.business(random),
            email=names.email(random, names.person(random), agenda.number),
            currency=agenda.currency,
            terms_days=account.terms_days,
        )
        self._new = new
        self._values = {field: getattr(new, field) for field in CHANGEABLE}
        self._values["external_id"] = agenda.customer_number

    @property
    def credit_hold(self) -> bool:
        """Whether nothing more is sold to it on credit."""
        return self._account.held

    def begin(self, when: datetime) -> None:
        agenda = self._agenda
        book = Book(CURRENCIES, agenda.company.base_currency, agenda.customer_number)
        agenda.commit(create_customer(book, self._new, replace(agenda.creation, source=self._source)))
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
        state = HoldState(self._agenda.customer_id, self._account.held)
        self._agenda.commit(set_hold(state, self._call(when, _DESK), hold=hold))
        self._account.held = hold

    def _rest(self, when: datetime) -> None:
        if self._gone and self.status == "active":
            self.move("inactive", "no subscription left", when)

    def _delete(self, when: datetime) -> None:
        agenda = self._agenda
        if not self._gone or not self._account.is_settled or self.belongings is None:
            return
        reason, call = agenda.random.pick(_DELETIONS), self._call(when, "privacy desk")
        remove = erase_customer if reason == "erasure" else delete_customer
        if agenda.commit(remove(self.belongings(), reason, call)):
            self.deleted_at = when
            agenda.end()

    def _change_later(self, when: datetime) -> None:
        self._agenda.at(when + self._agenda.random.wait(_MONTHS_BETWEEN_CHANGES * 30.4), self._change)

    def _change(self, when: datetime) -> None:
        agenda = self._agenda
        field = agenda.random.pick(_FIELDS)
        wanted = {field: _NEW_VALUES[field](agenda)}
        profile = Profile(agenda.customer_id, self._values, CURRENCIES, has_documents=True)
        agenda.commit(update_customer(profile, wanted, self._call(when, "accounts")))
        self._values.update(wanted)
        self._account.terms_days = self._values["terms_days"]
        self._change_later(when)

    def _call(self, when: datetime, actor: str) -> Call:
        return self._agenda.call(when, actor, self._agenda.random.id())
