"""Operations on customer records: they come, change, are blocked, held, released and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from ledgerscope.customers.contacts.creation import NewContact, create_contact
from ledgerscope.customers.contacts.state import CustomerContacts
from ledgerscope.customers.credit import HoldState, set_hold
from ledgerscope.customers.lifecycle import creation
from ledgerscope.customers.lifecycle.creation import Book, NewCustomer, customer_id_of
from ledgerscope.customers.lifecycle.profile import CHANGEABLE, Profile, update_customer
from ledgerscope.customers.lifecycle.status import ChangeStatus, CustomerState, change_status
from ledgerscope.customers.operations.numbers import next_number
from ledgerscope.demo import names
from ledgerscope.demo.currencies import CURRENCIES
from ledgerscope.store import tables as t
from ledgerscope.store.records import Milestone

if TYPE_CHECKING:
    from sqlalchemy import Row

    from ledgerscope.demo.simulation.context import Context
    from ledgerscope.store.records import Id

__all__ = [
    "block", "change_profile", "create_customer", "customer_of", "hold_credit", "pick_customer", "release",
    "release_credit",
]  # fmt: skip

_SOURCES: Final = {"ui": 0.5, "api": 0.3, "import": 0.1, "cli": 0.1}
_CHANNELS: Final = {"organic": 0.4, "paid": 0.3, "referral": 0.2, "social": 0.1}
_FIELDS: Final = {"email": 0.3, "phone": 0.3, "address": 0.3, "signup_channel": 0.1}
_NUMBERS: Final = 1_000_000


def pick_customer(context: Context, *statuses: str) -> Row[Any] | None:
    """A customer that is not deleted, of one of the statuses where any are given."""
    table = t.customer
    right_status = (table.c.status.in_(statuses),) if statuses else ()
    return context.pick(table, "customer_id", table.c.deleted_at.is_(None), *right_status)


def customer_of(context: Context, row: Row[Any]) -> Row[Any]:
    """The customer that a row belongs to."""
    c = t.customer.c
    query = select(t.customer).where(c.tenant_id == context.tenant_id, c.customer_id == row.customer_id)
    return context.connection.execute(query).one()


def create_customer(context: Context) -> Id:
    """A new customer with its first contact."""
    random, source = context.random, context.random.pick(_SOURCES)
    person = names.person(random)
    email = names.email(random, person, random.randrange(_NUMBERS))
    new = NewCustomer(
        name=names.business(random), email=email, currency=context.currency,
        signup_channel=random.pick(_CHANNELS),
    )  # fmt: skip
    call = context.call(source, source)
    context.commit(creation.create_customer(_book(context), new, call))
    customer_id = customer_id_of(call)
    contact = NewContact(name=person, email=email, phone=names.phone(random))
    context.commit(create_contact(CustomerContacts(customer_id), contact, context.call(source, source)))
    context.write(Milestone(context.tenant_id, customer_id, "signed_up", context.now))
    return customer_id


def _book(context: Context) -> Book:
    """The next customer number, and who has it as its external id."""
    number, c = next_number(context.connection, context.tenant_id, "customer"), t.customer.c
    holder = context.connection.execute(
        select(func.coalesce(c.customer_number, func.text(c.customer_id))).where(
            c.tenant_id == context.tenant_id, c.external_id == number, c.deleted_at.is_(None)
        )
    ).scalar_one_or_none()
    return Book(CURRENCIES, context.currency, number, holder)


def change_profile(context: Context) -> None:
    """A field of a customer record changes."""
    customer = pick_customer(context)
    if customer is None:
        return
    random, field = context.random, context.random.pick(_FIELDS)
    wanted = {
        "email": names.email(random, names.person(random), random.randrange(_NUMBERS)),
        "phone": names.phone(random),
        "address": names.address(random),
        "signup_channel": random.pick(_CHANNELS),
    }[field]
    values = {name: getattr(customer, name) for name in CHANGEABLE}
    profile = Profile(customer.customer_id.hex, values, CURRENCIES, has_documents=True)
    context.commit(update_customer(profile, {field: wanted}, context.call("accounts")))


def block(context: Context) -> None:
    """An active customer is blocked, or becomes inactive."""
    _change_status(context, "active", context.random.pick({"blocked": 0.6, "inactive": 0.4}))


def release(context: Context) -> None:
    """A customer that was blocked or inactive is active again."""
    _change_status(context, context.random.choice(("blocked", "inactive")), "active")


def hold_credit(context: Context) -> None:
    """Nothing more is sold to some customer on credit."""
    _set_hold(context, hold=True)


def release_credit(context: Context) -> None:
    """A customer that was on hold gets credit again."""
    _set_hold(context, hold=False)


def _set_hold(context: Context, *, hold: bool) -> None:
    c = t.customer.c
    customer = context.pick(t.customer, "customer_id", c.deleted_at.is_(None), c.credit_hold.is_(not hold))
    if customer is not None:
        state = HoldState(customer.customer_id.hex, customer.credit_hold)
        context.commit(set_hold(state, context.call("credit desk"), hold=hold))


def _change_status(context: Context, before: str, after: str) -> None:
    customer = pick_customer(context, before)
    if customer is not None:
        state = CustomerState(customer.customer_id.hex, customer.status)
        request = ChangeStatus(context.moment, after, "reviewed", "accounts")
        context.commit(change_status(state, request))
