"""What a customer says and asks: contacts, conversations, tickets and surveys."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.communications.logging import (
    Correspondent,
    NewCommunication,
    communication_id_of,
    log_communication,
)
from ledgerscope.customers.contacts.changes import remove_contact, update_contact
from ledgerscope.customers.contacts.creation import NewContact, contact_id_of, create_contact
from ledgerscope.customers.contacts.state import ContactState, CustomerContacts
from ledgerscope.customers.interactions.logging import (
    NewInteraction,
    interaction_id_of,
    log_interaction,
)
from ledgerscope.customers.interactions.status import InteractionState, move_interaction
from ledgerscope.demo import names
from ledgerscope.domain.events import EventType
from ledgerscope.store.records import SurveyResponse, Ticket, TicketEvent, derive_id

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.customers import Call
    from ledgerscope.demo.history.agenda import Agenda
    from ledgerscope.demo.history.agreements import Agreements
    from ledgerscope.store.records import Id

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
_CHANGED_AFTER: Final = timedelta(days=45)
_LEFT_AFTER: Final = timedelta(days=200)


class Relations:
    """Conversations of one customer."""

    def __init__(self, agenda: Agenda, agreements: Agreements) -> None:
        random = agenda.random
        self._agenda = agenda
        self._agreements = agreements
        self._people = [random.id()[:16] for _ in range(random.pick(_CONTACTS))]
        self._requests = [random.id() for _ in self._people]
        self._contacts = CustomerContacts(agenda.customer_id)
        self._mood = random.gauss(0, 1.6)
        self._lost: list[Id] = []
        self.communications: list[Id] = []
        self.interactions: list[Id] = []

    @property
    def contacts(self) -> tuple[Id, ...]:
        """All contacts there ever were."""
        return (*(each.contact_id for each in self._contacts.contacts), *self._lost)

    def begin(self, when: datetime) -> None:
        """The first people get in touch; conversations, questions and surveys follow."""
        agenda = self._agenda
        for number, request_id in enumerate(self._requests):
            self._create_contact(number, agenda.call(when, "accounts", request_id))
        if agenda.number % 4 == 0:
            agenda.at(when + _CHANGED_AFTER, self._change_contact)
        if agenda.number % 3 == 0:
            agenda.at(when + _LEFT_AFTER, self._lose_contact)
        agenda.at(when + agenda.random.days(20, _DAYS_BETWEEN_SURVEYS), self._survey)
        self._talk_later(when)
        self._ask_later(when)

    def remind(self, when: datetime) -> None:
        """The company writes about an overdue invoice."""
        self._say(when, "email", "outbound", "Your overdue invoice")

    def _create_contact(self, number: int, call: Call) -> None:
        agenda = self._agenda
        name = names.person(agenda.random)
        new = NewContact(
            name=name,
            email=names.email(agenda.random, name, agenda.number),
            phone=names.phone(agenda.random),
            contact_type=_CONTACT_TYPES[(agenda.number + number) % len(_CONTACT_TYPES)],
        )
        agenda.commit(create_contact(self._contacts, new, call))
        state = ContactState(
            contact_id=contact_id_of(call), name=name, email=new.email, phone=new.phone,
            contact_type=new.contact_type, is_primary=number == 0,
        )  # fmt: skip
        self._contacts = replace(self._contacts, contacts=(*self._contacts.contacts, state))

    def _change_contact(self, when: datetime) -> None:
        """Whom to talk to first has another task now."""
        first = self._contacts.contacts[0]
        kind = _CONTACT_TYPES[_CONTACT_TYPES.index(first.contact_type) - 1]
        call = self._agenda.call(when, "accounts", derive_id(first.contact_id, "change"))
        self._agenda.commit(update_contact(self._contacts, first.contact_id, {"contact_type": kind}, call))
        changed = (replace(first, contact_type=kind), *self._contacts.contacts[1:])
        self._contacts = replace(self._contacts, contacts=changed)

    def _lose_contact(self, when: datetime) -> None:
        """Somebody leaves the customer; whom to talk to first stays."""
        *others, last = self._contacts.contacts
        if others:
            call = self._agenda.call(when, "accounts", derive_id(last.contact_id, "removal"))
            self._agenda.commit(remove_contact(self._contacts, last.contact_id, call))
            self._contacts = replace(self._contacts, contacts=tuple(others))
            self._lost.append(last.contact_id)

    def _say(self, when: datetime, channel: str, direction: str, subject: str) -> None:
        agenda, first = self._agenda, self._contacts.contacts[0].contact_id
        new = NewCommunication(channel=channel, direction=direction, subject=subject, contact_id=first)
        call = agenda.call(when, "accounts", agenda.random.id())
        agenda.commit(log_communication(Correspondent(agenda.customer_id, {first: None}), new, call))
        self.communications.append(communication_id_of(call))

    def _talk_later(self, when: datetime) -> None:
        self._agenda.at(when + self._agenda.random.wait(_DAYS_BETWEEN_TALKS), self._talk)

    def _talk(self, when: datetime) -> None:
        random = self._agenda.random
        if random.chance(0.5):
            direction = "inbound" if random.chance(0.4) else "outbound"
            self._say(when, random.pick(_CHANNELS), direction, "How things are going")
        else:
            self._follow_up(when, when + random.days(0, 12))
        self._talk_later(when)

    def _follow_up(self, when: datetime, done: datetime) -> None:
        """A piece of work that is logged now and over when it is done, if that is not in the future."""
        agenda, random = self._agenda, self._agenda.random
        over = done <= agenda.era.until
        status = "pending" if over else random.choice(("pending", "in_progress"))
        outcome = "cancelled" if over and random.chance(0.06) else "completed"
        new = NewInteraction(type=random.pick(_INTERACTIONS), subject="Follow-up", status=status)
        call = agenda.call(when, "success desk", random.id())
        agenda.commit(log_interaction(agenda.customer_id, new, call))
        self.interactions.append(interaction_id_of(call))
        logged = InteractionState(interaction_id_of(call), agenda.customer_id, new.type, status)

        def settle(at: datetime) -> None:
            request = agenda.call(at, "success desk", derive_id(logged.interaction_id, "outcome"))
            agenda.commit(move_interaction(logged, outcome, request))

        agenda.at(done, settle)

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
