"""A new customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.customers.decision import Call, Decision, Fault, Refused
from ledgerscope.customers.lifecycle.fields import check_fields
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes
from ledgerscope.store.records import Customer, StatusChange
from ledgerscope.store.tables.values import SIGNUP_CHANNELS

if TYPE_CHECKING:
    from collections.abc import Collection

    from ledgerscope.store.records import Id

__all__ = ["Book", "NewCustomer", "create_customer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """What is known of a customer that is taken on.

    `currency` is an ISO 4217 code, the company's own where it is left out; `terms_days` the days from an
    invoice to its due date; `external_id` the company's own number, the customer number where it is left out,
    or the identifier where another customer bears that number.
    """

    name: str
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    currency: str | None = None
    terms_days: int = 30
    external_id: str | None = None
    signup_channel: str | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """What a new customer meets: the currencies there are, the company's own, and the next customer number.

    `holder` is the number of the customer that has the wanted external id already; where none is wanted, of
    the one that has the next customer number as its external id.
    """

    currencies: Collection[str]
    base_currency: str
    next_number: str
    holder: str | None = None


def create_customer(book: Book, new: NewCustomer, call: Call) -> Decision:
    """The customer, active, with the beginning of its status history."""
    values = {name: getattr(new, name) for name in NewCustomer.__slots__}
    values["currency"] = new.currency or book.base_currency
    customer_id = customer_id_of(call)
    if new.external_id is None:  # another customer may bear the number as its external id
        values["external_id"] = book.next_number if book.holder is None else customer_id
    fault = check_fields(values, currencies=book.currencies, channels=SIGNUP_CHANNELS)
    if fault is not None:
        return fault
    if book.holder is not None and new.external_id is not None:
        return Refused(
            f"external_id: {values['external_id']!r} belongs to customer {book.holder}",
            Fault.CONFLICT,
            "external_id",
        )
    moment = call.moment
    row = Customer(
        tenant_id=moment.tenant_id, customer_id=customer_id, status="active", credit_hold=False,
        source=call.source, created_at=moment.at, updated_at=moment.at, customer_number=book.next_number,
        **values,
    )  # fmt: skip
    begun = StatusChange(moment.tenant_id, customer_id, None, "active", "created", call.actor, moment.at)
    audit = call.audit("customer.created", customer_id, customer_number=book.next_number)
    event = call.event(EventType.CUSTOMER_CREATED, call.source, "active", customer_id=customer_id)
    return Changes((row, begun, audit), (event,))


def customer_id_of(call: Call) -> Id:
    """The identifier of the customer that a call creates."""
    return call.new_id("customer")
