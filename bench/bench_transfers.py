"""Time imports and exports of customers on the embedded PostgreSQL, and how much memory they take.

    python bench/bench_transfers.py [--rows 100000]

A file of customers, each with all fields, is checked, imported into an empty company, imported again,
imported with a change in every row, exported, and undone. Memory is the greatest resident size so far in MB;
it must not grow with the rows. The database is durable, as in production.
"""

from __future__ import annotations

import argparse
import csv
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import Workbook
from sqlalchemy import make_url

from ledgerscope.customers import Refused
from ledgerscope.customers.operations import Caller, Operations
from ledgerscope.customers.transfers import ExportCustomers, Exports, ImportCustomers, ImportResult, Imports
from ledgerscope.store import migrations, roles
from ledgerscope.store.changes import Changes
from ledgerscope.store.changes_writer import write_changes
from ledgerscope.store.embedded import embedded_postgres
from ledgerscope.store.engine import OWNER, Session, create_engine
from ledgerscope.store.records import Tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEADER = ("external_id", "name", "email", "phone", "address", "currency", "terms_days", "signup_channel")


def customers(rows: int, terms_days: int) -> Iterator[tuple[object, ...]]:
    yield HEADER
    for place in range(rows):
        yield (
            f"X-{place:07d}", f"Müller & Söhne {place}", f"office{place}@example.com", f"+43 1 {place}",
            f"Street {place}\n1010 Vienna", "EUR", terms_days, "organic",
        )  # fmt: skip


def write_csv(path: Path, rows: int, terms_days: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(customers(rows, terms_days))
    return path


def write_xlsx(path: Path, rows: int) -> Path:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in customers(rows, 30):
        sheet.append(row)
    book.save(path)
    return path


def timed(what: str, goal: str, call: Callable[[], object]) -> object:
    begun, used = time.perf_counter(), time.process_time()
    answer = call()
    took, used = time.perf_counter() - begun, time.process_time() - used
    if isinstance(answer, Refused):
        raise SystemExit(answer.reason)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"| {what} | {took:.1f} | {used:.1f} | {peak} | {goal} |", flush=True)
    return answer


def measure(operations: Operations, folder: Path, rows: int) -> None:
    imports, exports = Imports(operations), Exports(operations)
    first = ImportCustomers(path=write_csv(folder / "first.csv", rows, 30))
    second = ImportCustomers(path=write_csv(folder / "second.csv", rows, 14))
    print(f"{rows:,} rows\n| | seconds | of them here | peak MB | goal |\n| --- | ---: | ---: | ---: | --- |")
    timed("check", "", lambda: imports.check(first))
    timed("import, all new", "30 s", lambda: imports.run(first))
    timed("import, all unchanged", "30 s", lambda: imports.run(first))
    updated = timed("import, all changed", "30 s", lambda: imports.run(second))
    assert isinstance(updated, ImportResult)
    timed("export, CSV", "5 s", lambda: exports.to_file(ExportCustomers(), folder / "out.csv"))
    timed(
        "export, JSON", "5 s", lambda: exports.to_file(ExportCustomers(format="json"), folder / "out.jsonl")
    )
    timed("undo", "", lambda: imports.undo(updated.import_batch_id or ""))
    json = ImportCustomers(path=folder / "out.jsonl")
    timed("import, JSON lines, all changed", "30 s", lambda: imports.run(json))
    book = ImportCustomers(path=write_xlsx(folder / "first.xlsx", rows))
    timed("import, XLSX, all changed", "", lambda: imports.run(book))


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-transfers-", dir=Path.cwd()) as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server's account has to pass through
        with embedded_postgres(folder / "server") as server:
            migrations.upgrade(make_url(server.url))
            owner = create_engine(server.url, OWNER, pool_size=1)
            with owner.begin() as connection:
                made = datetime.now(UTC)
                acme = Tenant("acme", "Acme", "Europe/Vienna", "EUR", "{}", made)
                write_changes(connection, [Changes((acme,))])
            app = create_engine(server.url, Session(role=roles.APP), pool_size=1)
            measure(Operations(app, Caller(tenant_id="acme", actor="bench")), folder, given.rows)
            owner.dispose()
            app.dispose()


if __name__ == "__main__":
    main()
