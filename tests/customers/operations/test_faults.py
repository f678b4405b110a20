"""A connection that breaks at any statement of an operation leaves all of its rows, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, text

from ledgerscope.customers import Refused
from ledgerscope.customers.audit import AuditKeys
from ledgerscope.customers.credit import Credit
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Note, Operations
from ledgerscope.store.engine import create_engine
from ledgerscope.store.errors import StoreError
from ledgerscope.store.tables import metadata
from tests.thoroughness import sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

    from tests.customers.conftest import Clock, Ledger

KEYS = AuditKeys("k", {"k": b"k" * 32})
NOTE = Note(reason="tried", key="once")

ACTS: dict[str, Callable[[Operations, str], object]] = {
    "customer.created": lambda o, _: Customers(o).create(NewCustomer(name="Second"), NOTE),
    "customer.updated": lambda o, c: Customers(o).update(c, {"name": "New", "phone": "1"}, NOTE),
    "customer.status.changed": lambda o, c: Customers(o).change_status(c, "blocked", NOTE),
    "customer.deleted": lambda o, c: Customers(o).delete(c, "closed", NOTE),
    "credit.held": lambda o, c: Credit(o).hold(c, NOTE),
    "customer erased": lambda o, c: Customers(o).erase(c, note=NOTE),
}
"""Every operation that writes, on a customer that exists."""


class Breaking:
    """An engine's connections, of which the server ends one before the given statement, counted from 1.

    The commit counts as a statement.
    """

    def __init__(self, engine: Engine, owner: Engine) -> None:
        self.at = 0
        self.passed = 0
        self._owner = owner
        event.listen(engine, "before_cursor_execute", self._count)
        event.listen(engine, "commit", self._count)

    def _count(self, connection: Connection, *_: Any) -> None:
        self.passed += 1
        if self.passed == self.at:
            backend = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr] # connected
            with self._owner.connect() as other:
                other.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": backend})


def everything(owner: Engine) -> dict[str, list[str]]:
    """All rows of all tables, as text."""
    with owner.connect() as connection:
        return {
            name: sorted(
                connection.exec_driver_sql(f"select to_jsonb(t)::text from {name} as t").scalars()  # noqa: S608 - own
            )
            for name in metadata.tables
        }


@pytest.mark.parametrize("name", sample(ACTS, 2))
def test_an_operation_happens_whole_or_not_at_all(
    name: str, app_url: str, administration: Engine, ledger: Ledger, clock: Clock
) -> None:
    engine = create_engine(app_url, pool_size=1)
    operations = Operations(engine, Caller(tenant_id="acme", actor="anna"), clock=clock, audit_keys=KEYS)
    made = Customers(operations).create(NewCustomer(name="First"))
    assert isinstance(made, CreatedCustomer)
    breaking = Breaking(engine, administration)
    before = everything(ledger.owner)
    while True:
        breaking.at, breaking.passed = breaking.at + 1, 0
        try:
            result = ACTS[name](operations, made.customer_id)
        except StoreError:
            assert everything(ledger.owner) == before
            continue
        break
    assert breaking.at > 3
    assert not isinstance(result, Refused)
    after = everything(ledger.owner)
    assert after != before
    assert len(after["audit_log"]) == len(before["audit_log"]) + 1
    assert len(after["audit_seal"]) == len(before["audit_seal"]) + 1
    assert len(after["operation_request"]) == 1
    assert len(after["event"]) > len(before["event"])
    engine.dispose()
