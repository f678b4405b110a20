"""What 1,000,000 samples take: growth of the process's memory, each shape in a process of its own.

    .venv/bin/python bench/bench_promql_memory.py

A rule-test file whose lines stand for 1,000,000 samples is read, its series are written into a storage, and
one `rate` rule is evaluated over all of them. Printed are the resident memory held after the step and its
highest point, both less what the process had before (everything imported, a small file already evaluated),
in units of 10^6 bytes; in brackets the bytes per sample.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import tempfile
from pathlib import Path

from ledgerscope.promql.testing.runner import Options
from ledgerscope.promql.testing.session import TestSession

SAMPLES = 1_000_000
#: Series, and samples of each.
SHAPES = ((100, 10_000), (1_000, 1_000), (10_000, 100))
MEGABYTE = 1e6

RULES = """\
groups:
  - name: g
    rules:
      - alert: High
        expr: sum by (job) (rate(requests_total[5m])) > 1e9
"""


def write(folder: Path, series: int, points: int) -> Path:
    """The test file of a shape."""
    (folder / "rules.yml").write_text(RULES)
    lines = "".join(
        f'      - series: requests_total{{job="j{index % 5}", instance="host-{index}:9090"}}\n'
        f"        values: 0+{index + 1}x{points - 1}\n"
        for index in range(series)
    )
    path = folder / f"{series}.test.yml"
    path.write_text(
        "rule_files: [rules.yml]\ntests:\n  - interval: 1m\n    input_series:\n" + lines
        + f"    alert_rule_test:\n      - alertname: High\n        eval_time: {points - 1}m\n"
    )  # fmt: skip
    return path


def memory() -> tuple[float, float]:
    """Resident memory held now, and its highest point since `reset_peak`."""
    gc.collect()
    lines = Path("/proc/self/status").read_text().splitlines()
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith("Vm")}
    return kilobytes["VmRSS"] * 1024 / MEGABYTE, kilobytes["VmHWM"] * 1024 / MEGABYTE


def reset_peak() -> None:
    """Begin to look for the highest point anew."""
    Path("/proc/self/clear_refs").write_text("5")


def measure(folder: Path, series: int, points: int) -> None:
    """In a fresh process: read, evaluate, and report what it took."""
    small, path = write(folder, 2, 10), write(folder, series, points)
    TestSession(Options()).open(small)[0].outcomes()
    reset_peak()
    before, _ = memory()
    (run,) = TestSession(Options()).open(path)
    read = memory()
    passed = all(outcome.passed for outcome in run.outcomes())
    evaluated = memory()
    if not passed or sum(map(len, run.evaluation.storage)) < SAMPLES:
        raise SystemExit(f"{path}: fails")
    for name, figures in (("file read", read), ("evaluated", evaluated)):
        held, most = (figure - before for figure in figures)
        each = MEGABYTE / SAMPLES
        print(
            f"{series} series x {points}, {name}: holds {held:.0f} MB, at most {most:.0f} MB"
            f" ({held * each:.0f} and {most * each:.0f})"
        )


def main() -> None:
    """Each shape in turn."""
    if len(sys.argv) > 1:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), int(sys.argv[1]), int(sys.argv[2]))
        return
    for shape in SHAPES:
        subprocess.run([sys.executable, __file__, *map(str, shape)], check=True)


if __name__ == "__main__":
    main()
