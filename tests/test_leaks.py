"""The search for personal data in what tests let out finds what was planted, in each place."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from exporter.exposition.text import Format
from exporter.reporting.scrape import Scrape, process_registry
from exporter.state.page import Publisher
from ledgerscope.customers.lifecycle import Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Note, Operations
from ledgerscope.logs import get_logger
from ledgerscope.store.changes import Changes
from ledgerscope.store.changes_writer import write_changes
from ledgerscope.store.engine import OWNER, create_engine
from ledgerscope.store.records import Tenant
from tests.exporter.doubles import NOON
from tests.leaks import LET_OUT, PERSONAL, Listener, Outputs, find_leaks, leaks_of_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL, Engine

NAME, EMAIL = "Canary Northwind", "ann@canary.example"


class Planted:
    """A database of its own, so that what is planted is found here alone."""

    def __init__(self, url: URL) -> None:
        self.engine = create_engine(url, OWNER)
        self.url = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with self.engine.begin() as connection:
            write_changes(connection, [Changes((Tenant("acme", "Acme", "UTC", "EUR", "{}", NOON),))])
        operations = Operations(self.engine, Caller(tenant_id="acme", actor="anna"))
        self.customers = Customers(operations)
        self.customers.create(NewCustomer(name=NAME, email=EMAIL))

    def run(self, statement: str, **given: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement), given)


@pytest.fixture
def planted(clone_template: Callable[[], URL], administration: Engine) -> Iterator[Planted]:
    url = clone_template()
    made = Planted(url)
    yield made
    made.engine.dispose()
    with administration.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {url.database} WITH (FORCE)")


def test_nothing_is_found_where_nothing_leaks(planted: Planted) -> None:
    assert leaks_of_database(planted.url, Outputs(lines=["Customer created"], pages=["up 1"])) == []


def test_a_name_in_an_event_or_in_the_audit_log_is_found(planted: Planted) -> None:
    planted.customers.create(NewCustomer(name="Second"), Note(reason=f"asked by {NAME}"))
    assert leaks_of_database(planted.url, Outputs()) == [f"a row holds {NAME!r}"]
    planted.run(
        "insert into event (tenant_id, event_type, labels, occurred_at)"
        " values ('acme', 'Odd', jsonb_build_object('who', cast(:email as text)), now())",
        email=EMAIL,
    )
    assert len(leaks_of_database(planted.url, Outputs())) == 2


def test_a_name_in_a_line_of_the_log_is_found(planted: Planted) -> None:
    outputs = Outputs()
    listener = Listener(outputs)
    logging.getLogger("ledgerscope.planted").addHandler(listener)
    get_logger("planted").error(f"cannot mail {NAME}", company_id="acme")
    logging.getLogger("ledgerscope.planted").removeHandler(listener)
    assert leaks_of_database(planted.url, outputs) == [f"a line of the log holds {NAME!r}"]


def test_a_name_on_a_page_is_found(planted: Planted) -> None:
    assert leaks_of_database(planted.url, Outputs(pages=[f'x{{who="{EMAIL}"}} 1'])) == [
        f"a page holds {EMAIL!r}"
    ]


def test_what_is_served_and_logged_in_a_test_is_listened_to(outputs: Outputs) -> None:
    outputs.clear()
    get_logger("operations").debug("Heard")
    Scrape(Publisher([]), lambda: NOON, "1", process_registry()).body(Format.TEXT, gzip=False)
    assert any("Heard" in line for line in outputs.lines)
    assert any("process_" in page for page in outputs.pages)


def test_words_that_only_begin_alike_are_no_leak() -> None:
    assert find_leaks({"Northwind", "short"}, [("x", "Northwinds short")]) == []
    assert find_leaks({"Northwind"}, [("x", "of Northwind.")]) == ["x holds 'Northwind'"]


def test_the_tables_named_are_those_of_the_schema(planted: Planted) -> None:
    for table, columns in {**PERSONAL, **LET_OUT}.items():
        for column in columns:
            planted.run(f"select {column} from {table}")  # noqa: S608 - of this file
