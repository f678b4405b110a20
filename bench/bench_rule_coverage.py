"""What rule coverage costs: the same tests with `--promql-cov` and without, medians of five, processor time.

    .venv/bin/python bench/bench_rule_coverage.py

`own` are the tests of this project's rules; `many` is 40 groups over 120 rules with thresholds, set operators
and `for`, each group feeding a few of them; `wide` is one group with 200 series over a day. Both ways run in
turn: as whole pytest sessions, start and report included, and the engine alone in one process.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from ledgerscope.promql.testing.coverage import Coverage
from ledgerscope.promql.testing.runner import Options
from ledgerscope.promql.testing.session import TestSession

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 5
OWN = Path(__file__).parent.parent / "tests" / "rules"
DAY = 24 * 60


def own(_folder: Path) -> list[Path]:
    """The tests of this project."""
    return sorted(OWN.glob("*.test.yml"))


def many(folder: Path) -> list[Path]:
    """Small groups over many rules."""
    rules: list[dict[str, Any]] = []
    for index in range(40):
        m, n = f"rate(m{index}[5m])", f"rate(n{index}[5m])"
        high = f"ratio{index} > 0.1 and on (job) {n} > 0"
        low = f"ratio{index} < 0.01 unless on (job) {n} == 0"
        rules += [
            {"record": f"ratio{index}", "expr": f"sum by (job) ({m}) / sum by (job) ({n})"},
            {"alert": f"High{index}", "expr": high, "for": "5m"},
            {"alert": f"Low{index}", "expr": low, "for": "10m"},
        ]
    tests = []
    for index in range(40):
        series = [
            {"series": f'{name}{index}{{job="j{job}"}}', "values": f"0+{step * (job + 1)}x60"}
            for name, step in (("m", 10), ("n", 20))
            for job in range(3)
        ]
        cases = [{"eval_time": f"{at}m", "alertname": f"Low{index}"} for at in (10, 30, 60)]
        tests.append({"interval": "1m", "input_series": series, "alert_rule_test": cases})
    return [write(folder, rules, tests)]


def wide(folder: Path) -> list[Path]:
    """Many series over a long time."""
    rules = [
        {"alert": f"A{index}", "expr": f"sum by (job) ({call}(x[{window}])) > {level}", "for": "5m"}
        for index, (call, window, level) in enumerate(
            (call, window, level)
            for call in ("rate", "increase", "max_over_time")
            for window in ("5m", "30m")
            for level in (1, 100)
        )
    ]
    series = [
        {"series": f'x{{job="j{index % 5}",i="{index}"}}', "values": f"0+{index}x{DAY}"}
        for index in range(200)
    ]
    cases = [{"eval_time": f"{DAY}m", "alertname": "None"}]
    return [write(folder, rules, [{"interval": "1m", "input_series": series, "alert_rule_test": cases}])]


def write(folder: Path, rules: list[dict[str, Any]], tests: list[dict[str, Any]]) -> Path:
    """A rule file and its tests."""
    groups = {"groups": [{"name": "g", "rules": rules}]}
    (folder / "rules.yml").write_text(yaml.safe_dump(groups, sort_keys=False, width=10_000))
    document = {"rule_files": ["rules.yml"], "tests": tests}
    (folder / "t.yml").write_text(yaml.safe_dump(document, sort_keys=False, width=10_000))
    return folder / "t.yml"


def engine_part(files: list[Path], *, covered: bool = False) -> float:
    """Processor seconds of all tests without pytest, their rules covered as the plugin does it."""
    session = TestSession(Options())
    coverage = Coverage() if covered else None
    begin = time.process_time()
    for path in files:
        for group in session.open(path):
            if not all(outcome.passed for outcome in group.outcomes()):
                raise SystemExit(f"{path}: fails")
            if coverage is not None:
                coverage.add(group.plan, group.evaluation, group.engine)
            session.keep(group)
    return time.process_time() - begin


def whole_session(files: list[Path], folder: Path, *arguments: str) -> float:
    """Processor seconds of a pytest session over the files, its start and its report included."""
    command = ["-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-c", str(folder / "pytest.ini")]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *command, *arguments, *map(str, files)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def show(title: str, without: Callable[[], float], with_coverage: Callable[[], float]) -> None:
    """Both ways in turn, after one round that does not count."""
    without(), with_coverage()
    pairs = [(without(), with_coverage()) for _ in range(ROUNDS)]
    plain = 1000 * statistics.median(pair[0] for pair in pairs)
    extra = 1000 * statistics.median(covered - alone for alone, covered in pairs)
    print(f"{title}: {plain:.0f} ms without coverage, {extra:+.0f} ms with it, {100 * extra / plain:+.1f} %")


WORKLOADS: dict[str, Callable[[Path], list[Path]]] = {"own": own, "many": many, "wide": wide}


def main() -> None:
    """Print each workload's extra time."""
    for name, workload in WORKLOADS.items():
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            files = workload(folder)
            (folder / "pytest.ini").write_text("[pytest]\npromql_rule_tests = *.test.yml t.yml\n")
            show(
                f"{name}, pytest session",
                partial(whole_session, files, folder),
                partial(whole_session, files, folder, "--promql-cov"),
            )
            show(
                f"{name}, of it the engine",
                partial(engine_part, files),
                partial(engine_part, files, covered=True),
            )


if __name__ == "__main__":
    main()
