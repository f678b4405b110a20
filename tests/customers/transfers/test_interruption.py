"""An import whose connection breaks at any statement leaves no row without its event, and goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import event, text

from ledgerscope.customers.audit import AuditKeys, verification
from ledgerscope.customers.operations import Caller, Note, Operations
from ledgerscope.customers.transfers import Counts, ImportCustomers, ImportResult, Imports, Undone
from ledgerscope.store.engine import create_engine
from ledgerscope.store.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from tests.customers.conftest import Clock, Ledger

KEYS = AuditKeys("k", {"k": b"k" * 32})
BEFORE = "external_id,name\nn-1,Old\n"
TEXT = "external_id,name\nn-1,New\nn-2,\nn-3,Third\n"


class Breaking:
    """An engine's connections, of which the server ends one before the given statement, counted from 1."""

    def __init__(self, engine: Engine, administration: Engine) -> None:
        self.at = 0
        self.passed = 0
        self._administration = administration
        event.listen(engine, "before_cursor_execute", self._count)
        event.listen(engine, "commit", self._count)

    def _count(self, connection: Connection, *_: Any) -> None:
        self.passed += 1
        if self.passed == self.at:
            backend = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr] # connected
            with self._administration.connect() as other:
                other.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": backend})


def consistent(ledger: Ledger) -> None:
    """Every customer has as many events and audit entries as the imports' own record says it has changes."""
    changes = ledger.count("import_change")
    (audited,) = ledger.rows(
        "select count(*) as n from audit_log where action in ('customer.created', 'customer.updated')"
    )
    (told,) = ledger.rows(
        "select count(*) as n from event where event_type in ('CustomerCreated', 'CustomerUpdated')"
    )
    assert audited.n == told.n == changes
    (done,) = ledger.rows("select sum(rows_created + rows_updated) as n from import_batch")
    assert (done.n or 0) == changes


def test_an_import_with_a_key_goes_on_after_a_break_at_any_statement(
    app_url: str, administration: Engine, ledger: Ledger, clock: Clock, tmp_path: Path
) -> None:
    engine = create_engine(app_url, pool_size=1)
    imports = Imports(
        Operations(engine, Caller(tenant_id="acme", actor="anna"), clock=clock, audit_keys=KEYS)
    )
    path = tmp_path / "customers.csv"
    path.write_text(BEFORE)
    imports.run(ImportCustomers(path=path))
    path.write_text(TEXT)
    breaking = Breaking(engine, administration)
    while True:
        breaking.at, breaking.passed = breaking.at + 1, 0
        try:
            done = imports.run(ImportCustomers(path=path), Note(key="once"))
        except StoreError:
            consistent(ledger)
            continue
        if breaking.passed < breaking.at:
            break
    breaking.at = 0
    assert breaking.passed > 3
    assert isinstance(done, ImportResult)
    assert (done.outcome, done.counts) == ("partial", Counts(created=1, updated=1, failed=1))
    consistent(ledger)
    assert ledger.count("import_batch") == 2
    (finished,) = ledger.rows("select count(*) as n from event where event_type = 'CustomersImported'")
    assert finished.n == 2
    with ledger.owner.connect() as connection:
        assert verification.verify_log(connection, "acme", KEYS).sound
    engine.dispose()


def test_an_undoing_that_breaks_at_any_statement_undoes_nothing(
    app_url: str, administration: Engine, ledger: Ledger, clock: Clock, tmp_path: Path
) -> None:
    engine = create_engine(app_url, pool_size=1)
    imports = Imports(
        Operations(engine, Caller(tenant_id="acme", actor="anna"), clock=clock, audit_keys=KEYS)
    )
    path = tmp_path / "customers.csv"
    path.write_text(BEFORE)
    imports.run(ImportCustomers(path=path))
    path.write_text(TEXT)
    clock.forward(minutes=1)
    done = imports.run(ImportCustomers(path=path))
    assert isinstance(done, ImportResult)
    assert done.import_batch_id is not None
    clock.forward(minutes=1)
    query = "select customer_id, name, updated_at, deleted_at from customer order by 1"
    before = ledger.rows(query), ledger.count("audit_log"), ledger.count("event")
    breaking = Breaking(engine, administration)
    while True:
        breaking.at, breaking.passed = breaking.at + 1, 0
        try:
            undone = imports.undo(done.import_batch_id)
        except StoreError:
            assert (ledger.rows(query), ledger.count("audit_log"), ledger.count("event")) == before
            continue
        break
    assert breaking.at > 8
    assert undone == Undone(done.import_batch_id, erased=1, restored=1)
    engine.dispose()
