"""How fast rule expressions are evaluated, against promtool on the same file in the same run.

    python bench/bench_promql.py [--days 7] [--rules 1|20|all] [--promtool-runs 1]

One week of one-minute samples of 100 counters; (b1) one alert rule, (b20) twenty rules of the usual kinds,
some reading what others record. Ours reads the same test file, loads the series and evaluates every rule at
every step, recorded series included; it leaves out the state of alerts and their templates. Ours is the
median of five runs. promtool is one run unless asked for more, because (b20) takes it well over a minute.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from ledgerscope.promql.engine.engine import MINUTE_MS, Engine
from ledgerscope.promql.engine.evaluator import Cache
from ledgerscope.promql.samples.labels import METRIC_NAME, Labels
from ledgerscope.promql.samples.storage import Storage
from ledgerscope.promql.series.notation import parse_series

if TYPE_CHECKING:
    from collections.abc import Callable

SERIES = 100
RUNS = 5

B1 = [{"alert": "Busy", "expr": "sum by (job) (rate(x_total[5m])) > 1.5"}]
B20 = [
    {"record": "job:x:rate5m", "expr": "sum by (job) (rate(x_total[5m]))"},
    {"record": "job:x:rate1h", "expr": "sum by (job) (rate(x_total[1h]))"},
    {"record": "job:x:ratio", "expr": "job:x:rate5m / job:x:rate1h"},
    {"record": "instance:x:increase10m", "expr": "increase(x_total[10m])"},
    {"record": "instance:x:increase30m", "expr": "increase(x_total[30m])"},
    {"record": "job:x:increase1h", "expr": "sum by (job) (increase(x_total[1h]))"},
    {"record": "x:avg10m", "expr": "avg_over_time(x_total[10m])"},
    {"record": "x:min30m", "expr": "min_over_time(x_total[30m])"},
    {"record": "x:max", "expr": "max by (job) (x_total)"},
    {"record": "x:count", "expr": "count by (job) (x_total > 100)"},
    {"record": "x:top", "expr": "topk(3, rate(x_total[5m]))"},
    {"record": "job:x:share", "expr": "job:x:rate5m / ignoring(job) group_left() sum(job:x:rate5m)"},
    {"record": "job:x:avg", "expr": "avg by (job) (rate(x_total[15m]))"},
    {"alert": "Busy", "expr": "job:x:rate5m > 1.5"},
    {"alert": "Busier", "expr": "job:x:rate5m > 1.1 * job:x:rate1h"},
    {"alert": "Gone", "expr": 'absent(x_total{job="j0"})'},
    {"alert": "Quiet", "expr": "job:x:rate5m < 0.01 and job:x:rate1h > 0.01"},
    {"alert": "Jump", "expr": "deriv(x_total[15m]) > 100"},
    {"alert": "Reset", "expr": "resets(x_total[30m]) > 3"},
    {"alert": "Few", "expr": "sum(x:count) < 5"},
]
QUERIES = ["sum(x_total)", "topk(3, x_total)", "sum by (job) (rate(x_total[5m]))"]


def write_files(folder: Path, rules: list[dict[str, str]], days: int) -> Path:
    minutes = days * 24 * 60
    series = [
        {"series": f'x_total{{i="{i}", job="j{i % 10}"}}', "values": f"0+{1 + i % 7}x{minutes}"}
        for i in range(SERIES)
    ]
    (folder / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "g", "rules": rules}]}))
    test = {
        "interval": "1m",
        "input_series": series,
        "promql_expr_test": [{"expr": query, "eval_time": f"{minutes}m"} for query in QUERIES],
    }
    path = folder / "test.yml"
    path.write_text(yaml.safe_dump({"rule_files": ["rules.yml"], "tests": [test]}))
    return path


def evaluate(path: Path) -> int:
    """Everything a run of the file computes; returns how many samples the rules gave."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    file = yaml.load(path.read_text(), loader)  # noqa: S506 - a safe loader, the fast one where there is one
    rules = yaml.load((path.parent / "rules.yml").read_text(), loader)  # noqa: S506 - as above
    engine, storage, cache = Engine("2"), Storage(), Cache()
    (test,) = file["tests"]
    end = load(storage, test)
    samples = sum(evaluate_rule(engine, storage, cache, rule, end) for rule in rules["groups"][0]["rules"])
    for case in test["promql_expr_test"]:
        engine.instant(storage, case["expr"], end)
    return samples


def load(storage: Storage, test: dict[str, Any]) -> int:
    end = 0
    for line in test["input_series"]:
        series = parse_series(f"{line['series']} {line['values']}")
        points = series.expand()
        times = np.flatnonzero(points.present) * MINUTE_MS
        storage.append(Labels(series.labels), times, points.values[points.present])
        end = max(end, int(times[-1]))
    return end


def evaluate_rule(engine: Engine, storage: Storage, cache: Cache, rule: dict[str, str], end: int) -> int:
    vector = engine.range(storage, rule["expr"], 0, end, MINUTE_MS, cache=cache).vector
    if "record" in rule:
        times = vector.axis.times
        for row in vector:
            labels = row.labels.replace(METRIC_NAME, rule["record"])
            storage.append(labels, times[row.present], row.values[row.present])
    return int(vector.present.sum())


def seconds(action: Callable[[Path], object], path: Path) -> float:
    start = time.perf_counter()
    action(path)
    return time.perf_counter() - start


def promtool(path: Path) -> None:
    subprocess.run(["promtool", "test", "rules", str(path)], capture_output=True, check=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--rules", choices=("1", "20", "all"), default="all")
    parser.add_argument("--promtool-runs", type=int, default=1)
    options = parser.parse_args()
    for name, rules in (("1", B1), ("20", B20)):
        if options.rules not in {name, "all"}:
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = write_files(Path(folder), rules, options.days)
            ours = statistics.median(seconds(evaluate, path) for _ in range(RUNS))
            line = f"(b{name}) {options.days} days, {len(rules)} rules: ours {ours:.3f} s"
            if options.promtool_runs and shutil.which("promtool"):
                theirs = statistics.median(seconds(promtool, path) for _ in range(options.promtool_runs))
                line += f", promtool {theirs:.2f} s, {theirs / ours:.0f} times"
            print(line, file=sys.stdout, flush=True)


if __name__ == "__main__":
    main()
