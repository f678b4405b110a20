"""Loading happens whole or not at all, never twice, and without a word on standard output."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from ledgerscope.demo import datasets
from ledgerscope.demo.companies import COMPANIES
from ledgerscope.demo.errors import AlreadyLoaded, NotTheOwner, UnknownDataset
from ledgerscope.demo.generate import generate
from ledgerscope.demo.history.cases import CASES
from ledgerscope.demo.load import load_demo
from ledgerscope.progress import on_stream
from ledgerscope.store.changes_batch import Batch
from ledgerscope.store.errors import Refused
from ledgerscope.store.records import TABLE_OF, Customer, Tenant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from ledgerscope.store.changes_batch import Batch as BookType

UNTIL = datetime(2026, 3, 29, 4, 30, tzinfo=UTC)
TINY = 0.002


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(f"select count(*) from {table}")).scalar_one())  # noqa: S608 -- names from the tests


def test_every_generated_row_arrives(demo: Connection, chapters: list[BookType]) -> None:
    expected: dict[str, int] = {}
    for batch in chapters:
        for kind, rows in batch.pages():
            expected[TABLE_OF[kind].name] = expected.get(TABLE_OF[kind].name, 0) + len(rows)
    found = {
        name: demo.execute(text(f"select count(*) from {name}")).scalar_one()  # noqa: S608 -- table names
        for name in expected
    }
    refreshed = demo.execute(text("select count(*) from aging_snapshot")).scalar_one()
    assert refreshed == len(COMPANIES) * 4, "the last day and three months' ends"
    told = {"audit_log": refreshed, "event": refreshed}
    assert found == {name: count + told.get(name, 0) for name, count in expected.items()}


def test_values_arrive_unchanged(demo: Connection, chapters: list[BookType]) -> None:
    generated = {
        (row.customer_id, row.name, row.created_at)
        for batch in chapters
        for row in batch.of(Customer)
        if isinstance(row, Customer)
    }
    query = text("select customer_id, name, created_at from customer")
    assert {(row.customer_id.hex, row.name, row.created_at) for row in demo.execute(query)} == generated


def test_it_takes_a_url_and_tells_what_it_wrote(owner_url: str, owner: Engine) -> None:
    loaded = load_demo(owner_url, until=UNTIL, scale=TINY)
    assert (loaded.customers, loaded.was_there) == (15 + len(CASES), False)
    assert loaded.invoices == count(owner, "invoice")


def test_the_same_business_is_not_loaded_twice(owner: Engine) -> None:
    load_demo(owner, until=UNTIL, scale=TINY)
    before = count(owner, "event")
    again = load_demo(owner, until=UNTIL + timedelta(days=3), scale=TINY)
    assert again.was_there
    assert count(owner, "event") == before


@pytest.mark.parametrize(("seed", "scale"), [(2, TINY), (1, 0.003)])
def test_another_business_is_refused_with_the_remedy(owner: Engine, seed: int, scale: float) -> None:
    load_demo(owner, until=UNTIL, scale=TINY)
    with pytest.raises(AlreadyLoaded, match=r"already holds aurora, basalt, cinder.*name another database"):
        load_demo(owner, until=UNTIL, seed=seed, scale=scale)


def test_a_company_of_somebody_else_is_left_alone(owner: Engine) -> None:
    with owner.begin() as connection:
        connection.execute(
            text(
                "insert into tenant (tenant_id, name, timezone, base_currency, created_at)"
                " values ('aurora', 'Not ours', 'UTC', 'EUR', now())"
            )
        )
    with pytest.raises(AlreadyLoaded, match="already holds aurora"):
        load_demo(owner, until=UNTIL, scale=TINY)
    assert count(owner, "customer") == 0


def test_an_unknown_dataset_is_refused_with_the_known_ones(owner: Engine) -> None:
    with pytest.raises(UnknownDataset, match="no dataset 'cd-now'; there are: demo, cdnow"):
        load_demo(owner, until=UNTIL, dataset="cd-now")


def test_a_load_that_breaks_off_leaves_nothing(owner: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(seed: int, scale: float, until: datetime, mark: str) -> Iterator[BookType]:
        first, *_ = generate(seed, scale, until, mark)
        yield first
        yield Batch([Tenant("aurora", "Again", "UTC", "EUR", "{}", until)])

    dataset = datasets.Dataset(("aurora",), lambda _scale: 1, broken)
    monkeypatch.setitem(datasets.DATASETS, "broken", dataset)
    with pytest.raises(Refused):
        load_demo(owner, until=UNTIL, scale=TINY, dataset="broken")
    assert count(owner, "tenant") == count(owner, "event") == 0


def test_the_application_may_not_load(app_url: str) -> None:
    with pytest.raises(NotTheOwner, match="rights of the tables' owner"):
        load_demo(app_url, until=UNTIL, scale=TINY)


def test_the_database_knows_its_new_size(demo: Connection) -> None:
    estimate = demo.execute(text("select reltuples from pg_class where relname = 'invoice'")).scalar_one()
    exact = demo.execute(text("select count(*) from invoice")).scalar_one()
    assert estimate == pytest.approx(exact, rel=0.1)


def test_progress_counts_every_row_quietly(owner: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    with on_stream("loading the demo", 1000, stream) as advance:
        loaded = load_demo(owner, until=UNTIL, scale=TINY, progress=advance)
    assert stream.getvalue() == f"loading the demo ...\nloading the demo: {loaded.rows:,} rows\n"
    assert capsys.readouterr().out == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    with on_stream("loading", 300, stream) as advance:
        advance(120)
        advance(130)
    assert "loading" in stream.getvalue()
    assert "250/250" in stream.getvalue()
