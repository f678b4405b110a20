"""A connection that breaks at any statement of an operation leaves all of its rows, or none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, text

from ledgerscope.customers import Refused
from ledgerscope.customers.audit import AuditKeys
from ledgerscope.customers.credentials import CredentialKeys, Credentials, Saved
from ledgerscope.customers.credit import Credit
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Note, Operations
from ledgerscope.customers.settings import Settings
from ledgerscope.customers.sync import Claim, Claimed, Claims, Failure, Syncs
from ledgerscope.customers.zuora import Workflow
from ledgerscope.store.engine import create_engine
from ledgerscope.store.errors import StoreError
from ledgerscope.store.tables import metadata
from tests.thoroughness import sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

    from ledgerscope.customers.zuora import Login
    from tests.customers.conftest import Clock, Ledger
    from tests.customers.zuora.server import ZuoraServer

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
SECRETS = CredentialKeys("old", {"old": b"o" * 32})
NEWER = CredentialKeys("new", {"new": b"n" * 32, **SECRETS.secrets})
WITH_CREDENTIAL: dict[str, Callable[[Credentials, str, Login], object]] = {
    "credential.saved": lambda o, c, login: o.save(c, replace(login, client_id="client-2"), NOTE),
    "credential.rejected": lambda o, c, login: o.save(c, replace(login, client_secret="wrong"), NOTE),
    "credential.opened": lambda o, c, _: o.open(c, "sync", "192.0.2.1", "tests", NOTE),
    "credential.revoked": lambda o, c, _: o.revoke(c, NOTE),
    "credential.reencrypted": lambda o, _, __: o.reencrypt(note=NOTE),
}
"""Every operation on the credential of a customer that has one."""
FLOW = Workflow(workflow_id="1", name="Billing", state="Active")
WITH_SCHEDULE: dict[str, Callable[[Operations, str, Any], object]] = {
    "customer.settings.changed": lambda o, c, _: Settings(o).set(c, {"export.format": "json"}, NOTE),
    "settings unset": lambda o, c, _: Settings(o).unset(c, ["export.delimiter"], NOTE),
    "settings in bulk": lambda o, c, _: Settings(o).bulk({c: {"export.format": "json"}}, NOTE),
    "sync.scheduled": lambda o, c, _: Syncs(o).schedule(c, "weekly", NOTE),
    "sync.paused": lambda o, c, _: Syncs(o).pause(c, NOTE),
    "sync.resumed": lambda o, c, _: Syncs(o).resume(c, NOTE),
    "sync.requested": lambda o, c, _: Syncs(o).request_now(c, NOTE),
    "sync requested of many": lambda o, c, _: Syncs(o).request_many([c], NOTE),
    "sync.started": lambda o, _, __: Claims(o, "w").claim(1, NOTE),
    "sync abandoned": lambda o, _, __: Claims(o, "w").claim(1, NOTE),
    "sync.succeeded": lambda o, _, run: Claims(o, "w").succeed(run, [FLOW], 1, NOTE),
    "sync.failed": lambda o, _, run: Claims(o, "w").fail(run, Failure("timeout"), 1, NOTE),
    "customer erased": lambda o, c, _: Customers(o).erase(c, note=NOTE),
}
"""Every operation on the settings and the synchronisation of a customer."""


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


@pytest.mark.parametrize("name", sample(WITH_CREDENTIAL, 2))
def test_an_operation_on_a_credential_happens_whole_or_not_at_all(
    name: str, app_url: str, administration: Engine, ledger: Ledger, clock: Clock, zuora_server: ZuoraServer
) -> None:
    engine = create_engine(app_url, pool_size=1)
    operations = Operations(engine, Caller(tenant_id="acme", actor="anna"), clock=clock, audit_keys=KEYS)
    made = Customers(operations).create(NewCustomer(name="First"))
    assert isinstance(made, CreatedCustomer)
    zuora_server.clients["client-2"] = zuora_server.clients["client-1"]
    login, allow = zuora_server.login, (zuora_server.host,)
    saved = Credentials(operations, SECRETS, allow=allow).save(made.customer_id, login)
    assert isinstance(saved, Saved)
    credentials = Credentials(operations, NEWER, allow=allow)
    breaking = Breaking(engine, administration)
    before = everything(ledger.owner)
    while True:
        breaking.at, breaking.passed = breaking.at + 1, 0
        try:
            result = WITH_CREDENTIAL[name](credentials, made.customer_id, login)
        except StoreError:
            if name != "credential.reencrypted":  # what breaks off after a batch has kept the batch
                assert everything(ledger.owner) == before
            continue
        break
    assert breaking.at > 3
    assert isinstance(result, Refused) is (name == "credential.rejected")
    after = everything(ledger.owner)
    assert len(after["audit_log"]) == len(before["audit_log"]) + 1
    assert len(after["audit_seal"]) == len(before["audit_seal"]) + 1
    assert len(after["event"]) == len(before["event"]) + (name != "credential.reencrypted")
    engine.dispose()


def prepared(name: str, operations: Operations, customer_id: str, clock: Clock) -> Claim | None:
    """The customer as the operation needs it, and the run that it ends."""
    Settings(operations).set(customer_id, {"export.delimiter": ";"})
    Syncs(operations).schedule(customer_id, "hourly")
    if name == "sync.started":
        return None
    claims = Claims(operations, "w")
    claimed = claims.claim()
    assert isinstance(claimed, Claimed)
    if name == "sync abandoned":
        clock.forward(hours=1)
    elif name not in {"sync.succeeded", "sync.failed"}:
        claims.succeed(claimed.claims[0], [FLOW], 1)
    if name == "sync.resumed":
        Syncs(operations).pause(customer_id)
    return claimed.claims[0]


@pytest.mark.parametrize("name", sample(WITH_SCHEDULE, 2))
def test_an_operation_on_settings_or_synchronisation_happens_whole_or_not_at_all(
    name: str, app_url: str, administration: Engine, ledger: Ledger, clock: Clock
) -> None:
    engine = create_engine(app_url, pool_size=1)
    operations = Operations(engine, Caller(tenant_id="acme", actor="anna"), clock=clock, audit_keys=KEYS)
    made = Customers(operations).create(NewCustomer(name="First"))
    assert isinstance(made, CreatedCustomer)
    run = prepared(name, operations, made.customer_id, clock)
    breaking = Breaking(engine, administration)
    before = everything(ledger.owner)
    while True:
        breaking.at, breaking.passed = breaking.at + 1, 0
        try:
            result = WITH_SCHEDULE[name](operations, made.customer_id, run)
        except StoreError:
            assert everything(ledger.owner) == before
            continue
        break
    assert breaking.at > 3
    assert not isinstance(result, Refused)
    after = everything(ledger.owner)
    assert len(after["audit_log"]) == len(before["audit_log"]) + 1
    assert len(after["audit_seal"]) == len(before["audit_seal"]) + 1
    assert len(after["operation_request"]) == 1
    assert len(after["event"]) > len(before["event"])
    engine.dispose()
