"""Puts the parts of a customer's life together and lets it happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.customers.lifecycle.deletion import Belongings
from ledgerscope.demo.history.account import Account
from ledgerscope.demo.history.agreements import Agreements
from ledgerscope.demo.history.credit import Credit
from ledgerscope.demo.history.payer import Payer
from ledgerscope.demo.history.progress import write_progress
from ledgerscope.demo.history.relations import Relations
from ledgerscope.demo.history.sales import Sales
from ledgerscope.demo.history.standing import TERMS_DAYS, Standing
from ledgerscope.demo.history.statements import write_statements
from ledgerscope.demo.history.sync import Sync

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ledgerscope.demo.history.account import Claim
    from ledgerscope.demo.history.agenda import Agenda
    from ledgerscope.demo.plans import Plan

__all__ = ["live"]


def live(
    agenda: Agenda, plans: Mapping[tuple[str, str], Plan], created_at: datetime, *, opening: bool
) -> None:
    """Write everything that happened to one customer, from its creation to the end of the era."""
    _Customer(agenda, plans, created_at, opening=opening).live()


class _Customer:
    """The parts and the wires between them."""

    def __init__(
        self, agenda: Agenda, plans: Mapping[tuple[str, str], Plan], created_at: datetime, *, opening: bool
    ) -> None:
        random = agenda.random
        self._agenda = agenda
        self._created_at = created_at
        self._account = Account(agenda, random.pick(TERMS_DAYS))
        self._standing = Standing(agenda, self._account, created_at, opening=opening)
        self._agreements = Agreements(agenda, plans, self._account, self._arrange)
        self._agreements.on_loss = self._standing.lost
        self._agreements.on_return = self._standing.returned
        usual_month = int(plans["professional", "month"].amount_minor * random.lognormvariate(0.4, 0.7))
        self._credit = Credit(agenda, self._account, usual_month)
        self._relations = Relations(agenda, self._agreements)
        self._sync = Sync(agenda)
        self._standing.belongings = self._belongings
        self._sales = Sales(agenda, self._account, self._agreements, self._arrange, usual_month)
        self._payer = Payer(
            agenda,
            self._account,
            past_due=self._agreements.past_due,
            recovered=self._agreements.recovered,
            exhausted=self._agreements.exhausted,
            overdue=self._on_overdue,
            paid=self._standing.paid,
        )

    def live(self) -> None:
        self._agenda.at(self._created_at, self._begin)
        self._agenda.run()
        write_progress(self._agenda, self._standing, self._agreements)
        write_statements(self._agenda, self._created_at)

    def _begin(self, when: datetime) -> None:
        agenda, random = self._agenda, self._agenda.random
        self._standing.begin(when)
        self._credit.grant(when)
        self._relations.begin(when)
        self._sync.begin(when)
        if random.chance(agenda.company.one_time_share):
            self._sales.sell_now_and_then(when)
            return
        agenda.at(when + random.days(0, 3), self._agreements.first)
        if random.chance(agenda.company.usage_share):
            self._sales.bill_use(when)

    def _arrange(self, when: datetime, claim: Claim) -> None:
        self._payer.arrange(when, claim)

    def _belongings(self) -> Belongings:
        relations = self._relations
        return Belongings(
            self._agenda.customer_id,
            deleted=False,
            erased=False,
            running=self._agreements.running,
            open_minor={self._agenda.currency: self._account.owed},
            contacts=relations.contacts,
            communications=tuple(relations.communications),
            interactions=tuple(relations.interactions),
            **self._sync.belongings,
        )

    def _on_overdue(self, claim: Claim, when: datetime) -> None:  # noqa: ARG002 -- reminders name no claim
        self._relations.remind(when)
        self._standing.overdue(when)
