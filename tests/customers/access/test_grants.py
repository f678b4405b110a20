"""Permissions are asked for before anything is read or written; a grant opens one customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.access.grants import Grant, Grants
from ledgerscope.customers.access.permissions import ROLES, Permission
from ledgerscope.customers.audit import Audit
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, CustomerView, NewCustomer
from ledgerscope.customers.operations import Caller, Note, Operations

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from tests.customers.conftest import Clock, Ledger

REASON = Note(reason="tried")
ACTS: dict[str, tuple[Permission, Callable[[Operations, str], object]]] = {
    "create": (Permission.CUSTOMERS_CREATE, lambda o, _: Customers(o).create(NewCustomer(name="x"))),
    "get": (Permission.CUSTOMERS_VIEW, lambda o, c: Customers(o).get(c)),
    "list": (Permission.CUSTOMERS_LIST, lambda o, _: Customers(o).list()),
    "update": (Permission.CUSTOMERS_UPDATE, lambda o, c: Customers(o).update(c, {"name": "y"})),
    "status": (Permission.CUSTOMERS_UPDATE, lambda o, c: Customers(o).change_status(c, "blocked", REASON)),
    "delete": (Permission.CUSTOMERS_DELETE, lambda o, c: Customers(o).delete(c, "closed")),
    "erase": (Permission.CUSTOMERS_ERASE, lambda o, c: Customers(o).erase(c)),
    "grant": (Permission.ACCESS_GRANT, lambda o, c: Grants(o).give(c, "bob")),
    "grants": (Permission.ACCESS_GRANT, lambda o, c: Grants(o).of_customer(c)),
    "audit": (Permission.AUDIT_READ, lambda o, _: Audit(o).list()),
    "verify": (Permission.AUDIT_READ, lambda o, _: Audit(o).verify()),
}


@pytest.fixture
def acting(app: Engine, ledger: Ledger, clock: Clock) -> Callable[..., Operations]:
    """Operations of acme for bob with these permissions."""

    def make(*permissions: Permission) -> Operations:
        caller = Caller(tenant_id="acme", actor="bob", permissions=frozenset(permissions))
        return Operations(app, caller, clock=clock)

    return make


@pytest.fixture
def customer_id(operations: Operations) -> str:
    made = Customers(operations).create(NewCustomer(name="Northwind"))
    assert isinstance(made, CreatedCustomer)
    return made.customer_id


@pytest.mark.parametrize("name", ACTS)
def test_each_operation_takes_its_permission(
    name: str, acting: Callable[..., Operations], customer_id: str, ledger: Ledger
) -> None:
    permission, act = ACTS[name]
    before = ledger.counts()
    others = acting(*(each for each in Permission if each is not permission))
    refused = act(others, customer_id)
    assert isinstance(refused, Refused)
    assert (refused.fault, refused.reason) == (Fault.FORBIDDEN, f"bob lacks the permission {permission}")
    assert ledger.counts() == before
    assert not isinstance(act(acting(permission), customer_id), Refused)


def test_a_grant_opens_one_customer_until_it_is_revoked(
    acting: Callable[..., Operations], operations: Operations, customer_id: str, clock: Clock
) -> None:
    other = Customers(operations).create(NewCustomer(name="Southwind"))
    assert isinstance(other, CreatedCustomer)
    bob, grants = Customers(acting()), Grants(operations)
    assert isinstance(bob.get(customer_id), Refused)
    assert not isinstance(grants.give(customer_id, "bob"), Refused)
    assert isinstance(bob.get(customer_id), CustomerView)
    assert isinstance(bob.get(other.customer_id), Refused)
    assert isinstance(bob.update(customer_id, {"name": "y"}), Refused)
    assert grants.of_customer(customer_id) == (Grant(customer_id, "bob", "anna", clock.now),)
    assert not isinstance(grants.revoke(customer_id, "bob"), Refused)
    assert isinstance(bob.get(customer_id), Refused)
    assert grants.of_customer(customer_id) == ()


def test_a_grant_is_given_once_to_whom_there_is_for_what_there_is(
    operations: Operations, customer_id: str
) -> None:
    grants = Grants(operations)
    grants.give(customer_id, "bob")
    for refused in (
        grants.give(customer_id, "bob"),
        grants.give(customer_id, "  "),
        grants.give("0" * 32, "bob"),
        grants.give("x", "bob"),
        grants.revoke(customer_id, "carl"),
        grants.revoke("x", "bob"),
    ):
        assert isinstance(refused, Refused)


def test_a_grant_of_another_company_opens_nothing(
    acting: Callable[..., Operations], operations_of: Callable[[str], Operations], customer_id: str
) -> None:
    assert isinstance(Grants(operations_of("bolt")).give(customer_id, "bob"), Refused)
    assert isinstance(Customers(acting()).get(customer_id), Refused)


def test_grants_of_a_customer_that_there_is_not_are_refused(
    operations_of: Callable[[str], Operations], customer_id: str
) -> None:
    assert Grants(operations_of("acme")).of_customer(customer_id) == ()
    for company, unknown in (("acme", "0" * 32), ("acme", "C-000001"), ("bolt", customer_id)):
        said = Grants(operations_of(company)).of_customer(unknown)
        assert isinstance(said, Refused)
        assert (said.fault, said.reason) == (
            Fault.NOT_FOUND,
            f"there is no customer {unknown!r} in this company",
        )


def test_an_administrator_may_do_everything() -> None:
    assert ROLES["administrator"] == set(Permission)
