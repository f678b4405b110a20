"""What the collectors really read, taken from the statements that they send."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import Column, event

from collectors.registry import create as create_collectors
from collectors.unread import NOT_READ, read_columns
from ledgerscope.catalogue import definitions
from ledgerscope.store import data_check
from ledgerscope.store.engine import OWNER, create_engine
from ledgerscope.store.tables import metadata
from ledgerscope.store.unread import READ
from tests.docs.business import Business, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL, Connection, Engine

PAGE: Final = Path(__file__).parents[2] / definitions.PAGE
SOURCES: Final = [
    section.examples[0].source
    for section in definitions.parse(PAGE.read_text(encoding="utf-8"))
    if section.metrics and section.examples
]


@pytest.fixture
def engine(clone_template: Callable[[], URL], administration: Engine) -> Iterator[Engine]:
    url = clone_template()
    engine = create_engine(url, OWNER).execution_options(isolation_level="REPEATABLE READ")
    yield engine
    engine.dispose()
    with administration.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {url.database} WITH (FORCE)")


def test_no_collector_reads_a_column_that_is_said_not_to_be_read(engine: Engine) -> None:
    columns: defaultdict[str, set[str]] = defaultdict(set)
    texts: list[str] = []

    def record(_connection: Connection, statement: Any, *_: Any) -> None:
        texts.append(str(statement))
        for element in _elements(statement):
            if isinstance(element, Column):
                for column in element.base_columns:
                    if isinstance(column, Column) and column.table is not None:
                        columns[column.table.name].add(column.name)

    for source in SOURCES:
        with engine.connect() as connection, connection.begin() as transaction:
            words = read(source)
            business = Business(connection, words)
            business.write()
            event.listen(connection, "before_execute", record)
            for collector in create_collectors():
                for as_of in words["expect"]:
                    collector.collect(connection, business.instant(as_of))
            transaction.rollback()

    assert {"tenant_id", "status", "deleted_at"} <= columns["customer"], "the recording works"
    said = {(table, column) for table, unread in NOT_READ.items() for column in unread}
    assert sorted(said & {(table, name) for table, names in columns.items() for name in names}) == []
    written = "\n".join(texts)
    assert [name for name in sorted(NOT_READ["event"]) if re.search(rf"\bevent\.{name}\b", written)] == []


def _elements(statement: Any) -> Iterator[Any]:
    """Every part of a statement once: nested queries occur many times."""
    waiting: list[Any] = [statement]
    seen: dict[int, Any] = {}  # the parts themselves too, so that no two ever have one identity
    while waiting:
        element = waiting.pop()
        if id(element) not in seen:
            seen[id(element)] = element
            yield element
            waiting += getattr(element, "get_children", list)()


def test_a_table_is_readable_where_a_collector_or_the_check_of_rows_reads_it() -> None:
    collected = {relation.name for collector in create_collectors() for relation in collector.relations}
    checked = {
        table.name for check in data_check.CHECKS for table in check.reads if "not finite" not in check.name
    }
    assert collected | checked == READ


def test_only_columns_that_exist_are_named() -> None:
    for name, unread in NOT_READ.items():
        if name in metadata.tables:  # tables of a later revision of the schema
            assert unread <= set(metadata.tables[name].columns.keys()), name


def test_personal_data_is_not_asked_for() -> None:
    customer = [column.name for column in read_columns(metadata.tables["customer"]).columns]
    assert "customer_id" in customer
    assert not {"name", "email", "external_id"} & set(customer)
