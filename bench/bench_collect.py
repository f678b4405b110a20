"""Time every collector on the database that make_scale.py filled: medians of five, cold tally and warm.

    python bench/bench_collect.py postgresql://postgres@/scale [--workers 2] [--explain aging] [--role NAME]

"first" includes the full recount of the events, as after a start; "next" is what every later tick costs.
The last lines time all areas as the exporter runs them: workers that share one exported snapshot.
"""

from __future__ import annotations

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from collectors.registry import create
from ledgerscope.store.engine import Session, create_engine
from ledgerscope.store.snapshots import import_snapshot, read_only_snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

    from collectors.base import Collector

AS_OF = datetime(2026, 6, 15, 12, tzinfo=UTC)
ROUNDS = 5


def timed(engine: Engine, collector: Collector, as_of: datetime) -> tuple[float, int]:
    """Seconds of one run in a transaction of its own, and how many readings it gave."""
    with read_only_snapshot(engine) as snapshot:
        begun = time.perf_counter()
        readings = collector.collect(snapshot.connection, as_of)
        return time.perf_counter() - begun, len(readings)


def each(engine: Engine, names: Sequence[str], as_of: datetime) -> None:
    """A line per collector."""
    print(f"{'collector':14}{'first ms':>10}{'next ms':>10}{'readings':>10}")
    total = 0.0
    for fresh in create(names):
        first, n = timed(engine, fresh, as_of)
        later = median(timed(engine, fresh, as_of)[0] for _ in range(ROUNDS))
        total += later
        print(f"{fresh.name:14}{first * 1000:10.0f}{later * 1000:10.0f}{n:10}", flush=True)
    print(f"{'sum':14}{'':10}{total * 1000:10.0f}")


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
    print(
        f"all, {workers} workers: first {first * 1000:.0f} ms, then {median(rounds) * 1000:.0f} ms (median)"
    )


def explain(engine: Engine, names: Sequence[str], as_of: datetime) -> None:
    """Print the plan of every statement of the named collectors, with its time."""
    with read_only_snapshot(engine) as snapshot:
        seen: list[tuple[str, Any]] = []

        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
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
    engine = create_engine(given.url, Session(read_only=True, role=given.role), pool_size=given.workers + 1)
    if given.explain:
        explain(engine, given.names, given.as_of)
        return
    each(engine, given.names, given.as_of)
    together(engine, given.names, given.as_of, given.workers)


if __name__ == "__main__":
    main()
