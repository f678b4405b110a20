"""A communication, as it is logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.instants import fault_of_past
from ledgerscope.customers.operations.checks import check_choice
from ledgerscope.customers.texts import TextRule, fault_of_texts
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes
from ledgerscope.store.records import Communication
from ledgerscope.store.tables.values import COMMUNICATION_CHANNELS, DIRECTIONS

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.customers.decision import Call, Decision
    from ledgerscope.store.records import Id

__all__ = ["Correspondent", "NewCommunication", "communication_id_of", "log_communication"]

_TEXTS: Final = {"subject": TextRule(200), "body": TextRule(100_000, lines=True)}
_TEXT_OF_A_NOTE: Final = Refused("body: a note needs a subject or a body", Fault.INVALID, "body")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCommunication:
    """What was said, over `channel` (email, phone, meeting, note), inbound (by the customer) or outbound.

    `contact_id` is whom it was said to or by; `at` when, now where it is left out.
    """

    channel: str
    direction: str
    subject: str | None = None
    body: str | None = None
    contact_id: Id | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Correspondent:
    """The customer, and those who were its contacts with the instant at which each no longer was."""

    customer_id: Id
    contacts: dict[Id, datetime | None]
    deleted: bool = False


def log_communication(customer: Correspondent, new: NewCommunication, call: Call) -> Decision:
    """The communication; its texts stand in its row only."""
    moment = call.moment
    at = moment.at if new.at is None else new.at
    fault = (
        _fault_of_content(new)
        or (None if new.at is None else fault_of_past("at", new.at, moment))
        or _fault_of_customer(customer, new.contact_id, at)
    )
    if fault is not None:
        return fault
    communication_id = communication_id_of(call)
    row = Communication(
        moment.tenant_id, communication_id, customer.customer_id, new.contact_id, new.channel, new.direction,
        new.subject, call.actor, at, new.body,
    )  # fmt: skip
    labels = {"channel": new.channel, "direction": new.direction}
    event = call.event(EventType.COMMUNICATION_LOGGED, *labels.values(), customer_id=customer.customer_id)
    audit = call.audit("communication.logged", communication_id, customer_id=customer.customer_id, **labels)
    return Changes((row, audit), (event,))


def communication_id_of(call: Call) -> Id:
    """The identifier of the communication that a call logs."""
    return call.new_id("communication")


def _fault_of_content(new: NewCommunication) -> Refused | None:
    chosen = check_choice("channel", new.channel, COMMUNICATION_CHANNELS) or check_choice(
        "direction", new.direction, DIRECTIONS
    )
    if chosen is not None:
        return chosen
    fault = fault_of_texts({"subject": new.subject, "body": new.body}, _TEXTS)
    if fault is not None:
        return Refused(f"{fault[0]}: {fault[1]}", Fault.INVALID, fault[0])
    return _TEXT_OF_A_NOTE if new.channel == "note" and new.subject is new.body is None else None


def _fault_of_customer(customer: Correspondent, contact_id: Id | None, at: datetime) -> Refused | None:
    if customer.deleted:
        return Refused("the customer is deleted; nothing more is logged for it")
    if contact_id is None:
        return None
    if contact_id not in customer.contacts:
        missing = f"contact_id: the customer has no contact {contact_id!r}"
        return Refused(missing, Fault.NOT_FOUND, "contact_id")
    removed_at = customer.contacts[contact_id]
    if removed_at is None or at < removed_at:
        return None
    gone = f"contact_id: the contact was removed at {removed_at.isoformat()}, before this was said"
    return Refused(gone, Fault.CONFLICT, "contact_id")
