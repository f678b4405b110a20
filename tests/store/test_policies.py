"""The policies of row-level security, looked through by pgrls: a linter, and a prover that reads no row."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import pytest
from pgrls.cli import _run_rules  # no public function applies the configuration
from pgrls.config import load_config
from pgrls.introspect import introspect
from pgrls.verify import build_verification
from sqlalchemy import Engine, text

from ledgerscope.store import roles
from ledgerscope.store import tables as t
from ledgerscope.store.engine import begin_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgrls.model import Schema
    from sqlalchemy import Connection

CONFIGURATION = Path(__file__).parents[2] / "pgrls.toml"
OF_TENANT = {table.name for table in t.metadata.tables.values() if "tenant_id" in table.columns}
HOLES = {
    "no policy": "DROP POLICY of_tenant ON invoice; DROP POLICY seen_by_exporter ON invoice",
    "row-level security off": "ALTER TABLE invoice DISABLE ROW LEVEL SECURITY",
    "every row": "ALTER POLICY of_tenant ON invoice USING (true)",
    "every new row": "ALTER POLICY of_tenant ON invoice WITH CHECK (true)",
    "everybody": "ALTER POLICY of_tenant ON invoice TO PUBLIC",
    "a view with the owner's eyes": """
        CREATE VIEW seen AS SELECT * FROM invoice; GRANT SELECT ON seen TO PUBLIC
    """,
    "a function with the owner's rights": """
        CREATE FUNCTION seen() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM invoice'
    """,
}
LEAKS = {
    "every row": ("cross-tenant", "ALTER POLICY of_tenant ON invoice USING (true)"),
    "one more policy": ("cross-tenant", "CREATE POLICY more ON invoice TO ledgerscope_app USING (true)"),
    "every row without a company": (
        "anon",
        "ALTER POLICY of_tenant ON invoice TO PUBLIC USING "
        "(tenant_id = current_setting('ledgerscope.tenant_id', true) "
        "OR current_setting('ledgerscope.tenant_id', true) IS NULL)",
    ),
    "every new row": ("write", "ALTER POLICY of_tenant ON invoice WITH CHECK (true)"),
}  # fmt: skip


@pytest.fixture
def connection(shared: Engine) -> Iterator[Connection]:
    """A transaction that is rolled back: what it changes stays locked until then."""
    with shared.connect() as connection:
        yield connection


def schema_of(connection: Connection) -> Schema:
    return introspect(cast("Any", connection.connection.driver_connection), schemas=["public"])


def findings(connection: Connection) -> list[str]:
    found = _run_rules(schema_of(connection), config=load_config(CONFIGURATION))
    connection.rollback()
    return [f"{each.rule_id} {each.location}" for each in found]


def verdicts(connection: Connection, mode: Literal["anon", "cross-tenant", "write"]) -> dict[str, str]:
    """What is proven of each table, without the exporter's policies: those are for all companies."""
    for name in OF_TENANT:
        connection.exec_driver_sql(f"DROP POLICY IF EXISTS seen_by_exporter ON {name}")
    verification = build_verification(schema_of(connection), mode=mode)
    connection.rollback()
    return {table.qualified_name.removeprefix("public."): table.verdict for table in verification.tables}


def test_the_linter_finds_nothing_in_a_fresh_database(connection: Connection) -> None:
    assert findings(connection) == []


@pytest.mark.parametrize("hole", HOLES)
def test_the_linter_finds_a_hole(connection: Connection, hole: str) -> None:
    connection.exec_driver_sql(HOLES[hole])
    assert findings(connection), hole


@pytest.mark.parametrize("mode", ["anon", "cross-tenant", "write"])
def test_every_table_of_companies_is_proven_to_keep_them_apart(
    connection: Connection, mode: Literal["anon", "cross-tenant", "write"]
) -> None:
    assert verdicts(connection, mode) == dict.fromkeys(OF_TENANT, "isolated")


@pytest.mark.parametrize("leak", LEAKS)
def test_the_prover_finds_a_leak(connection: Connection, leak: str) -> None:
    mode, statement = LEAKS[leak]
    connection.exec_driver_sql(statement)
    found = verdicts(connection, cast("Any", mode))
    assert {name for name, verdict in found.items() if verdict != "isolated"} == {"invoice"}


def test_no_role_of_ours_passes_by_the_policies_and_the_owner_cannot_log_in(connection: Connection) -> None:
    rows = connection.execute(
        text("""
            select rolname, rolcanlogin, rolsuper or rolbypassrls as passes,
                   (select count(*) from pg_auth_members where member = pg_roles.oid) as member_of
            from pg_roles where rolname = any(:ours)
        """),
        {"ours": list(roles.ROLES)},
    )
    assert sorted(map(tuple, rows)) == [(name, False, False, 0) for name in sorted(roles.ROLES)]


def test_only_functions_with_a_reason_run_with_the_owners_rights_and_no_table_is_seen_through_a_view(
    connection: Connection,
) -> None:
    functions = connection.execute(
        text("""
            select proname from pg_proc where prosecdef and pronamespace = current_schema()::regnamespace
        """)
    ).scalars()
    audited = {
        name.removeprefix("public.")
        for name in load_config(CONFIGURATION).rule_options["SEC014"]["allowlist"]
    }
    assert set(functions) == audited
    assert not connection.execute(
        text("select viewname from pg_views where schemaname = current_schema()")
    ).all()


def test_an_exporter_of_one_company_does_not_see_another_by_naming_it(
    business: Engine, exporter: Engine
) -> None:
    with begin_as(exporter, "acme") as connection:
        connection.exec_driver_sql("SET LOCAL ledgerscope.tenants = 'globex'")
        assert set(connection.execute(text("select tenant_id from customer")).scalars()) == {"globex"}
