"""What a tiny rule test costs inside pytest: medians of seven sessions, wall and processor time.

    .venv/bin/python bench/bench_rule_test_items.py [FILES]

Each file has one group, one alert and two cases over two series. Compared are sessions of no file, of one
and of FILES (200) in turn, each beside one empty Python test, for the first test of a session makes other
plugins load what they need: the first file pays for our imports, each further one for itself alone. That is
measured among the plugins of this installation and with the plugin alone, as in an empty
environment. `in process` is the median over 100 of reading, parsing, evaluating and rendering such a file
without pytest's part, with a rule file that was never read before and with one that was.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from ledgerscope.promql.testing.runner import Options
from ledgerscope.promql.testing.session import TestSession

ROUNDS = 7
REPEATS = 100
CASES = 2
MODULE = "ledgerscope.promql.plugin.hooks"
#: Name, environment, and the arguments that load the plugin.
SETTINGS: tuple[tuple[str, dict[str, str], tuple[str, ...]], ...] = (
    ("among all plugins", {}, ("-p", "no:randomly")),
    ("the plugin alone", {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, ("-p", MODULE)),
)

RULES = """\
groups:
  - name: g{index}
    rules:
      - alert: Down{index}
        expr: up{{job="j{index}"}} == 0
        for: 2m
        annotations:
          summary: '{{{{ $labels.i }}}} of {{{{ $labels.job }}}} is down'
"""
TEST = """\
rule_files: [{rules}]
tests:
  - name: instance a goes down
    interval: 1m
    input_series:
      - series: up{{job="j{index}", i="a"}}
        values: 1 0x9
      - series: up{{job="j{index}", i="b"}}
        values: 1x10
    alert_rule_test:
      - alertname: Down{index}
        eval_time: 2m
      - alertname: Down{index}
        eval_time: 5m
        exp_alerts:
          - exp_labels: {{job: j{index}, i: a}}
            exp_annotations:
              summary: a of j{index} is down
"""


def write(folder: Path, index: int) -> Path:
    """A rule file and its test."""
    rules, test = folder / f"rules{index}.yml", folder / f"tiny{index}.test.yml"
    rules.write_text(RULES.format(index=index))
    test.write_text(TEST.format(index=index, rules=rules.name))
    return test


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock and of the processor."""

    wall: float
    processor: float


def cached_bytecode(folder: Path) -> dict[str, str]:
    """Compiled modules are kept, as in any installation, but not among the sources."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(folder)}


def session(folder: Path, files: int, environment: dict[str, str], plugins: tuple[str, ...]) -> Cost:
    """One pytest process over a folder; its cases all have to pass."""
    command = [sys.executable, "-m", "pytest", "-q", *plugins, "-p", "no:cacheprovider", "."]
    before, begin = processor_seconds(), time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - begin, processor_seconds()
    if f"{files * CASES + 1} passed" not in done.stdout:
        raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
    return Cost(wall, after - before)


def processor_seconds() -> float:
    """Processor time of the finished processes."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def sessions(folder: Path, files: int) -> None:
    """The cost of the first file and of each further one."""
    folders = {count: folder / str(count) for count in (0, 1, files)}
    for count, each in folders.items():
        each.mkdir()
        (each / "pytest.ini").write_text("[pytest]\n")
        (each / "test_nothing.py").write_text("def test_nothing():\n    pass\n")
        for index in range(count):
            write(each, index)
    for name, extra, plugins in SETTINGS:
        print_costs(name, measured(folders, cached_bytecode(folder / "bytecode") | extra, plugins))


def measured(
    folders: dict[int, Path], environment: dict[str, str], plugins: tuple[str, ...]
) -> dict[int, list[Cost]]:
    """Sessions of each count of files in turn, after one that fills the cache of bytecode."""
    costs: dict[int, list[Cost]] = {count: [] for count in folders}
    for turn in range(ROUNDS + 1):
        for count, each in folders.items():
            cost = session(each, count, environment, plugins)
            if turn:
                costs[count].append(cost)
    return costs


def print_costs(setting: str, costs: dict[int, list[Cost]]) -> None:
    """The medians of a setting by the clock and by the processor."""
    files = max(costs)
    for kind in ("wall", "processor"):
        none, one, many = (
            1000 * statistics.median(getattr(each, kind) for each in costs[count]) for count in costs
        )
        each_file = (many - one) / (files - 1)
        print(
            f"{setting}, {kind}: no file {none:.0f} ms, the first file {one - none:.0f} ms more, "
            f"each further file {each_file:.2f} ms, each item {each_file / CASES:.2f} ms; "
            f"all {files} files with everything they import: {(many - none) / files / CASES:.2f} ms an item"
        )


def in_process(folder: Path) -> None:
    """The same without pytest's part."""
    folder.mkdir()
    paths = [write(folder, index) for index in range(REPEATS + 1)]
    for name, options in (("new rule file", Options()), ("known rule file", Options())):
        times = []
        for path in paths:
            begin = time.process_time()
            passed = all(each.passed for run in TestSession(options).open(path) for each in run.outcomes())
            times.append(time.process_time() - begin)
            if not passed:
                raise SystemExit(f"{path}: fails")
        print(f"in process, {name}: {1000 * statistics.median(times[1:]):.2f} ms a file of {CASES} cases")


def main() -> None:
    """Print both."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        in_process(Path(folder) / "process")
        sessions(Path(folder), files)


if __name__ == "__main__":
    main()
