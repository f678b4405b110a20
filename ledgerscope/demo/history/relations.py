"""What a customer says and asks: contacts, conversations, tickets and surveys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledgerscope.demo import names
from ledgerscope.domain.events import EventType
from ledgerscope.store.records import (
    Communication,
    Contact,
    Interaction,
    SurveyResponse,
    Ticket,
    TicketEvent,
)

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.demo.history.agenda import Agenda
    from ledgerscope.demo.history.agreements import Agreements

__all__ = ["Relations"]

_CONTACTS: Final = {1: 0.45, 2: 0.35, 3: 0.2}
_CONTACT_TYPES: Final = ("general", "billing", "technical", "sales", "executive")
_CHANNELS: Final = {"email": 0.62, "phone": 0.22, "meeting": 0.06, "note": 0.1}
_INTERACTIONS: Final = {
    "call": 0.3, "email": 0.25, "meeting": 0.15, "support_ticket": 0.12, "complaint": 0.08, "feedback": 0.1,
}  # fmt: skip
_PRIORITIES: Final = {"critical": 0.05, "high": 0.2, "medium": 0.5, "low": 0.25}
_HOURS_TO_RESOLVE: Final = {"critical": 6, "high": 20, "medium": 50, "low": 90}
_DAYS_BETWEEN_SURVEYS: Final = 92
_DAYS_BETWEEN_TALKS: Final = 170
_ANSWERS: Final = 0.45


class Relations:
    """Conversations of one customer."""

    def __init__(self, agenda: Agenda, agreements: Agreements) -> None:
        random = agenda.random
        self._agenda = agenda
        self._agreements = agreements
        self._people = [random.id()[:16] for _ in range(random.pick(_CONTACTS))]
        self._contacts = [random.id() for _ in self._people]
        self._mood = random.gauss(0, 1.6)

    def begin(self, when: datetime) -> None:
        """The first people get in touch; conversations, questions and surveys follow."""
        agenda = self._agenda
        for number, contact_id in enumerate(self._contacts):
            self._write_contact(number, contact_id, when)
        agenda.at(when + agenda.random.days(20, _DAYS_BETWEEN_SURVEYS), self._survey)
        self._talk_later(when)
        self._ask_later(when)

    def remind(self, when: datetime) -> None:
        """The company writes about an overdue invoice."""
        self._write_communication(when, "email", "outbound", "Your overdue invoice")

    def _write_contact(self, number: int, contact_id: str, when: datetime) -> None:
        agenda = self._agenda
        name = names.person(agenda.random)
        kind = _CONTACT_TYPES[(agenda.number + number) % len(_CONTACT_TYPES)]
        agenda.write(
            Contact(
                agenda.tenant_id, contact_id, agenda.customer_id, name,
                names.email(agenda.random, name, agenda.number), names.phone(agenda.random), kind,
                number == 0, when,
            )
        )  # fmt: skip

    def _write_communication(self, when: datetime, channel: str, direction: str, subject: str) -> None:
        agenda = self._agenda
        agenda.write(
            Communication(
                agenda.tenant_id, agenda.random.id(), agenda.customer_id, self._contacts[0], channel,
                direction, subject, "accounts", when,
            )
        )  # fmt: skip

    def _talk_later(self, when: datetime) -> None:
        self._agenda.at(when + self._agenda.random.wait(_DAYS_BETWEEN_TALKS), self._talk)

    def _talk(self, when: datetime) -> None:
        agenda, random = self._agenda, self._agenda.random
        if random.chance(0.5):
            direction = "inbound" if random.chance(0.4) else "outbound"
            self._write_communication(when, random.pick(_CHANNELS), direction, "How things are going")
        else:
            done = when + random.days(0, 12)
            status = "completed" if done <= agenda.era.until else random.choice(("pending", "in_progress"))
            updated = min(done, agenda.era.until)
            if status == "completed" and random.chance(0.06):
                status = "cancelled"
            kind = random.pick(_INTERACTIONS)
            agenda.write(
                Interaction(
                    agenda.tenant_id, random.id(), agenda.customer_id, kind, status, "Follow-up",
                    "success desk", when, when, updated,
                )
            )  # fmt: skip
        self._talk_later(when)

    def _survey(self, when: datetime) -> None:
        """Each person is asked how likely it is to recommend the company; not all answer."""
        agenda, random = self._agenda, self._agenda.random
        if self._agreements.active:
            mean = agenda.company.nps.at(agenda.era.progress(when)) + self._mood
            for person in self._people:
                answered = when + random.days(0, 9)
                if random.chance(_ANSWERS) and answered <= agenda.era.until:
                    score = min(10, max(0, round(random.gauss(mean, 1.3))))
                    self._answer("nps", EventType.NPS_ANSWERED, person, score, 10, answered)
        agenda.at(when + random.days(0.9, 1.1) * _DAYS_BETWEEN_SURVEYS, self._survey)

    def _answer(
        self, kind: str, event_type: EventType, person: str, score: int, scale: int, when: datetime
    ) -> None:
        agenda = self._agenda
        agenda.write(
            SurveyResponse(
                agenda.tenant_id, agenda.random.id(), agenda.customer_id, kind, person, score, scale, when
            )
        )
        agenda.emit(event_type, when)

    def _ask_later(self, when: datetime) -> None:
        self._agenda.at(
            when + self._agenda.random.wait(30.4 / self._agenda.company.tickets), self._ask_for_help
        )

    def _ask_for_help(self, when: datetime) -> None:
        if self._agreements.active:
            self._open_ticket(when)
        self._ask_later(when)

    def _open_ticket(self, when: datetime) -> None:
        """A ticket lives through its steps; those in the future have not happened yet."""
        agenda, random = self._agenda, self._agenda.random
        priority, ticket_id = random.pick(_PRIORITIES), random.id()
        agenda.emit(EventType.TICKET_OPENED, when, priority)
        hours = _HOURS_TO_RESOLVE[priority] * random.uniform(0.2, 3)
        replied = when + random.days(0.01, 0.2) * (hours / 24)
        resolved = replied + random.days(0.5, 1) * (hours / 24)
        closed = resolved + random.days(1, 5)
        steps = [
            ("opened", when),
            ("assigned", when),
            ("replied", replied),
            ("resolved", resolved),
            ("closed", closed),
        ]
        done = {kind: at for kind, at in steps if at <= agenda.era.until}
        for kind, at in done.items():
            actor = "customer" if kind == "opened" else "support"
            agenda.write(TicketEvent(agenda.tenant_id, ticket_id, kind, actor, at))
        last = [*done][-1]
        status = {"opened": "open", "assigned": "open", "replied": "pending"}.get(last, last)
        agenda.write(
            Ticket(
                agenda.tenant_id, ticket_id, agenda.customer_id, priority, status, when, done.get("replied"),
                done.get("resolved"), done.get("closed"),
            )
        )  # fmt: skip
        if last == "closed":
            agenda.emit(EventType.TICKET_CLOSED, closed, priority)
            self._rate(closed)

    def _rate(self, when: datetime) -> None:
        agenda, random = self._agenda, self._agenda.random
        answered = when + random.days(0, 2)
        if random.chance(_ANSWERS) and answered <= agenda.era.until:
            mean = agenda.company.csat.at(agenda.era.progress(when)) + self._mood / 4
            score = min(5, max(1, round(random.gauss(mean, 0.8))))
            self._answer("csat", EventType.CSAT_ANSWERED, random.choice(self._people), score, 5, answered)
