"""Time every collector on the database that make_scale.py filled: medians of five, cold tally and warm.

    python bench/bench_collect.py postgresql://postgres@/scale [--workers 2] [--explain aging] [--role NAME]

"first" includes the full recount of the events, as after a start; "next" is what every later tick costs, and
"processor" the part of it that the server's process ran for, which a busy machine changes less. The last line
times all areas as the exporter runs them: workers that share one exported snapshot.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from sqlalchemy import event, text

from collectors.registry import create
from ledgerscope.store.engine import EXPORTER, create_engine
from ledgerscope.store.snapshots import import_snapshot, read_only_snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

    from collectors.base import Collector

AS_OF = datetime(2026, 6, 15, 12, tzinfo=UTC)
ROUNDS = 5
PLANNED = ("SELECT", "WITH")
"""How statements with a plan begin; savepoints have none."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took: seconds that passed, seconds of the server's processor, and the readings it gave."""

    passed: float
    processor: float
    readings: int


def timed(engine: Engine, collector: Collector, as_of: datetime) -> Run:
    """One run in a transaction of its own."""
    with read_only_snapshot(engine) as snapshot:
        process = snapshot.connection.execute(text("select pg_backend_pid()")).scalar_one()
        begun, used = time.perf_counter(), processor_seconds(process)
        readings = collector.collect(snapshot.connection, as_of)
        return Run(time.perf_counter() - begun, processor_seconds(process) - used, len(readings))


def processor_seconds(process: int) -> float:
    """Of a process of this machine, as Linux reports them; not a number where the server runs elsewhere."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return math.nan
    user, system = stat.read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def each(engine: Engine, names: Sequence[str], as_of: datetime) -> None:
    """A line of a Markdown table per collector."""
    print("| collector | first ms | next ms | processor ms | readings |\n| --- | ---: | ---: | ---: | ---: |")
    passed = processor = 0.0
    for fresh in create(names):
        first = timed(engine, fresh, as_of)
        rounds = [timed(engine, fresh, as_of) for _ in range(ROUNDS)]
        wall, used = median(run.passed for run in rounds), median(run.processor for run in rounds)
        passed, processor = passed + wall, processor + used
        cells = f"{first.passed * 1000:.0f} | {wall * 1000:.0f} | {used * 1000:.0f} | {first.readings}"
        print(f"| {fresh.name} | {cells} |", flush=True)
    print(f"| sum | | {passed * 1000:.0f} | {processor * 1000:.0f} | |")


def together(engine: Engine, names: Sequence[str], as_of: datetime, workers: int) -> None:
    """All collectors of one tick, on workers that share a snapshot."""
    collectors = create(names)

    def tick() -> float:
        begun = time.perf_counter()
        with read_only_snapshot(engine) as snapshot, ThreadPoolExecutor(workers) as pool:

            def run(collector: Collector) -> None:
                with import_snapshot(engine, snapshot.token) as connection:
                    collector.collect(connection, as_of)

            list(pool.map(run, collectors))
        return time.perf_counter() - begun

    first = tick()
    rounds = [tick() for _ in range(ROUNDS)]
    print(f"| all, {workers} workers | {first * 1000:.0f} | {median(rounds) * 1000:.0f} | | |")
    print(f"\nLoad average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")


def explain(engine: Engine, names: Sequence[str], as_of: datetime) -> None:
    """Print the plan of every statement of the named collectors, with its time."""
    with read_only_snapshot(engine) as snapshot:
        seen: list[tuple[str, Any]] = []

        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            if statement.lstrip("( \n").upper().startswith(PLANNED):
                seen.append((statement, parameters))

        event.listen(snapshot.connection, "before_cursor_execute", note)
        for collector in create(names):
            collector.collect(snapshot.connection, as_of)
        event.remove(snapshot.connection, "before_cursor_execute", note)
        for statement, parameters in seen:
            plan = snapshot.connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", parameters)
            print(statement, *(row[0] for row in plan), "", sep="\n")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url")
    parser.add_argument("names", nargs="*", help="collectors; all without one")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--role", help="take this role on, such as ledgerscope_exporter")
    parser.add_argument("--as-of", type=datetime.fromisoformat, default=AS_OF)
    parser.add_argument("--explain", action="store_true")
    given = parser.parse_args(arguments)
    engine = create_engine(given.url, replace(EXPORTER, role=given.role), pool_size=given.workers + 1)
    if given.explain:
        explain(engine, given.names, given.as_of)
        return
    each(engine, given.names, given.as_of)
    together(engine, given.names, given.as_of, given.workers)


if __name__ == "__main__":
    main()
