from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from ledgerscope.customers import Refused
from ledgerscope.customers.access.permissions import ROLES
from ledgerscope.customers.credentials import (
    CredentialKeys,
    Credentials,
    ListAccess,
    ListCredentials,
    Revoked,
    Saved,
    Validated,
)
from ledgerscope.customers.decision import Fault
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Note, Operations
from ledgerscope.customers.transfers import ImportCustomers, Imports
from ledgerscope.customers.zuora import Login
from ledgerscope.store.tables import metadata
from tests.customers.credentials.conftest import NEW, OLD
from tests.customers.zuora.server import SECRET, TOKEN, WORKFLOWS, Answer, workflow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Engine

    from ledgerscope.customers.zuora import Zuora
    from tests.customers.conftest import Clock, Ledger
    from tests.customers.zuora.server import ZuoraServer

ROTATED = "an0ther-s3cr3t"


def events(ledger: Ledger, name: str) -> list[Any]:
    query = "select labels from event where event_type like :name order by event_id"
    return [[*row.labels.values()] for row in ledger.rows(query, name=name)]


def rows(ledger: Ledger) -> list[Any]:
    return ledger.rows(
        "select *, lower(valid) as start, upper(valid) as stop from credential order by version"
    )


def rotated(server: ZuoraServer) -> Login:
    server.clients["client-1"] = ROTATED
    return server.login


def everything(owner: Engine) -> str:
    """All rows of all tables, bytes as text where they are text."""
    with owner.connect() as connection:
        return "\n".join(
            str(row)
            for name in metadata.tables
            for row in connection.exec_driver_sql(f"select t.*, t::text from {name} as t")  # noqa: S608 - own
        )


def test_a_login_that_works_is_saved_and_taken_out(
    credentials: Credentials, zuora_server: ZuoraServer, northwind: str, ledger: Ledger
) -> None:
    assert credentials.save(northwind, zuora_server.login) == Saved(northwind, 1, changed=True)
    assert credentials.open(northwind, "sync") == zuora_server.login
    assert (zuora_server.asked(TOKEN), zuora_server.asked(WORKFLOWS)) == (1, 1)
    assert events(ledger, "CredentialSaved") == [["success"]]
    assert events(ledger, "CredentialAccessed") == [["sync"]]


def test_a_login_that_does_not_work_is_not_saved_and_the_failure_is_recorded(
    credentials: Credentials, zuora_server: ZuoraServer, northwind: str, ledger: Ledger
) -> None:
    wrong = replace(zuora_server.login, client_secret="wr0ng")
    refused = credentials.save(northwind, wrong, Note(key="once"))
    assert isinstance(refused, Refused)
    assert (refused.fault, refused.field) == (Fault.INVALID, "credential")
    assert "wr0ng" not in refused.reason
    assert rows(ledger) == []
    assert events(ledger, "Credential%") == [["failure"]]
    audit = ledger.rows("select details from audit_log where action = 'credential.rejected'")
    assert audit[0].details["error_class"] == "unauthorized"
    assert credentials.save(northwind, zuora_server.login, Note(key="once")) == Saved(
        northwind, 1, changed=True
    )


def test_a_rotation_that_fails_leaves_the_login_before(
    credentials: Credentials, zuora_server: ZuoraServer, northwind: str, ledger: Ledger
) -> None:
    credentials.save(northwind, zuora_server.login)
    zuora_server.answer(TOKEN, Answer(503))
    refused = credentials.save(northwind, replace(zuora_server.login, client_secret="wr0ng"))
    assert isinstance(refused, Refused)
    assert refused.fault is Fault.CONFLICT
    assert events(ledger, "CredentialRotated") == [["failure"]]
    assert credentials.open(northwind, "sync") == zuora_server.login


def test_a_rotation_has_no_gap_and_lets_the_secret_before_go(
    credentials: Credentials, zuora_server: ZuoraServer, northwind: str, ledger: Ledger, clock: Clock
) -> None:
    credentials.save(northwind, zuora_server.login)
    clock.forward(days=1)
    login = rotated(zuora_server)
    assert credentials.save(northwind, login) == Saved(northwind, 2, changed=True)
    assert credentials.open(northwind, "sync") == login
    first, second = rows(ledger)
    assert (first.stop, second.stop) == (second.start, None)
    assert (bytes(first.ciphertext), len(bytes(second.ciphertext)) > 0) == (b"", True)
    assert first.fingerprint != second.fingerprint
    assert events(ledger, "CredentialRotated") == [["success"]]


