"""Keys are forgotten when they are old enough, a batch at a time, and others never."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.access.permissions import ROLES
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Keys, Note, Operations, PrunedKeys, pruning

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from tests.customers.conftest import Clock, Ledger


def create(operations: Operations, key: str) -> str:
    made = Customers(operations).create(NewCustomer(name="Northwind"), Note(key=key))
    assert isinstance(made, CreatedCustomer)
    return made.customer_number


def test_old_keys_are_forgotten_in_batches_and_the_rest_stays(
    operations_of: Callable[[str], Operations], ledger: Ledger, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "_BATCH", 2)
    operations, others = operations_of("acme"), operations_of("bolt")
    old = [create(operations, f"old-{place}") for place in range(5)]
    create(others, "old-0")
    clock.forward(days=29)
    young = create(operations, "young")
    clock.forward(days=2)
    assert Keys(operations).prune(note=Note(reason="daily")) == PrunedKeys(5, 30)
    assert Keys(operations).prune() == PrunedKeys(0, 30)
    assert [ledger.count("operation_request", company) for company in ("acme", "bolt")] == [1, 1]
    assert [said["keys"] for said in ledger.details("requests.pruned")] == [2, 2, 1]
    assert create(operations, "young") == young
    assert create(operations, "old-0") not in old


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_days_out_of_range_are_refused(operations: Operations, days: int) -> None:
    said = Keys(operations).prune(days)
    assert isinstance(said, Refused)
    assert (said.fault, said.field) == (Fault.INVALID, "days")


def test_only_whoever_grants_access_forgets_keys(app: Engine, ledger: Ledger) -> None:
    clerk = Caller(tenant_id="acme", actor="c", permissions=ROLES["accountant"])
    said = Keys(Operations(app, clerk)).prune()
    assert isinstance(said, Refused)
    assert said.fault is Fault.FORBIDDEN
