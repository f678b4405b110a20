"""Rule tests against promtool in the same run: medians of five, as ratios.

    .venv/bin/python bench/bench_rule_tests.py [tiny week week20 groups]

tiny    two series, one alert, five steps: inside a running process against one promtool process
week    one week of 1-minute data x 100 series x 1 alert rule
week20  the same x 20 rules
groups  40 test groups x 120 rules of which each group feeds a few

`groups` and `tiny` include reading the YAML files; rule files are read once, as in a pytest session.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from ledgerscope.promql.testing.runner import Options
from ledgerscope.promql.testing.session import TestSession

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 5
WEEK = 7 * 24 * 60


def write(folder: Path, rules: list[dict[str, Any]], tests: list[dict[str, Any]]) -> Path:
    groups = {
        "groups": [
            {"name": f"g{index}", "rules": rules[index : index + 20]} for index in range(0, len(rules), 20)
        ]
    }
    (folder / "rules.yml").write_text(yaml.safe_dump(groups, sort_keys=False, width=10_000))
    document = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": tests}
    (folder / "t.yml").write_text(yaml.safe_dump(document, sort_keys=False, width=10_000))
    return folder / "t.yml"


def tiny(folder: Path) -> Path:
    rule = {"alert": "Down", "expr": "up == 0", "for": "2m", "annotations": {"s": "{{ $labels.i }} is down"}}
    series = [{"series": f'up{{i="{i}"}}', "values": "1 0x5"} for i in "ab"]
    expected = [{"exp_labels": {"i": i}, "exp_annotations": {"s": f"{i} is down"}} for i in "ab"]
    case = {"eval_time": "4m", "alertname": "Down", "exp_alerts": expected}
    return write(folder, [rule], [{"interval": "1m", "input_series": series, "alert_rule_test": [case]}])


def _week(folder: Path, rules: list[dict[str, Any]]) -> Path:
    series = [
        {"series": f'x{{job="j{index % 5}",i="{index}"}}', "values": f"0+{index + 1}x{WEEK}"}
        for index in range(100)
    ]
    cases = [{"eval_time": f"{WEEK}m", "alertname": "None"}]
    return write(folder, rules, [{"interval": "1m", "input_series": series, "alert_rule_test": cases}])


def week(folder: Path) -> Path:
    return _week(folder, [{"alert": "High", "expr": "sum by (job) (rate(x[5m])) > 1.5"}])


def week20(folder: Path) -> Path:
    expressions = [
        *(
            f"sum by (job) ({function}(x[{window}]))"
            for function in ("rate", "increase")
            for window in ("5m", "15m", "30m", "1h")
        ),
        *(
            f"max by (job) ({function}(x[10m]))"
            for function in ("avg_over_time", "min_over_time", "max_over_time")
        ),
        "sum by (job) (rate(x[5m])) / sum by (job) (rate(x[1h]))",
        "topk(3, rate(x[5m]))",
        "count(x)",
        "avg(rate(x[5m]))",
        "max(x) - min(x)",
        "sum(r0) + sum(r1)",
        "absent(x)",
        "rate(x[5m]) > 1",
        "r2 > bool 2",
    ]
    return _week(folder, [{"record": f"r{index}", "expr": expr} for index, expr in enumerate(expressions)])


def groups(folder: Path) -> Path:
    rules: list[dict[str, Any]] = []
    for index in range(60):
        expr = f"sum by (job) (rate(m{index}_total[5m])) / sum by (job) (rate(n{index}_total[5m]))"
        rules.append({"record": f"ratio{index}", "expr": expr})
        text = {"summary": "{{ $labels.job }} {{ $value | humanizePercentage }}"}
        rules.append({"alert": f"A{index}", "expr": f"ratio{index} > 0.1", "for": "5m", "annotations": text})
    tests = []
    for index in range(40):
        series = [{"series": f'm{index}_total{{job="a",i="{i}"}}', "values": "0+10x60"} for i in range(3)] + [
            {"series": f'n{index}_total{{job="a",i="{i}"}}', "values": "0+20x60"} for i in range(3)
        ]
        expected = [{"exp_labels": {"job": "a"}, "exp_annotations": {"summary": "a 50%"}}]
        cases = [
            {"eval_time": "3m", "alertname": f"A{index}"},
            {"eval_time": "30m", "alertname": f"A{index}", "exp_alerts": expected},
        ]
        tests.append({"interval": "1m", "input_series": series, "alert_rule_test": cases})
    return write(folder, rules, tests)


def ours(path: Path) -> bool:
    runs = TestSession(Options(compat="2")).open(path)
    return all(outcome.passed for run in runs for outcome in run.outcomes())


def promtool(path: Path) -> bool:
    done = subprocess.run(["promtool", "test", "rules", str(path)], capture_output=True, check=False)
    return done.returncode == 0


def median(work: Callable[[Path], bool], path: Path, rounds: int) -> float:
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        passed = work(path)
        times.append(time.perf_counter() - begin)
        if not passed:
            raise SystemExit(f"{path}: {work.__name__} says the tests fail")
    return statistics.median(times)


WORKLOADS: dict[str, Callable[[Path], Path]] = {
    "tiny": tiny,
    "week": week,
    "week20": week20,
    "groups": groups,
}
SLOW = frozenset({"week20"})


def main() -> None:
    chosen = sys.argv[1:] or list(WORKLOADS)
    compare = shutil.which("promtool") is not None
    for name in chosen:
        with tempfile.TemporaryDirectory() as folder:
            path = WORKLOADS[name](Path(folder))
            ours(path)  # a running session has read its rules and loaded its modules
            mine = median(ours, path, ROUNDS)
            line = f"{name}: ours {mine * 1000:.1f} ms"
            if compare:
                theirs = median(promtool, path, 1 if name in SLOW else ROUNDS)
                line += f", promtool {theirs * 1000:.1f} ms, ratio {theirs / mine:.1f}"
            print(line, flush=True)


if __name__ == "__main__":
    main()
