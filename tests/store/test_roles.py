"""Rights: a tenant is alone with its rows, the exporter only reads, and nobody's login owns anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, func, make_url, select, text

from ledgerscope.store import data_check, migrations, roles
from ledgerscope.store import tables as t
from ledgerscope.store.engine import OWNER, Session, begin_as, create_engine
from ledgerscope.store.errors import MissingRight, ReadOnly
from ledgerscope.store.unread import NOT_READ, READ

if TYPE_CHECKING:
    from collections.abc import Callable

TENANT_TABLES = [table for table in t.metadata.tables.values() if "tenant_id" in table.columns]
WRITES = [
    "INSERT INTO tenant SELECT 'x', 'x', 'UTC', 'EUR', '{}', now()",
    "INSERT INTO event (tenant_id, event_type, occurred_at) VALUES ('acme', 'CustomerCreated', now())",
    "INSERT INTO currency VALUES ('XTS', 2)",
    "UPDATE customer SET credit_hold = true",
    "UPDATE ledgerscope_version SET version_num = '0'",
    "DELETE FROM invoice_due",
    "DELETE FROM event",
    "TRUNCATE payment CASCADE",
    "ALTER TABLE customer DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE event DISABLE TRIGGER append_only",
    "DROP TABLE customer CASCADE",
    "DROP POLICY seen_by_exporter ON customer",
    "CREATE TABLE stolen AS SELECT * FROM customer",
    "SELECT nextval(pg_get_serial_sequence('event', 'event_id'))",
    "SELECT FROM customer FOR UPDATE",
]


@pytest.mark.parametrize("write", WRITES)
def test_the_exporter_cannot_write(business: Engine, exporter: Engine, write: str) -> None:
    with pytest.raises(MissingRight), exporter.begin() as c:
        c.exec_driver_sql(write)


def test_a_reading_session_refuses_writes_before_any_right_is_asked(business: Engine, owner_url: str) -> None:
    engine = create_engine(owner_url, Session(read_only=True), pool_size=0)
    with pytest.raises(ReadOnly), engine.begin() as c:
        c.exec_driver_sql("UPDATE customer SET credit_hold = true")


def test_the_exporter_sees_all_tenants(business: Engine, exporter: Engine) -> None:
    assert tenants_seen(exporter) == ["acme", "globex"]


def test_the_exporter_can_be_limited_to_some_tenants(business: Engine, exporter_url: str) -> None:
    engine = create_engine(exporter_url, Session(tenants=("globex", "nobody")), pool_size=0)
    assert tenants_seen(engine) == ["globex"]


def tenants_seen(engine: Engine) -> list[str]:
    with engine.connect() as c:
        return list(c.execute(select(t.customer.c.tenant_id).order_by("tenant_id")).scalars())


def test_every_tenant_table_is_under_row_level_security(owner: Engine) -> None:
    with owner.connect() as c:
        rows = c.exec_driver_sql("""
            SELECT relname, array(
                SELECT polname::text FROM pg_policy WHERE polrelid = it.oid ORDER BY 1) AS policies
            FROM pg_class AS it WHERE relrowsecurity AND relnamespace = current_schema()::regnamespace
        """).all()
    assert {row.relname for row in rows} == {table.name for table in TENANT_TABLES}
    policies = {row.relname: tuple(row.policies) for row in rows}
    hidden = {table.name: policies.pop(table.name) for table in TENANT_TABLES if table.name not in READ}
    assert set(hidden.values()) == {("of_tenant",)}
    assert set(policies.values()) == {("of_tenant", "seen_by_exporter")}


def test_the_exporter_may_select_what_is_read_and_nothing_else(owner: Engine) -> None:
    with owner.connect() as c:
        rows = c.execute(
            text("""
                select relname, attname, has_column_privilege(:role, pg_class.oid, attnum, 'select') as open
                from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
                where relnamespace = current_schema()::regnamespace and relkind in ('r', 'v', 'm')
            """),
            {"role": roles.EXPORTER},
        ).all()
    expected = {(name, column.name) for name in READ for column in t.metadata.tables[name].columns}
    expected -= {(name, column) for name, unread in NOT_READ.items() for column in unread}
    expected.add(("ledgerscope_version", "version_num"))
    assert {(row.relname, row.attname) for row in rows if row.open} == expected


@pytest.mark.parametrize(
    "wanted",
    [
        "email FROM customer",
        "name FROM customer",
        "phone FROM customer",
        "address FROM customer",
        "search_text FROM customer",
        "* FROM customer",
        "customer FROM customer",
        "ciphertext FROM credential",
        "client_id FROM credential",
        "details FROM audit_log",
        "user_id FROM event",
        "FROM credential_access",
        "FROM contact",
        "FROM communication",
        "FROM interaction",
        "FROM customer_setting",
        "FROM import_row_error",
        "FROM audit_remark",
        "FROM request_secret",
        "FROM operation_request",
    ],
)
def test_the_exporter_reads_no_personal_data_no_text_and_no_secret(
    business: Engine, exporter: Engine, wanted: str
) -> None:
    with pytest.raises(MissingRight), exporter.connect() as c:
        c.exec_driver_sql(f"SELECT {wanted}")


def test_an_upgrade_takes_back_what_the_exporter_could_read_before(owner_url: str, exporter: Engine) -> None:
    engine = create_engine(owner_url, OWNER, pool_size=0)
    with engine.begin() as c:
        c.exec_driver_sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {roles.EXPORTER}")
        c.exec_driver_sql(f"GRANT SELECT (email), UPDATE (email) ON customer TO {roles.EXPORTER}")
        c.exec_driver_sql(f"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {roles.EXPORTER}")
        c.exec_driver_sql("CREATE POLICY seen_by_exporter ON contact FOR SELECT USING (true)")
    migrations.upgrade(owner_url)
    with engine.begin() as c:
        c.exec_driver_sql("CREATE TABLE later (n integer)")
        assert not c.exec_driver_sql(
            "SELECT FROM pg_policy WHERE polrelid = 'contact'::regclass AND polname = 'seen_by_exporter'"
        ).all()
    for wanted in ("email FROM customer", "FROM contact", "n FROM later"):
        with pytest.raises(MissingRight), exporter.connect() as c:
            c.exec_driver_sql(f"SELECT {wanted}")
    with exporter.connect() as c:
        c.exec_driver_sql("SELECT status FROM customer")


def test_a_check_of_rows_that_the_exporter_may_not_do_is_of_dates_that_our_tables_refuse(
    exporter: Engine,
) -> None:
    refused = set()
    for check in data_check.CHECKS:
        try:
            with exporter.connect() as c:
                c.exec_driver_sql(check.faults)
        except MissingRight:
            refused.add(check.name)
    assert {name.partition(":")[0] for name in refused} == {"not finite"}


def test_the_application_sees_only_the_tenant_it_names(business: Engine, app: Engine) -> None:
    with begin_as(app, "acme") as c:
        seen = {table.name: set(c.execute(select(table.c.tenant_id)).scalars()) for table in TENANT_TABLES}
    assert {name for name, tenants in seen.items() if tenants} >= {
        "tenant",
        "customer",
        "invoice",
        "event",
        "audit_log",
    }
    assert set().union(*seen.values()) == {"acme"}


def test_the_application_sees_nothing_without_a_tenant(business: Engine, app: Engine) -> None:
    with app.connect() as c:
        assert c.execute(select(func.count()).select_from(t.customer)).scalar_one() == 0


def test_the_application_forgets_the_tenant_with_the_transaction(business: Engine, app: Engine) -> None:
    with begin_as(app, "acme") as c:
        assert c.execute(select(func.count()).select_from(t.customer)).scalar_one() == 1
    with app.connect() as c:
        assert c.execute(select(func.count()).select_from(t.customer)).scalar_one() == 0


def test_the_application_cannot_write_for_another_tenant(
    business: Engine, app: Engine, add: Callable[..., None]
) -> None:
    with pytest.raises(MissingRight, match="row-level security"), begin_as(app, "acme") as c:
        add(c, t.customer, tenant_id="globex", customer_id="c9", external_id="C-9")
    with begin_as(app, "acme") as c:
        assert c.exec_driver_sql("UPDATE customer SET credit_hold = true").rowcount == 1
        assert c.exec_driver_sql("DELETE FROM contact WHERE tenant_id = 'globex'").rowcount == 0


def test_the_application_can_do_its_work_triggers_included(
    business: Engine, app: Engine, add: Callable[..., None]
) -> None:
    with begin_as(app, "acme") as c:
        add(c, t.allocation, allocation_id="a1", from_id="p1", invoice_id="i1")
        add(c, t.event, event_type="PaymentSucceeded")
        add(c, t.audit_log)
        settled = c.execute(select(t.invoice_due.c.settled_on)).scalar_one()
    assert settled is not None


@pytest.mark.parametrize("table", t.APPEND_ONLY, ids=lambda table: table.name)
@pytest.mark.parametrize("change", ["UPDATE {} SET tenant_id = 'acme'", "DELETE FROM {}"])
def test_the_application_has_no_right_to_change_what_is_append_only(
    business: Engine, app: Engine, table: object, change: str
) -> None:
    with pytest.raises(MissingRight), begin_as(app, "acme") as c:
        c.exec_driver_sql(change.format(table))


@pytest.mark.parametrize(
    "columns", ["event_id, tenant_id, event_type, labels, occurred_at", "xid, tenant_id, event_type"]
)
def test_the_application_cannot_choose_what_the_server_gives_an_event(
    business: Engine, app: Engine, columns: str
) -> None:
    with pytest.raises(MissingRight, match="permission denied for table event"), begin_as(app, "acme") as c:
        c.exec_driver_sql(f"INSERT INTO event ({columns}) SELECT {columns} FROM event")  # noqa: S608 - names above


def test_the_tables_belong_to_the_owner_role(owner: Engine) -> None:
    with owner.connect() as c:
        owners = c.execute(
            text("select distinct tableowner from pg_tables where schemaname = current_schema()")
        ).scalars()
        assert set(owners) == {roles.OWNER}


def test_tables_of_a_later_migration_are_the_applications_from_the_start(
    owner: Engine, app: Engine, exporter: Engine
) -> None:
    with owner.begin() as c:
        c.exec_driver_sql("CREATE TABLE later (n integer)")
    with app.connect() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM later").scalar_one() == 0
    with pytest.raises(MissingRight), exporter.connect() as c:
        c.exec_driver_sql("SELECT count(*) FROM later")


@pytest.fixture
def plain_login(administration: Engine, server_url: str) -> str:
    """A database whose owner may create tables in it but no roles in the cluster; returns its owner's URL."""
    with administration.connect() as c:
        c.exec_driver_sql("DROP DATABASE IF EXISTS plain WITH (FORCE)")
        c.exec_driver_sql("DROP ROLE IF EXISTS plain")
        c.exec_driver_sql("CREATE ROLE plain LOGIN")
        c.exec_driver_sql("CREATE DATABASE plain OWNER plain TEMPLATE template0")
    return make_url(server_url).set(database="plain", username="plain").render_as_string()


