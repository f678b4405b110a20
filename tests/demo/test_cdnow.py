"""The purchase history in the database is the one in the file, read here with other tools."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from ledgerscope.demo import cdnow
from ledgerscope.demo.errors import DatasetMissing
from ledgerscope.demo.load import load_demo
from ledgerscope.store.engine import OWNER, create_engine
from ledgerscope.store.records import Customer, Invoice
from tests.demo.queries import IDENTITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL, Engine

NOW = datetime(2026, 3, 29, 4, 30, tzinfo=UTC)
SCALE, CUSTOMERS = 0.1, 2357  # of 23,570: every kind of order is among theirs


@pytest.fixture(scope="module")
def lines() -> list[list[str]]:
    """Customer, date, number of CDs and dollars, as the file has them."""
    try:
        listed = metadata.files("Lifetimes") or []
    except metadata.PackageNotFoundError:
        pytest.skip("the distribution Lifetimes is not installed: see requirements/datasets.txt")
    path = next(Path(str(entry.locate())) for entry in listed if entry.name == "CDNOW_master.txt")
    with path.open(newline="", encoding="ascii") as file:
        rows = csv.reader(file, delimiter=" ", skipinitialspace=True)
        return [row for row in rows if row[0] != "customer_id"]


@pytest.fixture(scope="module")
def first_lines(lines: list[list[str]]) -> list[list[str]]:
    """The lines of the customers that are loaded."""
    return [line for line in lines if int(line[0]) <= CUSTOMERS]


@pytest.fixture(scope="module")
def shop(first_lines: list[list[str]], clone_template: Callable[[], URL]) -> Iterator[Engine]:
    engine = create_engine(clone_template(), OWNER)
    load_demo(engine, until=NOW, dataset="cdnow", scale=SCALE)
    yield engine
    engine.dispose()


def test_customers_are_those_of_the_file(shop: Engine, first_lines: list[list[str]]) -> None:
    with shop.connect() as connection:
        found = set(connection.execute(text("select external_id from customer")).scalars())
    assert found == {line[0] for line in first_lines}
    assert len(found) == CUSTOMERS


def test_orders_per_customer_are_those_of_the_file(shop: Engine, first_lines: list[list[str]]) -> None:
    query = (
        "select external_id, count(*) from invoice join customer using (tenant_id, customer_id) group by 1"
    )
    with shop.connect() as connection:
        found = {row[0]: row[1] for row in connection.execute(text(query))}
    assert found == Counter(line[0] for line in first_lines)
    assert sum(found.values()) == len(first_lines)


@pytest.mark.parametrize(("table", "day"), [("invoice", "issued_on"), ("payment", "received_on")])
def test_revenue_per_month_is_that_of_the_file(
    shop: Engine, first_lines: list[list[str]], table: str, day: str
) -> None:
    amount = {"invoice": "total_minor", "payment": "amount_minor"}[table]
    query = f"select to_char({day}, 'YYYYMM'), sum({amount}) / 100 from {table} where {amount} > 0 group by 1"  # noqa: S608 -- names above
    expected: dict[str, Decimal] = {}
    for _customer, when, _discs, dollars in first_lines:
        expected[when[:6]] = expected.get(when[:6], Decimal(0)) + Decimal(dollars)
    with shop.connect() as connection:
        found = {row[0]: row[1] for row in connection.execute(text(query))}
    assert found == expected


def test_the_history_keeps_every_identity(shop: Engine) -> None:
    with shop.connect() as connection:
        broken = {
            name: rows
            for name, query in IDENTITIES.items()
            if (rows := connection.execute(text(query), {"until": NOW} if ":until" in query else {}).all())
        }
    assert broken == {}


def test_everything_is_paid(shop: Engine) -> None:
    with shop.connect() as connection:
        still_open = connection.execute(text("select count(*) from invoice_due where settled_on is null"))
        assert still_open.scalar_one() == 0


def test_a_scale_takes_a_share_of_the_customers(lines: list[list[str]]) -> None:
    books = list(cdnow.generate(1, 0.01, NOW, "{}"))
    assert sum(len(batch.of(Customer)) for batch in books) == 235


def test_orders_of_the_future_are_left_out(lines: list[list[str]]) -> None:
    first_day = datetime(1997, 1, 1, 23, tzinfo=UTC)
    books = list(cdnow.generate(1, 1.0, first_day, "{}"))
    orders = sum(len(batch.of(Invoice)) for batch in books)
    assert orders == sum(line[1] == "19970101" for line in lines)


def no_distribution(_name: str) -> list[metadata.PackagePath]:
    raise metadata.PackageNotFoundError


@pytest.mark.parametrize("found", [no_distribution, lambda _name: [], lambda _name: None])
def test_a_missing_distribution_is_told_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, found: Callable[[str], list[metadata.PackagePath] | None]
) -> None:
    monkeypatch.setattr(cdnow, "files", found)
    with pytest.raises(DatasetMissing, match=r"CDNOW_master.txt of the distribution Lifetimes.*pip install"):
        cdnow.find_file()
