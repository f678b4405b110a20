"""Who may do what: the three roles, their rights on every table, and what the exporter sees.

Run around every migration, inside its transaction. Roles belong to the whole cluster: they are made when
missing, and where the login may not make them the tables stay with the login and a note says what to run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from ledgerscope.store import tables
from ledgerscope.store.errors import MissingRight
from ledgerscope.store.tables.base import VERSION_TABLE
from ledgerscope.store.unread import NOT_READ, READ

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Table

OWNER: Final = "ledgerscope_owner"
APP: Final = "ledgerscope_app"
EXPORTER: Final = "ledgerscope_exporter"
ROLES: Final = (OWNER, APP, EXPORTER)

_CREATE: Final = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        CREATE ROLE {role} NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another database was quicker
END $$
"""
_READ_BY_ALL: Final = frozenset({"currency", VERSION_TABLE})
_APP_MAY: Final = {
    "tenant": "SELECT, UPDATE (name, settings)",
    "exporter_checkpoint": "SELECT",
    "customer_status_history": "SELECT, INSERT, UPDATE (reason)",
    "audit_verification": "SELECT, INSERT",
    "number_series": "SELECT, INSERT, UPDATE (last)",
    "operation_request": "SELECT, INSERT, UPDATE (result), DELETE",
    "request_secret": "SELECT",
    "audit_remark": "SELECT, INSERT, UPDATE (salt, reason, comment, erased_at)",
}
"""What the application may do where that is less than with other tables."""
_GIVEN_BY_SERVER: Final = frozenset({"event_id", "xid", "recorded_at"})
_SEEN_BY_EXPORTER: Final = """FOR SELECT TO ledgerscope_exporter USING (
    (SELECT coalesce(current_setting('ledgerscope.tenants', true), '') = '')
    OR tenant_id = ANY ((SELECT string_to_array(current_setting('ledgerscope.tenants', true), ','))::text[])
)"""


def become_owner(connection: Connection) -> tuple[str, ...]:
    """Make the roles and be the owner until the transaction ends; notes say where the login may not."""
    holder = _holder(connection)
    if holder not in {None, OWNER}:
        cure = f"as an administrator in this database: REASSIGN OWNED BY {holder} TO {OWNER}"
        return (f"the tables belong to {holder}; to hand them over run, {cure}",)
    try:
        with connection.begin_nested():
            for statement in _administration(connection):
                connection.exec_driver_sql(statement)
    except MissingRight as refused:
        return (_ask_an_administrator(connection, refused),)
    return ()


def grant(connection: Connection) -> None:
    """Give the application and the exporter their rights; does nothing for roles that do not exist."""
    for role, statements in ((APP, _app_rights()), (EXPORTER, _exporter_rights())):
        if _exists(connection, role):
            for statement in statements:
                connection.exec_driver_sql(statement)


def _administration(connection: Connection) -> Iterator[str]:
    schema, database = connection.execute(
        text("select quote_ident(current_schema()), quote_ident(current_database())")
    ).one()
    yield from (_CREATE.format(role=role) for role in ROLES)
    yield f"GRANT CREATE ON DATABASE {database} TO {OWNER}"
    yield f"GRANT USAGE, CREATE ON SCHEMA {schema} TO {OWNER}"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {APP}, {EXPORTER}"
    yield f"SET LOCAL ROLE {OWNER}"


def _ask_an_administrator(connection: Connection, refused: MissingRight) -> str:
    missing = [role for role in ROLES if not _exists(connection, role)]
    login = connection.execute(text("select quote_ident(current_user)")).scalar_one()
    cure = "; ".join(f"CREATE ROLE {role}" for role in missing) or f"GRANT {OWNER} TO {login}"
    return (
        f"roles are not set up ({refused}): the tables belong to this login; as an administrator run: {cure}"
    )


def _holder(connection: Connection) -> str | None:
    """Who owns the tables that are there."""
    query = "select quote_ident(pg_get_userbyid(relowner)) from pg_class where oid = to_regclass(:version)"
    return connection.execute(text(query), {"version": VERSION_TABLE}).scalar_one_or_none()


def _exists(connection: Connection, role: str) -> bool:
    return bool(
        connection.execute(
            text("select exists (select from pg_roles where rolname = :role)"), {"role": role}
        ).scalar()
    )


def _app_rights() -> Iterator[str]:
    append_only = {table.name for table in tables.APPEND_ONLY}
    for name in tables.metadata.tables:
        if name not in _READ_BY_ALL:
            insert = _insert_right(name)
            usual = f"SELECT, {insert}" if name in append_only else f"SELECT, {insert}, UPDATE, DELETE"
            rights = _APP_MAY.get(name, usual)
            yield f"REVOKE ALL ON {name} FROM {APP}"
            yield f"GRANT {rights} ON {name} TO {APP}"
    for table in tables.metadata.tables.values():
        if "tenant_id" in table.columns:
            # Policies add up: one for everybody would let the exporter out of its tenants.
            yield f"ALTER POLICY of_tenant ON {table.name} TO {APP}"
    yield from (f"GRANT SELECT ON {name} TO {APP}" for name in sorted(_READ_BY_ALL))
    yield f"ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}"


def _insert_right(table: str) -> str:
    """Of events the server gives key and transaction: an application's own would stand in another's way."""
    if table != tables.event.name:
        return "INSERT"
    given = (column.name for column in tables.event.columns if column.name not in _GIVEN_BY_SERVER)
    return f"INSERT ({', '.join(given)})"


def _exporter_rights() -> Iterator[str]:
    """To select what collectors read, and nothing else: names, texts and secrets are none of its business."""
    for table in tables.metadata.tables.values():
        yield f"REVOKE ALL ON {table.name} FROM {EXPORTER}"
        if "tenant_id" in table.columns:
            yield f"DROP POLICY IF EXISTS seen_by_exporter ON {table.name}"
        if table.name in READ:
            yield f"GRANT {_select_right(table)} ON {table.name} TO {EXPORTER}"
            if "tenant_id" in table.columns:
                yield f"CREATE POLICY seen_by_exporter ON {table.name} {_SEEN_BY_EXPORTER}"
    yield f"GRANT SELECT ON {VERSION_TABLE} TO {EXPORTER}"
    yield f"ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM {EXPORTER}"


def _select_right(table: Table) -> str:
    if table.name not in NOT_READ:
        return "SELECT"
    unread = NOT_READ[table.name]
    return f"SELECT ({', '.join(column.name for column in table.columns if column.name not in unread)})"
