"""What rows of somebody else's views say that our own tables would refuse, found by the rules of our tables.

The rules are those of our schema: columns that are not null, conditions of a row, keys, and references. They
are asked of the columns that a reader needs, cast to the types of our schema. Our own tables are left out,
because the schema refuses such rows. Run by `ledgerscope db check`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import CheckConstraint, Date, DateTime, Numeric, text
from sqlalchemy.dialects.postgresql import TSTZRANGE
from sqlalchemy.dialects.postgresql.base import PGDialect

from ledgerscope.store.errors import InvalidData, MissingRelation, MissingRight
from ledgerscope.store.remedies import is_kept
from ledgerscope.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Connection, ForeignKeyConstraint, Table

    from ledgerscope.store.contract import Relation

__all__ = ["ValueFault", "find_values"]

_DIALECT: Final = PGDialect()  # type: ignore[no-untyped-call]  # its constructor is not annotated
_AS: Final[Mapping[str, str]] = {"UUID": "text", "CHAR": "text", "NUMERIC": "numeric"}
"""What a column is compared as, where that is not its type in our schema: keys are any unique values."""
_WORD: Final = re.compile(r"'[^']*'|[a-z_]+")
_VIEWS: Final = text("""
    select wanted.name from unnest(cast(:names as text[])) as wanted(name)
    join pg_class on pg_class.oid = to_regclass(quote_ident(wanted.name))
    where relkind in ('v', 'm', 'f')
""")
_TYPES: Final = text("""
    select wanted.name, attname, coalesce(base.typname, type.typname) as typname
    from unnest(cast(:names as text[])) as wanted(name)
    join pg_attribute on attrelid = to_regclass(quote_ident(wanted.name)) and attnum > 0
    join pg_type as type on type.oid = atttypid
    left join pg_type as base on base.oid = type.typbasetype
