"""What is still to happen to one customer, worked off in order of time.

Guards that nothing is written of the future: what lies after `until` never happens, so every stock and
balance is the one at `until`.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from ledgerscope.customers import Call, Moment, Refused
from ledgerscope.customers.lifecycle.creation import customer_id_of
from ledgerscope.store.records import make_event

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from ledgerscope.customers import Decision
    from ledgerscope.customers.credentials import CredentialKeys
    from ledgerscope.demo.companies import Company
    from ledgerscope.demo.random_source import RandomSource
    from ledgerscope.domain.events import EventType
    from ledgerscope.store.changes import Changes
    from ledgerscope.store.changes_batch import Batch
    from ledgerscope.store.records import Id, Record

__all__ = ["Agenda", "Era"]


class Era:
    """The months that the demo covers."""

    __slots__ = ("since", "until")

    def __init__(self, since: datetime, until: datetime) -> None:
        self.since = since
        self.until = until

    def progress(self, when: datetime) -> float:
        """How far along an instant is: 0 at the beginning, 1 at the end."""
        return (when - self.since) / (self.until - self.since)


class Agenda:
    """What the parts of a customer's history share: who it is, what is to happen, chance and the batch."""

    __slots__ = (
        "_agenda",
        "_count",
        "_over",
        "batch",
        "company",
        "creation",
        "currency",
        "customer_id",
        "customer_number",
        "era",
        "keys",
        "number",
        "random",
    )

    def __init__(
        self,
        company: Company,
        number: int,
        random: RandomSource,
        batch: Batch,
        era: Era,
        *,
        created_at: datetime,
        customer_number: str,
        keys: CredentialKeys,
    ) -> None:
        self.company = company
        self.number = number
        self.random = random
        self.batch = batch
        self.era = era
        self.customer_number = customer_number
        self.keys = keys
        self.creation = self.call(created_at, "accounts", random.id())
        self.customer_id: Id = customer_id_of(self.creation)
        self.currency = random.pick(company.currencies)
        self._agenda: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._count = 0
        self._over = False

    @property
    def tenant_id(self) -> str:
        return self.company.tenant_id

    def at(self, when: datetime, action: Callable[[datetime], None]) -> None:
        """Let something happen at an instant; of two at the same instant the first planned comes first."""
        if when <= self.era.until:
            self._count += 1
            heapq.heappush(self._agenda, (when, self._count, action))

    def run(self) -> None:
        """Let everything happen, up to the present or the end of the agenda."""
        while self._agenda and not self._over:
            when, _, action = heapq.heappop(self._agenda)
            action(when)

    def end(self) -> None:
        """Nothing more happens to this customer."""
        self._over = True

    def day(self, when: datetime) -> date:
        """The date at the company."""
        return self.company.calendar.day(when)

    def moment(self, when: datetime) -> Moment:
        """An instant as requests take it."""
        return Moment(self.company.tenant_id, when, self.company.calendar.day(when))

    def call(self, when: datetime, actor: str, request_id: Id) -> Call:
        """A request of `actor` at an instant; new rows derive their identifiers from that of the request."""
        return Call(moment=self.moment(when), actor=actor, request_id=request_id, source="ui")

    def commit(self, decision: Decision) -> Changes | None:
        """Write the changes of a decision; None where it was refused, and nothing changes."""
        if isinstance(decision, Refused):
            return None
        self.batch.apply(decision)
        return decision

    def write(self, record: Record) -> None:
        self.batch.add(record)

    def emit(
        self,
        event_type: EventType,
        when: datetime,
        *labels: str,
        amount: int | None = None,
    ) -> None:
        """Write an event about this customer; amounts are in its currency."""
        self.batch.add(
            make_event(
                self.tenant_id,
                event_type,
                when,
                *labels,
                customer_id=self.customer_id,
                amount=amount,
                currency=None if amount is None else self.currency,
            )
        )