def test_rotations_at_one_instant_follow_each_other(
    credentials: Credentials, zuora_server: ZuoraServer, northwind: str, ledger: Ledger
) -> None:
    for number in range(3):
        zuora_server.clients["client-1"] = f"secret-{number}"
        assert isinstance(credentials.save(northwind, zuora_server.login), Saved)
    assert isinstance(credentials.revoke(northwind), Revoked)
    starts = [row.start for row in rows(ledger)]
    assert starts == sorted(set(starts))


def test_the_same_login_again_changes_nothing(
    credentials: Credentials, zuora_server: ZuoraServer, northwind: str, ledger: Ledger
) -> None:
    credentials.save(northwind, zuora_server.login)
    before = ledger.counts()
    assert credentials.save(northwind, zuora_server.login) == Saved(northwind, 1, changed=False)
    assert ledger.counts() == before


def test_a_request_with_a_key_asks_zuora_once(
    credentials: Credentials, zuora_server: ZuoraServer, northwind: str
) -> None:
    note = Note(key="once")
    first = credentials.save(northwind, zuora_server.login, note)
    assert credentials.save(northwind, zuora_server.login, note) == first
    assert zuora_server.asked(TOKEN) == 1
    other = credentials.save(northwind, replace(zuora_server.login, client_id="other"), note)
    assert isinstance(other, Refused)
    assert "was used" in other.reason


def test_validating_keeps_nothing(
    credentials: Credentials, zuora_server: ZuoraServer, ledger: Ledger
) -> None:
    before = ledger.counts()
    zuora_server.workflows = [workflow(number) for number in range(1, 100)]
    found = credentials.validate(zuora_server.login)
    assert isinstance(found, Validated)
    assert (found.workflows, found.calls) == (50, 2)
    assert isinstance(
        credentials.validate(replace(zuora_server.login, base_url="https://evil.example")), Refused
    )
    zuora_server.answer(WORKFLOWS, Answer(403))
    forbidden = credentials.validate(zuora_server.login)
    assert isinstance(forbidden, Refused)
    assert "Workflow View Access" in forbidden.reason
    assert ledger.counts() == before


def test_what_is_saved_can_be_validated_which_is_logged(
    credentials: Credentials, zuora_server: ZuoraServer, northwind: str
) -> None:
    credentials.save(northwind, zuora_server.login)
    assert isinstance(credentials.validate_saved(northwind, "192.0.2.7", "browser"), Validated)
    zuora_server.clients.clear()
    refused = credentials.validate_saved(northwind)
    assert isinstance(refused, Refused)
    page = credentials.access()
    assert not isinstance(page, Refused)
    assert [entry.action for entry in page.entries] == ["validate", "validate"]


def test_each_use_is_logged_with_who_what_for_and_from_where(
    credentials: Credentials, zuora_server: ZuoraServer, northwind: str, ledger: Ledger
) -> None:
    credentials.save(northwind, zuora_server.login)
    credentials.open(northwind, "support", "2001:db8::1", "Brow\x00ser/1.0" + "x" * 500, Note(reason="asked"))
    page = credentials.access(ListAccess(customer_id=northwind, action="support"))
    assert not isinstance(page, Refused)
    entry = page.entries[0]
    assert (entry.actor, entry.action, entry.version, entry.address) == ("anna", "support", 1, "2001:db8::1")
    assert entry.user_agent is not None
    assert (entry.user_agent[:11], len(entry.user_agent)) == ("Browser/1.0", 300)
    details = ledger.rows("select details from audit_log where action = 'credential.opened'")[0].details
    assert details["purpose"] == "support"
    assert "2001:db8::1" not in str(details)


def test_the_access_log_is_read_page_by_page(
    credentials: Credentials, zuora_server: ZuoraServer, northwind: str, clock: Clock
) -> None:
    credentials.save(northwind, zuora_server.login)
    for _ in range(5):
        credentials.open(northwind, "sync")
        clock.forward(seconds=1)
    seen: list[str] = []
    asked = ListAccess(limit=2)
    while True:
        page = credentials.access(asked)
        assert not isinstance(page, Refused)
        seen += [each.access_id for each in page.entries]
        if page.next_cursor is None:
            break
        asked = replace(asked, cursor=page.next_cursor)
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize(
    ("purpose", "address", "field"),
    [("curiosity", None, "purpose"), ("sync", "nowhere", "address"), ("sync", "fe80::1%eth0", "address")],
)
def test_a_use_that_cannot_be_logged_is_refused(
    credentials: Credentials, northwind: str, purpose: str, address: str | None, field: str
) -> None:
    refused = credentials.open(northwind, purpose, address)
    assert isinstance(refused, Refused)
    assert refused.field == field


