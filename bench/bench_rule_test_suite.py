"""A whole suite of rule tests, `pytest` against `promtool test rules`: medians of whole processes, as ratios.

    .venv/bin/python bench/bench_rule_test_suite.py [--rounds 5] [--files 1] [--groups 1000] [--rules 2]

1,000 test groups of ten cases each (five alert tests, five expression tests, at five times) over the same
few rules, in FILES test files. One process each over all files, in turn: promtool, pytest with one item per
case, pytest with one item per group; everything passes. pytest has this plugin alone; `--all-plugins` takes
those of this installation along.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CASES = 10
MODULE = "ledgerscope.promql.plugin.hooks"

ALERT = """\
      - record: service{index}:errors:rate5m
        expr: sum by (service) (rate(errors{index}_total[5m]))
      - alert: Errors{index}
        expr: service{index}:errors:rate5m > 0.5
        for: 5m
        labels:
          severity: page
        annotations:
          summary: '{{{{ $labels.service }}}}: {{{{ $value | humanize }}}} errors per second'
"""
GROUP = """\
  - name: errors {number}
    interval: 1m
    input_series:
      - series: errors{index}_total{{service="s{number}", instance="a"}}
        values: 0+60x15 900x15
      - series: errors{index}_total{{service="s{number}", instance="b"}}
        values: 0x30
      - series: up{{service="s{number}"}}
        values: 1x20 0x10
    alert_rule_test:
      - {{eval_time: 2m, alertname: Errors{index}}}
      - {{eval_time: 5m, alertname: Errors{index}}}
      - eval_time: 10m
        alertname: Errors{index}
        exp_alerts:
          - exp_labels: {{service: s{number}, severity: page}}
            exp_annotations: {{summary: 's{number}: 1 errors per second'}}
      - eval_time: 15m
        alertname: Errors{index}
        exp_alerts:
          - exp_labels: {{service: s{number}, severity: page}}
            exp_annotations: {{summary: 's{number}: 1 errors per second'}}
      - {{eval_time: 25m, alertname: Errors{index}}}
    promql_expr_test:
      - expr: service{index}:errors:rate5m
        eval_time: 10m
        exp_samples:
          - {{labels: 'service{index}:errors:rate5m{{service="s{number}"}}', value: 1}}
      - expr: service{index}:errors:rate5m > 0.5
        eval_time: 25m
      - expr: sum(up) by (service)
        eval_time: 5m
        exp_samples:
          - {{labels: '{{service="s{number}"}}', value: 1}}
      - expr: up == 0
        eval_time: 25m
        exp_samples:
          - {{labels: 'up{{service="s{number}"}}', value: 0}}
      - expr: count(errors{index}_total)
        eval_time: 15m
        exp_samples:
          - {{labels: '{{}}', value: 2}}
"""


def write(folder: Path, files: int, groups: int, rules: int) -> list[Path]:
    """One rule file with RULES rules, and the test files."""
    pairs = rules // 2
    text = "".join(ALERT.format(index=index) for index in range(pairs))
    (folder / "rules.yml").write_text(f"groups:\n  - name: errors\n    rules:\n{text}")
    (folder / "pytest.ini").write_text("[pytest]\n")
    paths = [folder / f"suite{index}.test.yml" for index in range(files)]
    for number, path in enumerate(paths):
        own = range(number, groups, files)
        text = "".join(GROUP.format(number=each, index=each % pairs) for each in own)
        path.write_text(f"rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n{text}")
    return paths


def environment(folder: Path, *, all_plugins: bool) -> dict[str, str]:
    """Compiled modules are kept, as in any installation, but not among the sources."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    alone = {} if all_plugins else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return kept | alone | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def seconds(command: list[str], folder: Path, variables: dict[str, str]) -> float:
    """Wall time of a process that has to succeed."""
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    took = time.perf_counter() - begin
    if done.returncode:
        raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
    return took


def main() -> None:
    """Print the medians and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for option, default in (("rounds", 5), ("files", 1), ("groups", 1000), ("rules", 2)):
        parser.add_argument(f"--{option}", type=int, default=default)
    parser.add_argument("--all-plugins", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = write(folder, asked.files, asked.groups, asked.rules)
        variables = environment(folder, all_plugins=asked.all_plugins)
        pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        pytest += ["-p", "no:randomly"] if asked.all_plugins else ["-p", MODULE]
        commands = {
            "promtool": ["promtool", "test", "rules", *map(str, paths)],
            "one item per case": pytest,
            "one item per group": [*pytest, "--promql-items=group"],
        }
        seconds([*pytest, str(paths[0]), "-k", "nothing or 1"], folder, variables)  # compiles the modules
        times: dict[str, list[float]] = {title: [] for title in commands}
        for _ in range(asked.rounds):
            for title, command in commands.items():
                times[title].append(seconds(command, folder, variables))
    medians = {title: statistics.median(each) for title, each in times.items()}
    cases = asked.groups * CASES
    print(f"{cases} cases in {asked.groups} groups over {asked.rules} rules, in {asked.files} files:")
    for title, took in medians.items():
        ratio = medians["promtool"] / took
        print(f"  {title}: {took:.2f} s, {1000 * took / cases:.2f} ms a case, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
