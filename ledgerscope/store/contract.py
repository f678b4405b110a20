"""The read contract: which relations a reader needs, column by column, and what a database lacks of them.

Our own schema provides the relations as tables; somebody else's database may provide them as views. What is
missing is a value, not an exception: it disables the readers that need it, and `doctor` explains it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final, Self

from sqlalchemy import text
from sqlalchemy.dialects.postgresql.base import PGDialect

from ledgerscope.store import migrations
from ledgerscope.store.errors import OldSchema
from ledgerscope.store.tables import metadata
from ledgerscope.store.tables.base import VERSION_TABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Column as TableColumn
    from sqlalchemy import Connection, Table

_DIALECT: Final = PGDialect()  # type: ignore[no-untyped-call]  # its constructor is not annotated
_WORDS: Final = frozenset({"text", "varchar", "bpchar", "name"})
_KEYS: Final = frozenset({"uuid", "text", "varchar", "int4", "int8"})
_COUNTS: Final = frozenset({"int2", "int4", "int8"})
ACCEPTED: Final[Mapping[str, frozenset[str]]] = {
    "BIGINT": _COUNTS,
    "BIGINT[]": frozenset({"_int8", "_int4"}),
    "BOOLEAN": frozenset({"bool"}),
    "BYTEA": frozenset({"bytea"}),
    "CHAR": _WORDS,
    "DATE": frozenset({"date"}),
    "INTEGER": _COUNTS,
    "JSONB": frozenset({"jsonb"}),
    "NUMERIC": _COUNTS | {"numeric"},
    "SMALLINT": _COUNTS,
    "TEXT": _WORDS,
    "TIMESTAMP WITH TIME ZONE": frozenset({"timestamptz"}),
    "TSTZRANGE": frozenset({"tstzrange"}),
    "UUID": _KEYS,
    "pg_snapshot": frozenset({"pg_snapshot"}),
    "xid8": frozenset({"xid8"}),
}
"""The types a column may have in a database not ours, by the type it has in ours. Enums have to be cast,
because they are not compared with words that they do not list."""

_CATALOGUE: Final = text("""
    select wanted.name, found.oid is not null as found, attribute.attname as column,
           has_column_privilege(found.oid, attribute.attnum, 'select') as readable,
           coalesce(base.typname, type.typname) as type
    from unnest(cast(:names as text[])) as wanted(name)
    left join pg_class as found on found.oid = to_regclass(quote_ident(wanted.name))
    left join pg_attribute as attribute
        on attribute.attrelid = found.oid and attribute.attnum > 0 and not attribute.attisdropped
    left join pg_type as type on type.oid = attribute.atttypid
    left join pg_type as base on base.oid = type.typbasetype
""")

_NAMESAKES: Final = text("""
    select relation.relname from pg_class as relation
    where relation.relnamespace = to_regnamespace(quote_ident(current_schema()))
        and relation.relname = any (cast(:names as text[])) and relation.relkind in ('r', 'p', 'v', 'm', 'f')
    order by relation.relname
""")


_ELSEWHERE: Final = text("""
    select nspname, relname from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where relname = any (cast(:names as text[])) and relkind in ('r', 'p', 'v', 'm', 'f')
        and nspname not in ('pg_catalog', 'information_schema')
    order by nspname, relname
