"""The status of a customer, and its changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.decision import Decision, Moment, Refused
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import AuditEntry, Customer, StatusChange, make_event

if TYPE_CHECKING:
    from ledgerscope.store.records import Id

__all__ = ["ChangeStatus", "CustomerState", "change_status"]

_NEXT: Final = {
    "active": ("blocked", "inactive"),
    "blocked": ("active", "inactive"),
    "inactive": ("active", "blocked"),
}


@dataclass(frozen=True, slots=True)
class CustomerState:
    """A customer as it stands."""

    customer_id: Id
    status: str
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class ChangeStatus:
    """The status becomes `to`, for a reason."""

    moment: Moment
    to: str
    reason: str
    actor: str


def change_status(customer: CustomerState, request: ChangeStatus) -> Decision:
    """The new status, with its history and an audit entry."""
    if customer.deleted:
        return Refused("the customer is deleted; its status no longer changes")
    if request.to not in _NEXT[customer.status]:
        return Refused(
            f"a customer that is {customer.status} can become {' or '.join(_NEXT[customer.status])}, "
            f"not {request.to}"
        )
    moment, subject = request.moment, customer.customer_id
    update = Update(Customer, (moment.tenant_id, subject), {"status": request.to, "updated_at": moment.at})
    history = StatusChange(
        moment.tenant_id, subject, customer.status, request.to, request.reason, request.actor, moment.at
    )
    audit = AuditEntry(moment.tenant_id, request.actor, "customer.status.changed", subject, "{}", moment.at)
    event = make_event(
        moment.tenant_id,
        EventType.CUSTOMER_STATUS_CHANGED,
        moment.at,
        customer.status,
        request.to,
        customer_id=subject,
    )
    return Changes((update, history, audit), (event,))
