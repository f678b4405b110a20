"""Fill an empty database with 100,000 customers and 1,000,000 invoices, as fast as the server can write.

    python bench/make_scale.py postgresql://postgres@/scale [--customers 100000]

Everything is made by the server (generate_series, no random numbers), in the order of the foreign keys, with
triggers and key checks off, in the schema of revision 0001 with the settlement days that its triggers would have
kept; then the database is upgraded. The last statement analyses the tables. Ten invoices per customer over 24 months, a tenth of them in three instalments;
a tenth is open, a part of it partly paid, of some customers there is money not yet allocated. Every customer is
synchronised: a schedule, ten runs and three versions of its credential.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ledgerscope.store import migrations
from ledgerscope.store.engine import OWNER, create_engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OLD = "0001"
STATEMENTS = Path(__file__).with_suffix(".sql")


def steps(customers: int) -> Iterator[tuple[str, str]]:
    """Name and statement of each step."""
    parts = STATEMENTS.read_text(encoding="utf-8").split("-- step: ")
    for part in parts[1:]:
        name, _, statement = part.partition("\n")
        # Not as a parameter: the planner shall see the number.
        yield name, statement.replace(":customers", str(customers))


def fill(url: str, customers: int) -> None:
    """Fill the database at the revision of the statements and upgrade it; each step prints what it took."""
    fill_old(url, customers)
    begun = time.perf_counter()
    migrations.upgrade(url)
    print(f"{'upgrade':24} {time.perf_counter() - begun:6.1f} s", flush=True)
    analyse(url)


def fill_old(url: str, customers: int) -> None:
    """Fill the database at the revision of the statements."""
    migrations.upgrade(url, OLD)
    engine = create_engine(url, OWNER)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # superuser: no triggers
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
        for name, statement in steps(customers):
            begun = time.perf_counter()
            connection.execution_options(no_parameters=True).exec_driver_sql(statement)
            print(f"{name:24} {time.perf_counter() - begun:6.1f} s", flush=True)
    engine.dispose()


def analyse(url: str) -> None:
    """Let the planner know what is there."""
    engine = create_engine(url, OWNER)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url", help="a superuser's URL of an empty database")
    parser.add_argument("--customers", type=int, default=100_000)
    given = parser.parse_args(arguments)
    fill(given.url, given.customers)


if __name__ == "__main__":
    main()
