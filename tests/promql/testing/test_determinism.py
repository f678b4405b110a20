"""The same tests give the same bytes, whatever order hashes come in."""

from __future__ import annotations

import sys
from pathlib import Path

from tests import processes
from tests.thoroughness import thorough_only
from tests.uncovered import environment

ROOT = Path(__file__).parents[3]

PROGRAM = """
import sys
from pathlib import Path
from ledgerscope.promql.testing.reports.report import Report
from ledgerscope.promql.testing.session import TestSession
for run in TestSession().open(Path(sys.argv[1])):
    for outcome in run.outcomes():
        print(Report(run, outcome), outcome)
    for samples in run.evaluation.storage:
        print(samples.labels, samples.times.tolist(), samples.values.tobytes().hex())
"""

RULES = """
groups:
- name: g
  rules:
  - {record: job:x:sum, expr: "sum by (job) (rate(x[3m]))"}
  - {alert: A, expr: job:x:sum > 0.01, for: 2m, labels: {s: "{{ $value }}"}, annotations: {t: "{{ . }}"}}
  - {record: loop, expr: loop + 0.1 or job:x:sum}
  - {alert: B, expr: loop > 1, annotations: {t: "{{ range query \\"ALERTS\\" }}{{ .Labels }}{{ end }}"}}
"""
SERIES = "\n".join(
    f"  - {{series: 'x{{job=\"{job}\",i=\"{index}\"}}', values: '0+0.{index + 1}x20'}}"
    for index in range(9)
    for job in "ab"
)
TESTS = f"""
rule_files: [r.yml]
tests:
- interval: 1m
  input_series:
{SERIES}
  alert_rule_test:
  - {{eval_time: 9m, alertname: A}}
  - {{eval_time: 20m, alertname: B}}
  promql_expr_test:
  - {{expr: job:x:sum, eval_time: 10m}}
"""


def run(*arguments: str, seed: int) -> bytes:
    """What a Python process prints under a hash seed."""
    program, surroundings = [sys.executable, *arguments], environment(PYTHONHASHSEED=str(seed))
    return bytes(processes.run(*program, cwd=ROOT, env=surroundings, check=True, text=False).stdout)


def output(path: Path, seed: int) -> bytes:
    return run("-c", PROGRAM, str(path), seed=seed)


def test_hash_seeds_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "r.yml").write_text(RULES)
    (tmp_path / "t.yml").write_text(TESTS)
    first = output(tmp_path / "t.yml", 1)
    assert b"differs" in first or b"unexpected" in first
    assert [output(tmp_path / "t.yml", seed) == first for seed in (2, 3)] == [True, True]


def everything(seed: int) -> bytes:
    return run("-m", "tests.promql.all_outputs", "20", seed=seed)


@thorough_only()
def test_hash_seeds_change_nothing_in_scripts_rules_and_generated_cases() -> None:
    first = everything(1)
    assert len(first) > 100_000
    assert [everything(seed) == first for seed in (2, 3)] == [True, True]
