"""Customer records through the public operations, on PostgreSQL with the application's rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from unicodedata import normalize

import pytest

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.lifecycle import (
    CreatedCustomer,
    CustomerPage,
    Customers,
    CustomerView,
    Done,
    ListCustomers,
    NewCustomer,
)
from ledgerscope.customers.operations import Note, Operations
from ledgerscope.store.changes import Changes
from ledgerscope.store.changes_writer import write_changes
from ledgerscope.store.records import Contact, Invoice, InvoiceDue

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.customers.conftest import Clock, Ledger


@pytest.fixture
def customers(operations: Operations) -> Customers:
    return Customers(operations)


def create(customers: Customers, name: str = "Northwind", **more: object) -> str:
    made = customers.create(NewCustomer(name=name, **more))  # type: ignore[arg-type] # of the test's table
    assert isinstance(made, CreatedCustomer), made
    return made.customer_id


def view(customers: Customers, customer_id: str) -> CustomerView:
    found = customers.get(customer_id)
    assert isinstance(found, CustomerView), found
    return found


def page(customers: Customers, asked: ListCustomers) -> CustomerPage:
    found = customers.list(asked)
    assert isinstance(found, CustomerPage), found
    return found


def test_what_was_created_is_shown(customers: Customers, clock: Clock) -> None:
    shown = view(customers, create(customers, email="a@b.example", phone="+43 1", address="Here\nThere"))
    assert (shown.customer_number, shown.external_id, shown.currency) == ("C-000001", "C-000001", "EUR")
    assert (shown.email, shown.phone, shown.address) == ("a@b.example", "+43 1", "Here\nThere")
    assert shown.created_at == clock.now


def test_an_update_is_shown_and_counted_once_for_each_field(customers: Customers, ledger: Ledger) -> None:
    customer_id = create(customers)
    assert customers.update(customer_id, {"name": "Southwind", "terms_days": 14}) == Done(
        customer_id, changed=True
    )
    assert (view(customers, customer_id).name, view(customers, customer_id).terms_days) == ("Southwind", 14)
    labels = ledger.rows("select labels->>'field_changed' from event where event_type = 'CustomerUpdated'")
    assert sorted(label for (label,) in labels) == ["name", "terms"]
    assert customers.update(customer_id, {"name": "Southwind"}) == Done(customer_id, changed=False)
    assert len(ledger.rows("select 1 from audit_log where action = 'customer.updated'")) == 1


def test_a_status_changes_for_a_reason_and_keeps_its_history(customers: Customers, ledger: Ledger) -> None:
    customer_id = create(customers)
    assert isinstance(customers.change_status(customer_id, "blocked", Note()), Refused)
    customers.change_status(customer_id, "blocked", Note(reason="fraud suspected"))
    assert view(customers, customer_id).status == "blocked"
    history = ledger.rows(
        "select from_status, to_status, reason from customer_status_history order by history_id"
    )
    assert [tuple(row) for row in history] == [
        (None, "active", "created"),
        ("active", "blocked", "fraud suspected"),
    ]


def test_a_deleted_customer_is_not_listed_and_frees_its_external_id(customers: Customers) -> None:
    gone = create(customers, external_id="X")
    customers.delete(gone, "closed")
    assert page(customers, ListCustomers()).customers == ()
    assert [each.customer_id for each in page(customers, ListCustomers(deleted=True)).customers] == [gone]
    create(customers, external_id="X")
    assert isinstance(customers.update(gone, {"name": "Back"}), Refused)


def test_who_owes_money_is_not_deleted(customers: Customers, ledger: Ledger, clock: Clock) -> None:
    customer_id = create(customers)
    day, invoice_id = clock.now.date(), "1" * 32
    invoice = Invoice(
        "acme", invoice_id, customer_id, None, "I-1", "open", "one_time", day, clock.now, None, "EUR", 1250,
        0, None,
    )  # fmt: skip
    with ledger.owner.begin() as connection:
        write_changes(connection, [Changes((invoice, InvoiceDue("acme", invoice_id, 1, day, 1250)))])
    said = customers.delete(customer_id, "closed")
    assert isinstance(said, Refused)
    assert said.reason == "the customer owes 12.50 EUR; settle or write it off first"
    assert isinstance(customers.update(customer_id, {"currency": "JPY"}), Refused)


def test_an_erasure_leaves_no_personal_data(customers: Customers, ledger: Ledger, clock: Clock) -> None:
    customer_id = create(customers, "Jane Doe", email="jane@doe.example", phone="555 123", address="Elm 1")
    contact = Contact(
        "acme", "2" * 32, customer_id, "Jane", "jane@doe.example", "555 123", "billing", True, clock.now
    )
    with ledger.owner.begin() as connection:
        write_changes(connection, [Changes((contact,))])
    customers.update(customer_id, {"name": "Jane Smith"})
    assert isinstance(customers.erase(customer_id), Done)
    for (table,) in ledger.rows("select tablename from pg_tables where schemaname = 'public'"):
        held = str(ledger.rows(f"select to_jsonb(row) from {table} as row")).lower()  # noqa: S608 - own tables
        assert not [word for word in ("jane", "doe", "555 123", "elm") if word in held], table
    assert view(customers, customer_id).erased_at == clock.now


def test_pages_hold_every_customer_once_in_order(customers: Customers, clock: Clock) -> None:
    made = []
    for place in range(7):
        made.append(create(customers, f"n {place}"))
        if place % 3:  # some share their instant
            clock.forward(minutes=1)
    for oldest_first in (False, True):
        seen: list[CustomerView] = []
        cursor = None
        while True:
            found = page(customers, ListCustomers(limit=2, cursor=cursor, oldest_first=oldest_first))
            seen += found.customers
            cursor = found.next_cursor
            if cursor is None:
                break
        assert sorted(each.customer_id for each in seen) == sorted(made)
        instants = [each.created_at for each in seen]
        assert instants == sorted(instants, reverse=not oldest_first)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("north", ["Northwind"]),
        ("WIND", ["Northwind", "Southwind %"]),
        ("%", ["Southwind %"]),
        ("c-000002", ["Southwind %"]),
        ("s@wind.example", ["Southwind %"]),
        ("nobody", []),
        ("  ", ["Northwind", "Southwind %"]),
    ],
)
def test_a_search_looks_for_the_text_itself(customers: Customers, text: str, found: list[str]) -> None:
    create(customers, "Northwind")
    create(customers, "Southwind %", email="s@wind.example")
    shown = page(customers, ListCustomers(text=text)).customers
    assert sorted(each.name for each in shown) == found


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (ListCustomers(limit=0), "limit"),
        (ListCustomers(limit=501), "limit"),
        (ListCustomers(status="gone"), "status"),
        (ListCustomers(source="fax"), "source"),
        (ListCustomers(cursor="x"), "cursor"),
    ],
)
def test_a_list_that_cannot_be_is_refused(customers: Customers, asked: ListCustomers, field: str) -> None:
    found = customers.list(asked)
    assert isinstance(found, Refused)
    assert (found.fault, found.field) == (Fault.INVALID, field)


@pytest.mark.parametrize("customer_id", ["0" * 32, "no id", "", "0" * 31 + "-"])
def test_a_customer_that_is_not_there_is_said_to_be_missing(customers: Customers, customer_id: str) -> None:
    for answer in (
        customers.get(customer_id),
        customers.update(customer_id, {"name": "x"}),
        customers.change_status(customer_id, "blocked", Note(reason="r")),
        customers.delete(customer_id, "closed"),
        customers.erase(customer_id),
    ):
        assert isinstance(answer, Refused)
        assert answer.fault is Fault.NOT_FOUND


def test_another_company_sees_and_changes_nothing(
    customers: Customers, operations_of: Callable[[str], Operations], ledger: Ledger
) -> None:
    customer_id = create(customers, "Secret")
    before = ledger.counts()
    other = Customers(operations_of("bolt"))
    cursor = None
    create(customers, "Second")
    cursor = page(customers, ListCustomers(limit=1)).next_cursor
    assert isinstance(other.get(customer_id), Refused)
    assert page(other, ListCustomers(text="secret", deleted=True)).customers == ()
    assert page(other, ListCustomers(cursor=cursor)).customers == ()
    assert isinstance(other.update(customer_id, {"name": "x"}), Refused)
    assert isinstance(other.delete(customer_id, "closed"), Refused)
    assert isinstance(other.erase(customer_id), Refused)
    assert ledger.counts() == {
        **before,
        **{name: before[name] + 1 for name in ("customer", "event", "audit_log")},
    }


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("asked", ["NFC", "NFD"])
def test_a_search_finds_letters_and_marks_however_they_are_written(
    customers: Customers, form: Literal["NFC", "NFD"], asked: Literal["NFC", "NFD"]
) -> None:
    customer_id = create(customers, name=normalize(form, "Café ñandú ệ"))
    found = page(customers, ListCustomers(text=normalize(asked, "café ñ")))
    assert [each.customer_id for each in found.customers] == [customer_id]
    assert view(customers, customer_id).name == normalize(form, "Café ñandú ệ")
