"""What a database lacks of all that the collectors read, and which rows no figure can make sense of.

One finding per relation and one per kind of faulty row and company, each with what fixes it.
"""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

from sqlalchemy import text

from ledgerscope.store import contract, data_check
from ledgerscope.store.contract import Lack
from ledgerscope.store.remedies import example_view, grant, view_column
from ledgerscope.store.value_check import find_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from collectors.base import Collector
    from ledgerscope.store.contract import Problem, Relation

__all__ = ["findings", "needed"]


def findings(connection: Connection, collectors: Iterable[Collector]) -> Iterator[str]:
    """The findings, in the order in which the areas need the relations; only the version if that is wrong."""
    if problem := contract.check_version(connection):
        yield f"{problem.relation}: {problem.message}"
        return
    relations = needed(collectors)
    role = connection.execute(text("select current_user")).scalar_one()
    problems = contract.check(connection, [relation for relation, _ in relations.values()])
    unseen = contract.in_other_schemas(
        connection, [problem.relation for problem in problems if problem.lack is Lack.RELATION]
    )
    yield from _unseen(unseen, role)
    hidden = {name for names in unseen.values() for name in names}
    for name, (relation, areas) in relations.items():
        of_relation = [problem for problem in problems if problem.relation == name]
        if of_relation and name not in hidden:
            heading = f"{name}: {_summary(of_relation)}; needed by {', '.join(areas)}"
            yield f"{heading}\n{indent(_remedy(relation, of_relation, role), '  ')}"
    lacking = {problem.relation for problem in problems}
    whole = [relation for name, (relation, _) in relations.items() if name not in lacking]
    for fault in find_values(connection, whole):
        yield fault if isinstance(fault, str) else fault.message
    yield from (finding.message for finding in data_check.find(connection))


def needed(collectors: Iterable[Collector]) -> dict[str, tuple[Relation, list[str]]]:
    """Each relation once, with the names of the collectors that read it."""
    found: dict[str, tuple[Relation, list[str]]] = {}
    for collector in collectors:
        for relation in collector.relations:
            found.setdefault(relation.name, (relation, []))[1].append(collector.name)
    return found


def _unseen(unseen: Mapping[str, Sequence[str]], role: str) -> Iterator[str]:
    """One finding for each schema that has relations which the login does not see."""
    for schema, names in unseen.items():
        count = "1 relation is" if len(names) == 1 else f"{len(names)} relations are"
        yield (
            f"{count} in the schema {schema}, which this login does not look into: {', '.join(names)}\n"
            f'  run: GRANT USAGE ON SCHEMA "{schema}" TO "{role}";\n'
            f"  and set database.schema to {schema}"
        )


def _summary(problems: Sequence[Problem]) -> str:
    lacks = [problem.lack for problem in problems]
    parts = []
    if Lack.RELATION in lacks:
        parts.append("there is no such table or view")
    if Lack.RIGHT in lacks:
        parts.append("the login may not read it")
    if missing := lacks.count(Lack.COLUMN):
        parts.append("1 column is missing" if missing == 1 else f"{missing} columns are missing")
    if mistyped := lacks.count(Lack.TYPE):
        parts.append(
            "1 column has the wrong type" if mistyped == 1 else f"{mistyped} columns have wrong types"
        )
    return ", ".join(parts)


def _remedy(relation: Relation, problems: Iterable[Problem], role: str) -> str:
    columns = {column.name: column for column in relation.columns}
    lines = []
    for problem in problems:
        if problem.lack is Lack.RELATION:
            lines += ["run: ledgerscope db upgrade, or create the view:", example_view(relation)]
        elif problem.lack is Lack.RIGHT:
            lines.append(grant(relation.name, role))
        elif problem.column:
            lines.append(f"{problem.message}; in a view: {view_column(columns[problem.column])}")
    return "\n".join(lines)
