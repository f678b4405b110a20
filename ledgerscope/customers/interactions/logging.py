"""An interaction, as it is logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.instants import fault_of_past
from ledgerscope.customers.operations.checks import check_choice
from ledgerscope.customers.texts import TextRule, fault_of_texts
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes
from ledgerscope.store.records import Interaction
from ledgerscope.store.tables.values import INTERACTION_STATUSES, INTERACTION_TYPES

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.customers.decision import Call, Decision, Moment
    from ledgerscope.store.records import Id

__all__ = ["NewInteraction", "interaction_id_of", "log_interaction"]

_TEXTS: Final = {"subject": TextRule(200, required=True), "description": TextRule(20_000, lines=True)}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInteraction:
    """A call, email, meeting, support_ticket, complaint or feedback.

    `at` is when it took place, now where it is left out; `status` how far it has come: a call that needs no
    more is logged as completed.
    """

    type: str
    subject: str
    description: str | None = None
    status: str = "pending"
    at: datetime | None = None


def log_interaction(customer_id: Id, new: NewInteraction, call: Call, *, deleted: bool = False) -> Decision:
    """The interaction of a customer; its texts stand in its row only."""
    moment = call.moment
    fault = _fault(new, moment)
    if fault is not None:
        return fault
    if deleted:
        return Refused("the customer is deleted; nothing more is logged for it")
    interaction_id = interaction_id_of(call)
    row = Interaction(
        moment.tenant_id, interaction_id, customer_id, new.type, new.status, new.subject, call.actor,
        new.at or moment.at, moment.at, moment.at, new.description,
    )  # fmt: skip
    event = call.event(EventType.INTERACTION_LOGGED, new.type, new.status, customer_id=customer_id)
    audit = call.audit(
        "interaction.logged", interaction_id, customer_id=customer_id, type=new.type, status=new.status
    )
    return Changes((row, audit), (event,))


def interaction_id_of(call: Call) -> Id:
    """The identifier of the interaction that a call logs."""
    return call.new_id("interaction")


def _fault(new: NewInteraction, moment: Moment) -> Refused | None:
    chosen = check_choice("type", new.type, INTERACTION_TYPES) or check_choice(
        "status", new.status, INTERACTION_STATUSES
    )
    if chosen is not None:
        return chosen
    fault = fault_of_texts({"subject": new.subject, "description": new.description}, _TEXTS)
    if fault is not None:
        return Refused(f"{fault[0]}: {fault[1]}", Fault.INVALID, fault[0])
    return None if new.at is None else fault_of_past("at", new.at, moment)