def test_a_login_that_may_not_administer_roles_upgrades_all_the_same_and_is_told(
    plain_login: str, business: Engine, add: Callable[..., None]
) -> None:
    done = migrations.upgrade(plain_login)
    assert len(done.notes) == 1
    assert "as an administrator run: GRANT ledgerscope_owner TO plain" in done.notes[0]
    engine = create_engine(plain_login, OWNER, pool_size=0)
    with engine.begin() as c:
        c.exec_driver_sql(WRITES[0])
        assert c.execute(select(t.tenant.c.tenant_id)).scalars().all() == ["x"]
        assert (
            c.exec_driver_sql("SELECT tableowner FROM pg_tables WHERE tablename = 'event'").scalar_one()
            == "plain"
        )


def test_tables_that_belong_to_a_login_stay_with_it_when_it_may_be_the_owner_later(
    plain_login: str, administration: Engine
) -> None:
    migrations.upgrade(plain_login)
    with administration.connect() as c:
        c.exec_driver_sql("GRANT ledgerscope_owner TO plain")
    try:
        again = migrations.upgrade(plain_login)
    finally:
        with administration.connect() as c:
            c.exec_driver_sql("REVOKE ledgerscope_owner FROM plain")
    assert again.before == again.after
    assert "REASSIGN OWNED BY plain TO ledgerscope_owner" in again.notes[0]


@pytest.mark.parametrize(
    "write",
    [
        "INSERT INTO tenant SELECT 'new', name, timezone, base_currency, settings, created_at FROM tenant",
        "UPDATE tenant SET timezone = 'UTC'",
        "DELETE FROM exporter_checkpoint",
        "UPDATE customer_status_history SET to_status = 'blocked'",
        "DELETE FROM customer_status_history",
        "UPDATE audit_verification SET faults = 0",
        "UPDATE operation_request SET at = now()",
        "UPDATE request_secret SET secret = secret",
        "DELETE FROM audit_remark",
        "UPDATE audit_remark SET digest = digest",
        "UPDATE operation_request SET content_hash = ''",
        "DELETE FROM number_series",
    ],
)
def test_the_application_may_not_rewrite_what_operations_keep(
    business: Engine, app: Engine, write: str
) -> None:
    with pytest.raises(MissingRight), begin_as(app, "acme") as c:
        c.exec_driver_sql(write)
