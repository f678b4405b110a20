"""Deleting customers: softly, which hides them, and hard, which erases the person and keeps the books."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.customers.amounts import amount_words
from ledgerscope.customers.decision import Call, Decision, Fault, Refused
from ledgerscope.customers.lifecycle.forgetting import forgotten
from ledgerscope.customers.lifecycle.traces import Traces, erase_traces
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import (
    Communication,
    Contact,
    Customer,
    CustomerSetting,
    ImportChange,
    Interaction,
    SegmentAssignment,
    StoredWorkflow,
    SyncSchedule,
)
from ledgerscope.store.tables.values import DELETION_REASONS

if TYPE_CHECKING:
    from ledgerscope.customers.lifecycle.forgetting import Spell
    from ledgerscope.store.records import AuditEntry, Event, Id

__all__ = ["Belongings", "delete_customer", "erase_customer"]

ACTIONS = {"soft": "customer.deleted", "hard": "customer.erased"}
"""How the audit log names each mode."""
ERASED = "erased"
"""What stands where a name stood."""


@dataclass(frozen=True, slots=True)
class Belongings:
    """A customer as it stands, and what else holds personal data of it.

    `running` counts subscriptions that have not ended, `open_minor` what is owed by currency in minor units,
    `stays` are those in segments.
    """

    customer_id: Id
    deleted: bool
    erased: bool
    running: int
    open_minor: dict[str, int]
    contacts: tuple[Id, ...] = ()
    communications: tuple[Id, ...] = ()
    interactions: tuple[Id, ...] = ()
    stays: tuple[Id, ...] = ()
    imports: tuple[Id, ...] = ()
    """Imports that keep old values of it."""
    scheduled: bool = False
    """Whether it is synchronised with an outside system."""
    workflows: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    credentials: tuple[Spell, ...] = ()
    """Versions of its credential."""
    traces: Traces = Traces()  # noqa: RUF009 - frozen


def delete_customer(customer: Belongings, reason: str, call: Call) -> Decision:
    """The customer hidden from lists and stocks; its data stays, and its external id is free again."""
    if reason not in DELETION_REASONS:
        return Refused(
            f"reason: one of {', '.join(DELETION_REASONS)}; not {reason!r}", Fault.INVALID, "reason"
        )
    if customer.deleted:
        return Refused("the customer is deleted already")
    obstacle = _obstacle(customer)
    if obstacle is not None:
        return obstacle
    return Changes(
        (
            _deleted(customer, "soft", reason, call),
            *_no_longer_synchronised(customer, call),
            _audit(customer, "soft", reason, call),
        ),
        (_event(customer, "soft", reason, call),),
    )


def erase_customer(customer: Belongings, reason: str, call: Call) -> Decision:
    """The customer deleted, and its personal data replaced; documents, events and the audit log stay.

    A customer that was deleted softly can still be erased; that is no second deletion, so no event tells it.
    """
    if reason not in DELETION_REASONS:
        return Refused(
            f"reason: one of {', '.join(DELETION_REASONS)}; not {reason!r}", Fault.INVALID, "reason"
        )
    if customer.erased:
        return Refused("the personal data of the customer is erased already")
    obstacle = None if customer.deleted else _obstacle(customer)
    if obstacle is not None:
        return obstacle
    tenant_id, at = call.moment.tenant_id, call.moment.at
    pseudonym = f"{ERASED}-{customer.customer_id}"
    person = Update(
        Customer,
        (tenant_id, customer.customer_id),
        {
            "name": ERASED, "email": None, "phone": None, "address": None, "external_id": pseudonym,
            "erased_at": at, "updated_at": at,
        },
    )  # fmt: skip
    contacts = tuple(
        Update(Contact, (tenant_id, each), {"name": ERASED, "email": None, "phone": None})
        for each in customer.contacts
    )
    communications = tuple(
        Update(Communication, (tenant_id, each), {"subject": None, "body": None})
        for each in customer.communications
    )
    interactions = tuple(
        Update(Interaction, (tenant_id, each), {"subject": None, "description": None})
        for each in customer.interactions
    )
    stays = tuple(
        Update(SegmentAssignment, (tenant_id, each), {"description": None}) for each in customer.stays
    )
    imports = tuple(
        Update(ImportChange, (tenant_id, each, customer.customer_id), {"old_values": None})
        for each in customer.imports
    )
    credentials = tuple(
        forgotten(tenant_id, customer.customer_id, each, at, ERASED) for each in customer.credentials
    )
    outside = (*_no_longer_synchronised(customer, call), *_forgotten(customer, call))
    traces = erase_traces(customer.traces, call)
    audit = _audit(customer, "hard", reason, call)
    rows: tuple[Update | AuditEntry, ...] = (
        person, *contacts, *communications, *interactions, *stays, *imports, *credentials, *outside,
        *traces, audit,
    )  # fmt: skip
    if customer.deleted:
        mode = Update(Customer, (tenant_id, customer.customer_id), {"deletion_mode": "hard"})
        return Changes((mode, *rows))
    return Changes(
        (_deleted(customer, "hard", reason, call), *rows), (_event(customer, "hard", reason, call),)
    )


def _obstacle(customer: Belongings) -> Refused | None:
    """Why a customer cannot go yet: what it still gets or owes would be lost from sight."""
    if customer.running:
        return Refused(f"the customer has {customer.running} running subscriptions; end them first")
    owed = {code: minor for code, minor in sorted(customer.open_minor.items()) if minor}
    if owed:
        listed = ", ".join(amount_words(minor, code) for code, minor in owed.items())
        return Refused(f"the customer owes {listed}; settle or write it off first")
    return None


def _deleted(customer: Belongings, mode: str, reason: str, call: Call) -> Update:
    moment = call.moment
    values = {
        "deleted_at": moment.at,
        "deletion_mode": mode,
        "deletion_reason": reason,
        "updated_at": moment.at,
    }
    return Update(Customer, (moment.tenant_id, customer.customer_id), values)


def _no_longer_synchronised(customer: Belongings, call: Call) -> tuple[Update, ...]:
    if not customer.scheduled:
        return ()
    return (Update(SyncSchedule, (call.moment.tenant_id, customer.customer_id), {"status": "paused"}),)


def _forgotten(customer: Belongings, call: Call) -> tuple[Update, ...]:
    """What was read from its outside system, and what was set for it; both may name people."""
    place, at = (call.moment.tenant_id, customer.customer_id), call.moment.at
    blank = {"name": ERASED, "description": None, "run_interval": None, "gone_at": at}
    workflows = (Update(StoredWorkflow, (*place, each), blank) for each in customer.workflows)
    unset = {"value": None, "changed_at": at}
    settings = (Update(CustomerSetting, (*place, each), unset) for each in customer.settings)
    return (*workflows, *settings)


def _audit(customer: Belongings, mode: str, reason: str, call: Call) -> AuditEntry:
    return call.audit(ACTIONS[mode], customer.customer_id, deletion_reason=reason)


def _event(customer: Belongings, mode: str, reason: str, call: Call) -> Event:
    return call.event(EventType.CUSTOMER_DELETED, reason, mode, customer_id=customer.customer_id)