""")


@dataclass(frozen=True, slots=True)
class ValueFault:
    """A rule that rows of one company break: how many, and one of them."""

    relation: str
    tenant_id: str | None
    what: str
    rows: int
    example: str

    @property
    def message(self) -> str:
        """One line for the operator."""
        noun = "row" if self.rows == 1 else "rows"
        company = "without a company" if self.tenant_id is None else f"of company {self.tenant_id}"
        such = f", such as {self.example}" if self.example else ""
        return (
            f"{self.relation}: {self.rows} {noun} {company}{such}: {self.what}; "
            "filter or correct them in the view"
        )


@dataclass(frozen=True, slots=True)
class _Rule:
    """What is wrong with a row, and the condition that such a row fulfils."""

    what: str
    broken: str


def find_values(connection: Connection, relations: Iterable[Relation]) -> Iterator[ValueFault | str]:
    """The faults of those relations that are views; a sentence where a relation cannot be read for them."""
    wanted = {relation.name: relation for relation in relations}
    views = set(connection.execute(_VIEWS, {"names": sorted(wanted)}).scalars())
    types: dict[str, dict[str, str]] = {}
    for row in connection.execute(_TYPES, {"names": sorted(wanted)}):
        types.setdefault(row.name, {})[row.attname] = row.typname
    for name, relation in wanted.items():
        if name in views:
            yield from _of_view(connection, relation, wanted, types)


def _of_view(
    connection: Connection,
    relation: Relation,
    wanted: Mapping[str, Relation],
    types: Mapping[str, Mapping[str, str]],
) -> Iterator[ValueFault | str]:
    table = metadata.tables[relation.name]
    read = [column.name for column in relation.columns]
    own = [_rows_query(table, read, _rules(table, read)), _keys_query(table, read)]
    references = []
    for reference in table.foreign_key_constraints:
        parent = wanted.get(reference.referred_table.name)
        if parent is None or not _is_read(reference, read, parent):
            continue
        if unlike := _unlike(reference, types):
            yield unlike
        else:
            references.append(_reference_query(table, reference))
    for query in (*own, *references):
        savepoint = connection.begin_nested()
        try:
            rows = connection.exec_driver_sql(query).all()
        except InvalidData as error:
            savepoint.rollback()
            yield f"{relation.name}: its rows cannot be checked: {error.condition}; correct the view"
            return
        except (MissingRight, MissingRelation) as error:
            savepoint.rollback()
            if query in own:  # else it is the other relation that cannot be read, and says so itself
                rights = "a view reads with the rights of its owner"
                yield f"{relation.name}: its rows cannot be read: {error}; {rights}"
                return
            continue
        savepoint.commit()
        yield from (
            ValueFault(relation.name, row.tenant_id, row.what, row.n, row.example or "") for row in rows
        )


def _rules(table: Table, read: list[str]) -> list[_Rule]:
    """The rules of one row, about columns that are read."""
    required = [
        _Rule(f"{column.name} is null", f"{column.name} is null")
        for column in table.columns
        if column.name in read and not column.nullable and not is_kept(column.comment or "")
    ]
    conditions = [
        (str(constraint.name), str(constraint.sqltext))
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    ]
    stated = [
        _Rule(f"not ({condition})", f"not ({condition})")
        for name, condition in sorted(conditions)
        if "finite" not in name and _columns_of(condition, table) <= set(read)
    ]
    finite = [
        _Rule(f"{name} is not finite", broken)
        for name in read
        if (broken := _not_finite(name, table.c[name].type))
    ]
    return [*required, *stated, *finite]


def _columns_of(condition: str, table: Table) -> set[str]:
    return {word for word in _WORD.findall(condition) if word in table.c}


def _not_finite(name: str, kind: object) -> str | None:
    if isinstance(kind, (Date, DateTime)):
        return f"not isfinite({name})"
    if isinstance(kind, TSTZRANGE):
        return f"not (isfinite(lower({name})) and isfinite(upper({name})))"
    if isinstance(kind, Numeric):
        return f"{name} in ('NaN', 'Infinity', '-Infinity')"
    return None


def _source(table: Table, read: list[str]) -> str:
    """The relation with its columns as our schema has them, and words for the key of a row."""
    columns = ", ".join(f'"{name}"::{_kind(table, name)} as {name}' for name in read)
    return f"(select {columns} from {table.name})"  # noqa: S608  # names of our schema


def _kind(table: Table, name: str) -> str:
    kind = str(table.c[name].type.compile(_DIALECT))
    return _AS.get(kind.partition("(")[0], kind)


def _key(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]


def _example(table: Table) -> str:
    return f"concat_ws(' ', {', '.join(_key(table))})"


def _tenant(table: Table) -> str:
    return "tenant_id" if "tenant_id" in table.c else "null::text as tenant_id"


def _rows_query(table: Table, read: list[str], rules: list[_Rule]) -> str:
    """One pass over the rows, however many rules there are."""
    arrays = (
        ", ".join(f"case when {rule.broken} then {number} end" for number, rule in enumerate(rules, start=1)),
        ", ".join("'" + rule.what.replace("'", "''") + "'" for rule in rules),
    )
    return f"""
        select {_tenant(table)}, (array[{arrays[1]}])[rule] as what, count(*) as n,
               min({_example(table)}) as example
        from {_source(table, read)} as source
        cross join lateral unnest(array[{arrays[0]}]) as rule
        where rule is not null group by 1, rule order by rule, 1
    """.replace("%", "%%")  # noqa: S608  # names and rules of our schema


def _keys_query(table: Table, read: list[str]) -> str:
    keys = ", ".join(_key(table))
    tenant = "min(tenant_id)" if "tenant_id" in table.c else "null::text"
    return f"""
        select tenant_id, 'the key ({keys}) is there more than once' as what, count(*) as n,
               min(example) as example
        from (
            select {tenant} as tenant_id, {_example(table)} as example from {_source(table, read)} as source
            group by {keys} having count(*) > 1
        ) as repeated group by 1 order by 1
    """  # noqa: S608  # names of our schema


def _reference_query(table: Table, reference: ForeignKeyConstraint) -> str:
    pairs = [(element.parent.name, element.column.name) for element in reference.elements]
    parent = reference.referred_table.name
    own = ", ".join(mine for mine, _ in pairs)
    values = ", ".join(f'source."{mine}"' for mine, _ in pairs)
    same = " and ".join(f'parent."{theirs}"::text = source."{mine}"::text' for mine, theirs in pairs)
    given = " and ".join(f'source."{mine}" is not null' for mine, _ in pairs)
    tenant = "source.tenant_id" if "tenant_id" in table.c else "null"
    return f"""
        select {tenant}::text as tenant_id, 'there is no such row of {parent} ({own})' as what,
               count(*) as n, min(concat_ws(' ', {values})) as example
        from {table.name} as source left join {parent} as parent on {same}
        where {given} and parent."{pairs[0][1]}" is null group by 1 order by 1
    """  # noqa: S608  # names of our schema


def _is_read(reference: ForeignKeyConstraint, read: list[str], parent: Relation) -> bool:
    theirs = {column.name for column in parent.columns}
    return all(
        element.parent.name in read and element.column.name in theirs for element in reference.elements
    )


_FAMILIES: Final = ({"text", "varchar", "bpchar", "name"}, {"int2", "int4", "int8"})


def _unlike(reference: ForeignKeyConstraint, types: Mapping[str, Mapping[str, str]]) -> str | None:
    """A sentence where two columns that are joined have types that cannot be compared."""
    for element in reference.elements:
        child, parent = element.parent, element.column
        mine, theirs = (types.get(one.table.name, {}).get(one.name) for one in (child, parent))
        if mine == theirs or any({mine, theirs} <= family for family in _FAMILIES):
            continue
        return (
            f"{child.table.name}: {child.name} is {mine}, but {parent.table.name}.{parent.name} is {theirs}: "
            "give both the same type"
        )
    return None