def test_a_revoked_login_is_neither_used_nor_kept(
    credentials: Credentials, zuora_server: ZuoraServer, northwind: str, ledger: Ledger
) -> None:
    credentials.save(northwind, zuora_server.login)
    assert credentials.revoke(northwind) == Revoked(northwind)
    for refused in (
        credentials.open(northwind, "sync"), credentials.get(northwind), credentials.revoke(northwind),
    ):  # fmt: skip
        assert isinstance(refused, Refused)
        assert refused.fault is Fault.NOT_FOUND
    assert bytes(rows(ledger)[0].ciphertext) == b""
    assert credentials.save(northwind, zuora_server.login) == Saved(northwind, 2, changed=True)
    assert events(ledger, "CredentialSaved") == [["success"], ["success"]]


def test_credentials_are_shown_without_secret_and_whole_client_id(
    credentials: Credentials, zuora_server: ZuoraServer, northwind: str, clock: Clock
) -> None:
    client = "0123456789abcdef0123456789abcdef"
    zuora_server.clients[client] = ROTATED
    login = Login(zuora_server.url, client, ROTATED)
    credentials.save(northwind, zuora_server.login)
    clock.forward(days=1)
    credentials.save(northwind, login)
    view = credentials.get(northwind)
    assert not isinstance(view, Refused)
    assert (view.version, view.base_url, view.client_id, view.key_id) == (
        2,
        zuora_server.url,
        "0123...cdef",
        "old",
    )
    in_use, every = credentials.list(), credentials.list(ListCredentials(customer_id=northwind, ended=True))
    assert not isinstance(in_use, Refused)
    assert not isinstance(every, Refused)
    assert in_use.credentials == (view,)
    assert [each.version for each in every.credentials] == [2, 1]
    for shown in (repr(view), repr(every)):
        assert ROTATED not in shown
        assert client not in shown


def test_a_ciphertext_of_another_customer_is_not_used(
    credentials: Credentials, zuora_server: ZuoraServer, northwind: str, operations: Operations, owner: Engine
) -> None:
    made = Customers(operations).create(NewCustomer(name="Other"))
    assert isinstance(made, CreatedCustomer)
    credentials.save(northwind, zuora_server.login)
    credentials.save(made.customer_id, replace(zuora_server.login))
    with owner.begin() as connection:
        connection.execute(
            text(
                "update credential set ciphertext = (select c.ciphertext from credential as c "
                "where c.customer_id = :one) where customer_id = :other"
            ),
            {"one": northwind, "other": made.customer_id},
        )  # fmt: skip
    refused = credentials.open(made.customer_id, "sync")
    assert isinstance(refused, Refused)
    assert "cannot be read" in refused.reason
    assert isinstance(credentials.open(northwind, "sync"), Login)


def test_without_keys_nothing_is_saved_or_opened_and_everything_is_shown(
    operations: Operations, credentials: Credentials, zuora_server: ZuoraServer, northwind: str
) -> None:
    credentials.save(northwind, zuora_server.login)
    without = Credentials(operations, None, allow=(zuora_server.host,))
    for refused in (
        without.save(northwind, zuora_server.login), without.open(northwind, "sync"), without.reencrypt(),
    ):  # fmt: skip
        assert isinstance(refused, Refused)
    assert without.get(northwind) == credentials.get(northwind)


def test_a_login_of_a_lost_key_is_named_and_can_be_saved_anew(
    operations: Operations, credentials: Credentials, zuora_server: ZuoraServer, northwind: str,
    connect: Callable[[Login], Zuora],
) -> None:  # fmt: skip
    credentials.save(northwind, zuora_server.login)
    other = Credentials(
        operations, CredentialKeys("new", {"new": NEW}), allow=(zuora_server.host,), connect=connect
    )
    refused = other.open(northwind, "sync")
    assert isinstance(refused, Refused)
    assert "names the key old" in refused.reason
    done = other.reencrypt()
    assert not isinstance(done, Refused)
    assert (done.reencrypted, done.left) == (0, {"old": 1})
    assert [(each.customer_id, each.version, each.key_id) for each in done.unreadable] == [
        (northwind, 1, "old")
    ]
    assert isinstance(other.save(northwind, zuora_server.login), Saved)
    assert other.open(northwind, "sync") == zuora_server.login


