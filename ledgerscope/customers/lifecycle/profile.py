"""Changes to what is known of a customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ledgerscope.customers.decision import Call, Decision, Fault, Refused
from ledgerscope.customers.lifecycle.fields import EVENT_FIELDS, check_fields
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import Customer
from ledgerscope.store.tables.values import SIGNUP_CHANNELS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ledgerscope.store.records import Id

__all__ = ["CHANGEABLE", "Profile", "update_customer"]

CHANGEABLE = (
    "name",
    "email",
    "phone",
    "address",
    "currency",
    "terms_days",
    "external_id",
    "signup_channel",
)
"""The fields that an update may change; status, credit and deletion have operations of their own."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A customer as it stands, and the currencies there are.

    `holder` is the number of another customer that has the wanted external id.
    """

    customer_id: Id
    values: Mapping[str, Any]
    currencies: Collection[str]
    deleted: bool = False
    has_documents: bool = False
    holder: str | None = None


def update_customer(profile: Profile, wanted: Mapping[str, Any], call: Call) -> Decision:
    """The new values of the fields that differ; nothing where none does.

    The currency stays once there are invoices or payments: what they add up to is in it.
    """
    unknown = sorted(set(wanted) - set(CHANGEABLE))
    if unknown:
        allowed = ", ".join(CHANGEABLE)
        return Refused(f"{unknown[0]}: an update changes {allowed}", Fault.INVALID, unknown[0])
    changed = {name: value for name, value in wanted.items() if profile.values[name] != value}
    obstacle = _obstacle(profile, changed)
    if obstacle is not None:
        return obstacle
    if not changed:
        return Changes()
    moment = call.moment
    update = Update(Customer, (moment.tenant_id, profile.customer_id), {**changed, "updated_at": moment.at})
    audit = call.audit("customer.updated", profile.customer_id, fields=sorted(changed))
    events = tuple(
        call.event(
            EventType.CUSTOMER_UPDATED, EVENT_FIELDS.get(field, field), customer_id=profile.customer_id
        )
        for field in sorted(changed)
    )
    return Changes((update, audit), events)


def _obstacle(profile: Profile, changed: Mapping[str, Any]) -> Refused | None:
    if profile.deleted:
        return Refused("the customer is deleted; its record no longer changes")
    if "external_id" in changed and profile.holder is not None:
        taken = f"external_id: {changed['external_id']!r} belongs to customer {profile.holder}"
        return Refused(taken, Fault.CONFLICT, "external_id")
    if "currency" in changed and profile.has_documents:
        stays = f"currency: stays {profile.values['currency']}, because there are invoices or payments"
        return Refused(stays, Fault.CONFLICT, "currency")
    return check_fields(changed, currencies=profile.currencies, channels=SIGNUP_CHANNELS)
