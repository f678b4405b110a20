"""Upgrade a filled database from revision 0001 and see that every figure stays.

    python -m bench.bench_migration postgresql://postgres@/empty [--customers 100000] [--days 0 40]

Fills an empty database at revision 0001 (make_scale.py), reads all figures with the program of that revision
(taken from the repository's history), upgrades, and reads them with this program. Every series of receivables
and credit has to be equal; of the other areas, whose definitions changed since, differences are only listed.
The times of the upgrade and of each collector are printed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tarfile
import tempfile
import time
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.make_scale import analyse, fill_old
from ledgerscope.store import migrations

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[1]
OLD_PROGRAM = "9b65060"
"""The last commit whose collectors read revision 0001."""
AS_OF = datetime.fromisoformat("2026-06-15T12:00:00+00:00")
KEPT = ("customer_aging_", "customer_credit_", "customer_receivable_")
"""How metrics begin whose figures the upgrade has to keep."""
READ = """
import json, sys, time
from datetime import datetime
from collectors.base import Distribution
from collectors.registry import create
from ledgerscope.store.engine import EXPORTER, create_engine
from ledgerscope.store.snapshots import read_only_snapshot
url, *instants = sys.argv[1:]
found, took = {}, {}
engine = create_engine(url, EXPORTER, pool_size=2)
for as_of in instants:
    for collector in create(()):
        begun = time.perf_counter()
        with read_only_snapshot(engine) as snapshot:
            readings = collector.collect(snapshot.connection, datetime.fromisoformat(as_of))
        took[f"{as_of} {collector.name}"] = time.perf_counter() - begun
        for one in readings:
            value = one.value
            if isinstance(value, Distribution):
                value = [list(value.cumulative), value.sum]
            found[" ".join((as_of, one.metric.name, *one.labels))] = value
print(json.dumps([found, took]))
"""


def figures(program: Path, url: str, instants: Sequence[datetime]) -> tuple[dict[str, Any], dict[str, float]]:
    """All series by instant, metric and labels, and what each collector took, of the program in a folder."""
    found_by = subprocess.run(
        [sys.executable, "-c", READ, url, *(one.isoformat() for one in instants)],
        cwd=program,
        env={"PYTHONPATH": str(program), "PATH": "/usr/bin:/bin"},
        check=True,
        capture_output=True,
    )
    found, took = json.loads(found_by.stdout)
    return found, took


def old_program(folder: Path) -> Path:
    """The program of revision 0001, unpacked."""
    archive = subprocess.run(
        ["git", "archive", OLD_PROGRAM], cwd=ROOT, check=True, capture_output=True
    ).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as packed:
        packed.extractall(folder, filter="data")
    return folder


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url", help="a superuser's URL of an empty database")
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument(
        "--days", type=int, nargs="*", default=[0, 40], help="instants, in days before the last"
    )
    given = parser.parse_args(arguments)
    instants = [AS_OF - timedelta(days=days) for days in given.days]
    fill_old(given.url, given.customers)
    analyse(given.url)
    with tempfile.TemporaryDirectory() as folder:
        before, took_before = figures(old_program(Path(folder)), given.url, instants)
    begun = time.perf_counter()
    migrations.upgrade(given.url)
    print(f"upgrade {time.perf_counter() - begun:.1f} s", flush=True)
    analyse(given.url)
    after, took_after = figures(ROOT, given.url, instants)
    for name, seconds in took_after.items():
        print(f"{name:45} before {took_before[name]:6.2f} s, after {seconds:6.2f} s")
    differences = [name for name in before.keys() & after.keys() if before[name] != after[name]]
    for name in sorted(differences):
        print(f"{name}: {before[name]} before, {after[name]} after")
    for name in sorted(before.keys() - after.keys()):
        print(f"{name}: {before[name]} before, gone after")
    print(f"{len(before)} series before, {len(after)} after, {len(differences)} differ")
    kept = [name for name in before if name.split()[1].startswith(KEPT)]
    wrong = [name for name in kept if name not in after or before[name] != after[name]]
    print(f"{len(kept)} of receivables and credit before, {len(wrong)} of them differ or are gone after")
    return bool(wrong or not kept)


if __name__ == "__main__":
    raise SystemExit(main())
