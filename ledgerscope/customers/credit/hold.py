"""Credit holds: while one is on, nothing more is sold to the customer on credit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.decision import Call, Decision, Refused
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import Customer

if TYPE_CHECKING:
    from ledgerscope.store.records import Id

__all__ = ["HoldState", "set_hold"]

_PLACED: Final = "credit.held", EventType.CREDIT_HOLD_PLACED
_RELEASED: Final = "credit.released", EventType.CREDIT_HOLD_RELEASED


@dataclass(frozen=True, slots=True)
class HoldState:
    """A customer, and whether it is on credit hold."""

    customer_id: Id
    held: bool
    deleted: bool = False


def set_hold(customer: HoldState, call: Call, *, hold: bool) -> Decision:
    """The hold put on or released, with its event and audit entry; nothing where it is so already."""
    if customer.deleted:
        return Refused("the customer is deleted; its credit no longer changes")
    if customer.held == hold:
        return Changes()
    moment = call.moment
    values = {"credit_hold": hold, "updated_at": moment.at}
    update = Update(Customer, (moment.tenant_id, customer.customer_id), values)
    action, told = _PLACED if hold else _RELEASED
    event = call.event(told, customer_id=customer.customer_id)
    return Changes((update, call.audit(action, customer.customer_id)), (event,))