def test_keys_change_in_batches_and_others_work_in_between(
    operations: Operations, credentials: Credentials, zuora_server: ZuoraServer,
    connect: Callable[[Login], Zuora], ledger: Ledger,
) -> None:  # fmt: skip
    customers: list[str] = []
    for number in range(5):
        made = Customers(operations).create(NewCustomer(name=f"Customer {number}"))
        assert isinstance(made, CreatedCustomer)
        customers.append(made.customer_id)
        credentials.save(made.customer_id, zuora_server.login)
    both = CredentialKeys("new", {"new": NEW, "old": OLD})
    after = Credentials(operations, both, allow=(zuora_server.host,), connect=connect)
    seen: list[int] = []

    def progress(done: int) -> None:
        seen.append(done)
        for each in customers:
            assert after.open(each, "sync") == zuora_server.login
        if done == 2:
            rotated(zuora_server)
            assert isinstance(credentials.save(customers[0], zuora_server.login), Saved)
            zuora_server.clients["client-1"] = SECRET
            assert isinstance(credentials.save(customers[0], zuora_server.login), Saved)

    done = after.reencrypt(2, progress=progress)
    assert not isinstance(done, Refused)
    assert (seen[-1], done.unreadable) == (done.reencrypted, ())
    again = after.reencrypt(2)
    assert not isinstance(again, Refused)
    assert (again.left, done.reencrypted + again.reencrypted in {5, 6}) == ({}, True)
    only = Credentials(operations, CredentialKeys("new", {"new": NEW}), allow=(zuora_server.host,))
    assert [only.open(each, "sync") for each in customers] == [zuora_server.login] * 5
    audit = ledger.rows("select details from audit_log where action = 'credential.reencrypted'")
    assert sum(row.details["credentials"] for row in audit) == done.reencrypted + again.reencrypted


@pytest.mark.parametrize("size", [0, -1, 1001])
def test_a_batch_has_a_size(credentials: Credentials, size: int) -> None:
    assert isinstance(credentials.reencrypt(size), Refused)


def test_an_erasure_leaves_nothing_of_the_login(
    credentials: Credentials, zuora_server: ZuoraServer, northwind: str, operations: Operations,
    ledger: Ledger, clock: Clock,
) -> None:  # fmt: skip
    credentials.save(northwind, zuora_server.login)
    clock.forward(days=1)
    credentials.save(northwind, rotated(zuora_server))
    clock.forward(days=1)
    assert not isinstance(Customers(operations).erase(northwind), Refused)
    for row in rows(ledger):
        assert (bytes(row.ciphertext), row.base_url, row.client_id, row.fingerprint) == (
            b"",
            None,
            None,
            "erased",
        )
        assert row.stop is not None
    assert isinstance(credentials.open(northwind, "sync"), Refused)
    assert isinstance(credentials.save(northwind, zuora_server.login), Refused)


def test_a_deleted_customers_login_is_not_used(
    credentials: Credentials, zuora_server: ZuoraServer, northwind: str, operations: Operations
) -> None:
    credentials.save(northwind, zuora_server.login)
    Customers(operations).delete(northwind, "closed")
    refused = credentials.open(northwind, "sync")
    assert isinstance(refused, Refused)
    assert "deleted" in refused.reason
    assert isinstance(credentials.revoke(northwind), Revoked)


def test_customers_that_are_not_there_are_refused_before_zuora_is_asked(
    credentials: Credentials, zuora_server: ZuoraServer
) -> None:
    for unknown in (uuid4().hex, "nobody"):
        for refused in (
            credentials.save(unknown, zuora_server.login), credentials.open(unknown, "sync"),
            credentials.revoke(unknown), credentials.get(unknown),
        ):  # fmt: skip
            assert isinstance(refused, Refused)
            assert refused.fault is Fault.NOT_FOUND
    assert zuora_server.requests == []