""")


@dataclass(frozen=True, slots=True)
class Column:
    """A documented column: `type` as our schema has it."""

    name: str
    type: str
    meaning: str

    @classmethod
    def of(cls, column: TableColumn[object]) -> Self:
        """The column as our schema documents it."""
        return cls(column.name, column.type.compile(_DIALECT), column.comment or "")

    def accepts(self, found: str) -> bool:
        """Whether a column of the type `found` (a name from pg_type) can stand in."""
        return found in ACCEPTED[self.type.partition("(")[0]]


@dataclass(frozen=True, slots=True)
class Relation:
    """A named table or view with the columns that a reader uses."""

    name: str
    columns: tuple[Column, ...]
    meaning: str

    @classmethod
    def of(cls, table: Table, *columns: TableColumn[object] | str) -> Self:
        """The relation that `table` provides: only the named columns, or all of them."""
        named = [column if isinstance(column, str) else column.name for column in columns]
        read = [table.c[name] for name in named] if named else list(table.c)
        return cls(table.name, tuple(Column.of(column) for column in read), table.comment or "")


class Lack(Enum):
    """What a database can lack of the contract."""

    RELATION = "missing relation"
    COLUMN = "missing column"
    TYPE = "mistyped column"
    RIGHT = "missing right"
    VERSION = "old schema"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a reader from reading, and what would fix it."""

    lack: Lack
    relation: str
    message: str
    column: str | None = None


CONTRACT: Final[Mapping[str, Relation]] = {
    name: Relation.of(table) for name, table in metadata.tables.items()
}
"""Every relation of the canonical schema, by name."""


def check(connection: Connection, relations: Iterable[Relation]) -> list[Problem]:
    """What the database lacks of `relations` for the connection's role; one query, empty when all is well."""
    wanted = tuple(relations)
    types: dict[str, dict[str, str]] = {}
    closed: dict[str, set[str]] = {}
    names = sorted({relation.name for relation in wanted})
    for row in connection.execute(_CATALOGUE, {"names": names}):
        if row.found:
            types.setdefault(row.name, {})[row.column] = row.type
            if row.readable is False:
                closed.setdefault(row.name, set()).add(row.column)
    return [
        problem
        for relation in wanted
        for problem in _lacks(relation, closed.get(relation.name, set()), types.get(relation.name))
    ]


def in_other_schemas(connection: Connection, names: Iterable[str]) -> dict[str, list[str]]:
    """Which of the relations that are not seen are there all the same, by schema."""
    found: dict[str, list[str]] = {}
    for row in connection.execute(_ELSEWHERE, {"names": sorted(names)}):
        found.setdefault(row.nspname, []).append(row.relname)
    # Another application may have a table of such a name: a schema counts that has several of ours.
    return {schema: ours for schema, ours in found.items() if len(ours) > 1}


def check_version(connection: Connection) -> Problem | None:
    """An old or too new schema; None also where no version is kept (views) or the login may not read it."""
    readable = text("select has_table_privilege(to_regclass(:name), 'select')")
    if not connection.execute(readable, {"name": VERSION_TABLE}).scalar():
        return None
    try:
        migrations.require_head(connection)
    except OldSchema as old:
        return Problem(Lack.VERSION, VERSION_TABLE, str(old))
    return None


def namesakes(connection: Connection) -> tuple[str, ...]:
    """Tables and views in the current schema that have a name of ours, where none keeps our version."""
    found = connection.execute(_NAMESAKES, {"names": sorted([*metadata.tables, VERSION_TABLE])}).scalars()
    names = tuple(found)
    return () if VERSION_TABLE in names else names


def _lacks(relation: Relation, closed: set[str], types: Mapping[str, str] | None) -> Iterator[Problem]:
    """What a relation lacks, of whose columns `closed` may not be read; without `types` it is not there."""
    name = relation.name
    if types is None:
        yield Problem(
            Lack.RELATION, name, f"{name} does not exist; run: ledgerscope db upgrade, or make it a view"
        )
        return
    if any(column.name in closed for column in relation.columns):
        yield Problem(
            Lack.RIGHT, name, f"{name} may not be read; run: GRANT SELECT ON {name} TO CURRENT_USER"
        )
    for column in relation.columns:
        kind = types.get(column.name)
        if kind is None:
            yield Problem(
                Lack.COLUMN, name, f"{name} has no column {column.name} ({column.type})", column.name
            )
        elif not column.accepts(kind):
            expected = " or ".join(sorted(ACCEPTED[column.type.partition("(")[0]]))
            yield Problem(
                Lack.TYPE, name, f"{name}.{column.name} is {kind}, expected {expected}", column.name
            )
