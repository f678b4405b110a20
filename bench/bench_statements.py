"""Statements and aging snapshots on a database of `make_scale.py`, through the public operations.

    python bench/bench_statements.py postgresql://postgres@/scale [--company acme] [--rounds 50]

Statements are of the last twelve months of the data, of customers spread over the company, each asked for
once; a snapshot is refreshed again and again for the same day. It writes what the operations write.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, date, datetime
from statistics import quantiles
from typing import TYPE_CHECKING

from sqlalchemy import text

from ledgerscope.customers.aging import Agings, RefreshAging, RefreshedAging
from ledgerscope.customers.operations import Caller, Operations
from ledgerscope.customers.statements import Period, StatementFile, Statements
from ledgerscope.store import roles
from ledgerscope.store.engine import Session, begin_as, create_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

YEAR = Period(date(2025, 6, 16), date(2026, 6, 15))
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
REFRESHES = 5


def measure(name: str, calls: Sequence[Callable[[], object]], wanted: type[object]) -> None:
    """Print the median and the 95th percentile of the calls, each made once."""
    took = []
    for call in calls:
        begun = time.perf_counter()
        answer = call()
        took.append((time.perf_counter() - begun) * 1000)
        assert isinstance(answer, wanted), answer
    cuts = quantiles(took, n=20, method="inclusive")
    print(f"{name:32} {len(took):5} calls, median {cuts[9]:7.1f} ms, p95 {cuts[18]:7.1f} ms", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url", help="a superuser's URL")
    parser.add_argument("--company", default="acme")
    parser.add_argument("--rounds", type=int, default=50)
    given = parser.parse_args(arguments)
    engine = create_engine(given.url, Session(role=roles.APP))
    with begin_as(engine, given.company) as connection:
        query = text("select customer_id from customer order by customer_id")
        everyone = [each.hex for each in connection.execute(query).scalars()]
    chosen = everyone[:: max(1, len(everyone) // given.rounds)][: given.rounds]
    operations = Operations(engine, Caller(tenant_id=given.company, actor="bench"), clock=lambda: NOON)
    statements, agings = Statements(operations), Agings(operations)
    print(f"{len(everyone)} customers of {given.company}")
    statements.generate(chosen[0], "EUR", YEAR, "pdf")  # fonts are read once per process
    for form in ("csv", "pdf"):
        calls = [
            lambda who=who, form=form: statements.generate(who, "EUR", YEAR, form)  # bound early
            for who in chosen
        ]
        measure(f"statement of 12 months, {form}", calls, StatementFile)
    refresh = RefreshAging("scheduled", NOON.date())
    measure("aging of all", [lambda: agings.refresh(refresh)] * REFRESHES, RefreshedAging)
    engine.dispose()


if __name__ == "__main__":
    main()