def test_another_company_sees_nothing(
    credentials: Credentials, zuora_server: ZuoraServer, northwind: str, keys: CredentialKeys,
    operations_of: Callable[[str], Operations],
) -> None:  # fmt: skip
    credentials.save(northwind, zuora_server.login)
    credentials.open(northwind, "sync")
    other = Credentials(operations_of("bolt"), keys)
    assert isinstance(other.open(northwind, "sync"), Refused)
    listed, log = other.list(), other.access()
    assert not isinstance(listed, Refused)
    assert not isinstance(log, Refused)
    assert (listed.credentials, log.entries) == ((), ())


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("viewer", ""),
        ("accountant", ""),
        ("auditor", "reads"),
        ("integrator", "manages uses"),
        ("administrator", "manages uses reads"),
    ],
)
def test_each_role_may_do_its_part(
    app: Engine, keys: CredentialKeys, credentials: Credentials, zuora_server: ZuoraServer,
    connect: Callable[[Login], Zuora], northwind: str, role: str, allowed: str,
) -> None:  # fmt: skip
    manages, uses, reads = (each in allowed for each in ("manages", "uses", "reads"))
    credentials.save(northwind, zuora_server.login)
    asked = zuora_server.asked(TOKEN)
    caller = Caller(tenant_id="acme", actor="ida", permissions=ROLES[role])
    own = Credentials(Operations(app, caller), keys, allow=(zuora_server.host,), connect=connect)
    may = {
        "get": own.get(northwind), "list": own.list(), "validate": own.validate(zuora_server.login),
        "save": own.save(northwind, zuora_server.login), "reencrypt": own.reencrypt(),
    }  # fmt: skip
    assert {name: not isinstance(result, Refused) for name, result in may.items()} == dict.fromkeys(
        may, manages
    )
    assert isinstance(own.open(northwind, "sync"), Login) is uses
    assert isinstance(own.access(), Refused) is not reads
    assert isinstance(own.revoke(northwind), Revoked) is manages
    assert manages or zuora_server.asked(TOKEN) == asked


def test_no_secret_is_written_or_logged_anywhere(
    credentials: Credentials, zuora_server: ZuoraServer, northwind: str, operations: Operations,
    owner: Engine, connect: Callable[[Login], Zuora], caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    results: list[object] = [credentials, operations]
    results.append(credentials.save(northwind, replace(zuora_server.login, client_secret="wr0ng-s3cr3t")))
    results.append(credentials.save(northwind, zuora_server.login, Note(key="k", reason="first")))
    results.append(credentials.open(northwind, "sync"))
    results.append(credentials.save(northwind, rotated(zuora_server), Note(key="l")))
    both = CredentialKeys("new", {"new": NEW, "old": OLD})
    results.append(Credentials(operations, both, connect=connect).reencrypt())
    results.append(credentials.open(northwind, "support"))
    results.append(credentials.list(ListCredentials(ended=True)))
    shown = repr(results) + caplog.text + "".join(capfd.readouterr()) + everything(owner)
    for hidden in (SECRET, ROTATED, "wr0ng-s3cr3t", "t0k3n"):
        assert hidden not in shown
        assert hidden.encode().hex() not in shown


def test_zuora_is_never_asked_within_a_transaction(
    app: Engine, operations: Operations, keys: CredentialKeys, zuora_server: ZuoraServer, northwind: str,
    connect: Callable[[Login], Zuora],
) -> None:  # fmt: skip
    busy: list[int] = []

    def watched(login: Login) -> Zuora:
        busy.append(app.pool.checkedout())  # type: ignore[attr-defined] # of the pool that engines have
        return connect(login)

    credentials = Credentials(operations, keys, allow=(zuora_server.host,), connect=watched)
    credentials.save(northwind, zuora_server.login)
    credentials.save(northwind, replace(zuora_server.login, client_secret="wr0ng"))
    credentials.validate_saved(northwind)
    credentials.validate(zuora_server.login)
    assert busy == [0, 0, 0, 0]


def test_an_import_whose_customer_got_a_credential_is_not_undone(
    credentials: Credentials, zuora_server: ZuoraServer, operations: Operations, tmp_path: Path
) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("external_id,name\nA-1,Northwind\n", "utf-8")
    imports = Imports(operations)
    done = imports.run(ImportCustomers(path=path))
    assert not isinstance(done, Refused)
    customers = Customers(operations).list()
    assert not isinstance(customers, Refused)
    customer_id = customers.customers[0].customer_id
    assert isinstance(credentials.save(customer_id, zuora_server.login), Saved)
    assert done.import_batch_id is not None
    refused = imports.undo(done.import_batch_id)
    assert isinstance(refused, Refused)
    assert "used after the import" in refused.reason
    assert credentials.open(customer_id, "sync") == zuora_server.login
