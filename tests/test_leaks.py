"""The search for personal data in what tests let out finds what was planted, in each place."""

from __future__ import annotations

import logging
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey
from sqlalchemy import text as sql

from exporter.exposition.text import Format
from exporter.http.api.problems import Kind, Problem
from exporter.reporting.scrape import Restriction, Scrape, process_registry
from exporter.runtime import Exporter, exporter_engine
from exporter.settings.model import ExporterSettings
from exporter.state.page import Publisher
from ledgerscope.customers.credentials import CredentialKeys
from ledgerscope.customers.lifecycle import Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Operations
from ledgerscope.logs import get_logger
from ledgerscope.store.changes import Changes
from ledgerscope.store.changes_writer import write_changes
from ledgerscope.store.engine import OWNER, create_engine
from ledgerscope.store.records import Tenant
from tests import processes
from tests.customers.zuora.server import BODY, SECRET, TOKEN_PREFIX
from tests.exporter.doubles import NOON, SqlCollector
from tests.leaks import (
    LET_OUT,
    PERSONAL,
    Listener,
    Outputs,
    find_leaks,
    leaks_of_database,
    leaks_where_it_still_is,
    secrets_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL, Engine

LETS_OUT_ON_PURPOSE = "what is planted here has to be found"
PROGRAM = Path(sys.executable).with_name("ledgerscope")
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

    def run(self, statement: str, **values: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(sql(statement), values)


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
    planted.run(
        "insert into audit_log (tenant_id, actor, action, subject, details, at)"
        " values ('acme', 'anna', 'odd', 's', jsonb_build_object('why', cast(:name as text)), now())",
        name=f"asked by {NAME}",
    )
    assert leaks_of_database(planted.url, Outputs()) == [f"a row holds {NAME!r}"]
    planted.run(
        "insert into event (tenant_id, event_type, labels, occurred_at)"
        " values ('acme', 'Odd', jsonb_build_object('who', cast(:email as text)), now())",
        email=EMAIL,
    )
    assert len(leaks_of_database(planted.url, Outputs())) == 2


def test_a_table_that_a_test_leaves_locked_is_said_to_be(
    planted: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.leaks._LONGEST_WAIT", "50ms")
    with planted.engine.begin() as connection:
        connection.execute(sql("lock table customer"))
        assert leaks_where_it_still_is(planted.url, Outputs()) == [
            "a test ended with a transaction that locks what is searched: "
            "canceling statement due to lock timeout"
        ]


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
    scrape = Scrape(Publisher([]), lambda: NOON, "1", process_registry())
    for gzip in (False, True):
        scrape.body(Format.TEXT, gzip=gzip)
        scrape.restricted(Format.TEXT, Restriction(), gzip=gzip)
    assert any("Heard" in line for line in outputs.lines)
    assert sum("process_" in page for page in outputs.pages) == 4
    assert outputs.beside is not None
    assert len(outputs.beside.pages) >= 4


def test_the_page_as_json_is_listened_to(outputs: Outputs, owner_url: str) -> None:
    outputs.clear()
    given = ExporterSettings()
    engine = exporter_engine(owner_url, given)
    exporter = Exporter(given, [SqlCollector()], engine)
    exporter.collect_once()
    exporter.json()
    exporter.stop()
    engine.dispose()
    assert any('"as_of"' in page for page in outputs.pages)


def test_a_name_and_a_secret_in_the_log_of_a_program_are_found(planted: Planted, tmp_path: Path) -> None:
    outputs = Outputs(folder=tmp_path)
    (tmp_path / "1.log").write_text("begun\n")
    assert leaks_of_database(planted.url, outputs) == []
    with (tmp_path / "1.log").open("a") as log:
        log.write(f'{{"message": "hello {NAME}"}}\n{{"message": "with {SECRET}"}}\n')
    assert leaks_of_database(planted.url, outputs) == [
        f"a line of the log holds {NAME!r}",
        "a line of the log holds a secret: s3cr3t-0f-n0...",
    ]


def test_a_program_of_ours_that_a_test_starts_writes_a_log_that_is_searched(
    planted: Planted, outputs: Outputs
) -> None:
    asked = ("customers", "create", "--company", "acme", "--name", NAME, "--database-url", planted.url)
    done = processes.run(PROGRAM, *asked)
    assert done.returncode == 0, done.stderr
    outputs.clear()
    assert leaks_of_database(planted.url, outputs) == []
    assert any("Customer created" in line for line in outputs.lines)


def test_what_a_command_prints_holds_no_secret_and_may_hold_a_name(
    planted: Planted, outputs: Outputs
) -> None:
    outputs.clear()
    asked = ("customers", "list", "--company", "acme", "--database-url", planted.url)
    assert NAME in processes.run(PROGRAM, *asked).stdout
    assert leaks_of_database(planted.url, outputs) == []
    assert any(NAME in line for line in outputs.said)
    processes.run(PROGRAM, "customers", "show", SECRET, *asked[2:])  # the refusal says what was asked for
    found = leaks_of_database(planted.url, outputs)
    assert found == ["what a command printed holds a secret: s3cr3t-0f-n0..."]
    outputs.clear()
    if outputs.beside is not None:
        outputs.beside.clear()


def test_what_the_api_says_is_wrong_is_listened_to(planted: Planted, outputs: Outputs) -> None:
    outputs.clear()
    Problem(Kind.NOT_FOUND, f"there is no {NAME}").response("/api")
    assert leaks_of_database(planted.url, outputs) == [f"a page holds {NAME!r}"]


@pytest.mark.parametrize(
    "secret",
    [
        SECRET,
        f"{TOKEN_PREFIX}7",
        BODY,
        "canary-secret-of-a-test",
        jwt.encode({"alg": "HS256"}, {"sub": "anna"}, OctKey.import_key("k" * 32)),
        CredentialKeys("k", {"k": b"k" * 32}).encrypt(b"{}").decode(),
        "-----BEGIN PRIVATE KEY-----",
        "postgresql://anna:hunter2@db/business",
    ],
    ids=["client", "token", "answer", "canary", "token of the API", "encrypted", "key", "URL"],
)
def test_a_secret_is_found_wherever_it_is(planted: Planted, secret: str) -> None:
    said = f"a line of the log holds a secret: {secret[:12]}"
    assert [leak[: len(said)] for leak in secrets_of(Outputs(lines=[f"with {secret} it"]))] in (
        [said],
        ["a line of the log holds a secret: l://anna:hun"[: len(said)]],
    )
    assert len(secrets_of(Outputs(pages=[f'x{{of="{secret}"}} 1']))) == 1
    planted.run(
        "insert into event (tenant_id, event_type, labels, occurred_at)"
        " values ('acme', 'Odd', jsonb_build_object('of', cast(:secret as text)), now())",
        secret=secret,
    )
    assert len(leaks_of_database(planted.url, Outputs())) == 1


def test_what_is_masked_or_only_sounds_like_a_secret_is_none() -> None:
    lines = ["postgresql://anna:***@db/business", "secret: none", "http://127.0.0.1:9108/metrics", "eyJ"]
    assert secrets_of(Outputs(lines=lines)) == []


def test_words_that_only_begin_alike_are_no_leak() -> None:
    assert find_leaks({"Northwind", "short"}, [("x", "Northwinds short")]) == []
    assert find_leaks({"Northwind"}, [("x", "of Northwind.")]) == ["x holds 'Northwind'"]


@given(
    values=st.sets(st.text("ab+. ", min_size=6, max_size=8), max_size=4),
    text=st.text("ab+. ", max_size=40),
)
def test_values_are_found_where_a_slow_search_finds_them(values: set[str], text: str) -> None:
    slow = any(
        re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text)
        for value in values
        if re.search(r"\w", value) and value.strip() == value
    )
    assert bool(find_leaks(values, [("x", text)])) == slow


def test_the_tables_named_are_those_of_the_schema(planted: Planted) -> None:
    for table, columns in {**PERSONAL, **LET_OUT}.items():
        for column in columns:
            planted.run(f"select {column} from {table}")  # noqa: S608 - of this file
