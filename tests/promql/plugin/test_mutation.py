"""`pytest --promql-mutate`: what it runs, what it prints, and when it fails the run."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

import ledgerscope.promql.mutation.campaign
import ledgerscope.promql.plugin.python_tests  # noqa: F401 - runs inside this process would load NumPy anew
from tests.promql.mutation.seeded import GAPS
from tests.promql.mutation.seeded import RULES as SEEDED_RULES
from tests.promql.mutation.seeded import TESTS as SEEDED_TESTS
from tests.promql.plugin.suites import PLUGIN, RULES, TESTS, outcome
from tests.thoroughness import sample

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]

LIMITS = """\
groups:
- name: limits
  rules:
  - alert: QueueLong
    expr: queue > 5
  - record: never:fed
    expr: other > 1
"""
AT_THE_LIMIT = """\
rule_files: [rules.yml]
tests:
- name: limit
  input_series: [{series: queue, values: 5.5 5 4.5}]
  alert_rule_test:
  - {eval_time: 0m, alertname: QueueLong, exp_alerts: [{exp_labels: {}}]}
  - {eval_time: 1m, alertname: QueueLong}
  - {eval_time: 2m, alertname: QueueLong}
"""
IN_PYTHON = """\
def test_the_limit(promql):
    promql.rules("rules.yml").load("queue 5.5 5 4.5")
    queue = promql.alerts("QueueLong")
    assert queue.fires_at("0m")
    assert queue.inactive_at("1m")
"""


def summary(found: pytest.RunResult) -> list[str]:
    """What stands under the heading, up to the score."""
    lines = found.outlines
    first = next(number for number, line in enumerate(lines) if "= rule mutation =" in line)
    last = next(number for number, line in enumerate(lines) if line.startswith("mutation score:"))
    return [line for line in lines[first + 1 : last + 1] if line]


def test_survivors_have_a_place_a_change_and_the_missing_test(pytester: pytest.Pytester) -> None:
    tests = AT_THE_LIMIT.replace("5.5 5 4.5", "5.5 4.5 4.5")
    found = outcome(pytester, "--promql-mutate-rules=QueueLong", rules_yml=LIMITS, a_yml=tests)
    found.assert_outcomes(passed=3)
    assert summary(found) == [
        "rules.yml:5:17 alert QueueLong: comparison: `>` becomes `>=`",
        "    missing test for a.yml:",
        "      - name: 'QueueLong: comparison: `>` becomes `>=`'",
        "        interval: 1m",
        "        input_series:",
        "        - series: queue",
        "          values: 5x2",
        "        alert_rule_test:",
        "        - eval_time: 0s",
        "          alertname: QueueLong",
        "          exp_alerts: []",
        "mutation score: 4 of 5 mutants killed, 80.0 %",
    ]


def test_without_a_gap_there_is_the_score_alone(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, "--promql-mutate-rules=QueueLong", rules_yml=LIMITS, a_yml=AT_THE_LIMIT)
    assert summary(found) == ["mutation score: 5 of 5 mutants killed, 100.0 %"]


def test_a_rule_that_no_test_reaches_is_named_with_a_test_to_complete(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, "--promql-mutate-json=m.json", rules_yml=LIMITS, a_yml=AT_THE_LIMIT)
    assert found.ret == pytest.ExitCode.OK
    report = json.loads((pytester.path / "m.json").read_text("utf-8"))
    survivors = [each for each in report["survivors"] if each["name"] == "never:fed"]
    assert len(survivors) == len(report["survivors"]) == 5
    assert {each["verdict"] for each in survivors} == {"no test reaches the rule"}
    assert not any(each["test_is_complete"] for each in survivors)
    first = survivors[0]["test"]
    assert first.startswith("# has to show values on either side of 1\n")
    assert yaml.safe_load(first)[0]["input_series"] == [{"series": "other", "values": "1x60"}]


@pytest.mark.parametrize(
    ("pattern", "total"),
    [("QueueLong", 5), ("never:*", 5), ("rules.yml", 10), ("*.yml", 10), ("other.yml", 0)],
)
def test_rules_are_chosen_by_name_and_by_file(pytester: pytest.Pytester, pattern: str, total: int) -> None:
    found = outcome(pytester, f"--promql-mutate-rules={pattern}", rules_yml=LIMITS, a_yml=AT_THE_LIMIT)
    assert f" of {total} mutants killed" in summary(found)[-1]


@pytest.mark.parametrize(
    ("least", "status"), [(50, pytest.ExitCode.OK), (50.1, pytest.ExitCode.TESTS_FAILED)]
)
def test_the_run_fails_below_the_least_score(pytester: pytest.Pytester, least: float, status: int) -> None:
    option = f"--promql-mutate-fail-under={least}"
    found = outcome(pytester, option, rules_yml=LIMITS, a_yml=AT_THE_LIMIT)
    assert found.ret == status
    shown = [line for line in found.outlines if line.startswith("FAIL: mutation score")]
    assert shown == ([] if status == pytest.ExitCode.OK else ["FAIL: mutation score 50.0 % is below 50.1 %"])


def test_nothing_is_mutated_unless_it_is_asked_for(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, rules_yml=LIMITS, a_yml=AT_THE_LIMIT)
    found.stdout.no_fnmatch_line("*mutation*")


def test_cases_that_were_not_chosen_judge_nothing(pytester: pytest.Pytester) -> None:
    options = ("--promql-mutate-rules=QueueLong", "--promql-mutate-json=m.json", "-k", "0s")
    outcome(pytester, *options, rules_yml=LIMITS, a_yml=AT_THE_LIMIT)
    report = json.loads((pytester.path / "m.json").read_text("utf-8"))
    assert [each["mutated"] for each in report["killed_mutants"]] == ["queue > 6", "queue <= 5"]
    assert {each["by"] for each in report["killed_mutants"]} == {"a.yml::limit::alert QueueLong at 0s"}


def test_a_test_that_fails_by_itself_judges_nothing(pytester: pytest.Pytester) -> None:
    tests = AT_THE_LIMIT.replace("exp_alerts: [{exp_labels: {}}]", "exp_alerts: []")
    found = outcome(pytester, "--promql-mutate-rules=QueueLong", rules_yml=LIMITS, a_yml=tests)
    found.assert_outcomes(passed=2, failed=1)
    assert summary(found)[-1] == "mutation score: 4 of 5 mutants killed, 80.0 %"


def test_tests_in_python_judge_as_well(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(IN_PYTHON)
    options = ("--promql-mutate-rules=QueueLong", "--promql-mutate-json=m.json")
    found = outcome(pytester, *options, rules_yml=LIMITS)
    found.assert_outcomes(passed=1)
    report = json.loads((pytester.path / "m.json").read_text("utf-8"))
    assert (report["killed"], report["total"]) == (5, 5)
    killers = {each["by"].partition("::")[2] for each in report["killed_mutants"]}
    assert killers == {"test_the_limit"}


def test_a_mutant_survives_only_if_no_test_of_either_form_notices_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(IN_PYTHON)
    tests = AT_THE_LIMIT.replace("5.5 5 4.5", "9 4.5 4.5")
    found = outcome(pytester, "--promql-mutate-rules=QueueLong", rules_yml=LIMITS, a_yml=tests)
    assert summary(found)[-1] == "mutation score: 5 of 5 mutants killed, 100.0 %"


def test_a_scenario_is_left_as_it_was(pytester: pytest.Pytester) -> None:
    """Fixtures of a test are made anew for each mutant, and torn down."""
    pytester.makeconftest(
        """
import pytest
@pytest.fixture
def counted(request):
    path = request.config.rootpath / "counted"
    path.write_text((path.read_text() if path.exists() else "") + "+")
    yield
    path.write_text(path.read_text() + "-")
"""
    )
    pytester.makepyfile(IN_PYTHON.replace("(promql)", "(promql, counted)"))
    outcome(pytester, "--promql-mutate-rules=QueueLong", rules_yml=LIMITS)
    assert (pytester.path / "counted").read_text() == "+-" * 6


def test_rules_that_a_test_writes_itself_are_not_mutated(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        f"RULES = {LIMITS!r}\n" + IN_PYTHON.replace('"rules.yml"', "RULES"),
    )
    found = outcome(pytester, "--promql-mutate")
    assert summary(found) == ["mutation score: 0 of 0 mutants killed, 100.0 %"]


def test_with_xdist_it_says_what_to_add(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    found = outcome(pytester, "--promql-mutate", "-n", "1", rules_yml=LIMITS, a_yml=AT_THE_LIMIT)
    assert found.ret == pytest.ExitCode.USAGE_ERROR
    found.stderr.fnmatch_lines(["*--promql-mutate runs tests in one process: add -n 0"])


def test_beside_coverage(pytester: pytest.Pytester) -> None:
    plain = outcome(pytester, "--promql-cov", rules_yml=RULES, a_yml=TESTS)
    both = outcome(pytester, "--promql-cov", "--promql-mutate", rules_yml=RULES, a_yml=TESTS)
    covered = [
        [line for line in each.outlines if line.startswith("rule coverage:")] for each in (plain, both)
    ]
    assert covered[0] == covered[1] != []


def test_the_summary_has_at_most_forty_lines(pytester: pytest.Pytester) -> None:
    rules = "".join(f"  - {{record: r{number}, expr: x > {number}}}\n" for number in range(20))
    rules = f"groups:\n- name: g\n  rules:\n{rules}"
    tests = "rule_files: [rules.yml]\ntests:\n- input_series: [{series: x, values: 100}]\n"
    tests += "  promql_expr_test: [{expr: x, eval_time: 0m, exp_samples: [{labels: x, value: 100}]}]\n"
    found = outcome(pytester, "--promql-mutate", rules_yml=rules, a_yml=tests)
    lines = summary(found)
    assert len(lines) == 40
    assert lines[-2].endswith(" more lines; all, with the missing tests: --promql-mutate-json FILE")


@pytest.mark.parametrize("seed", sample(["0", "7"], 1))
def test_the_report_is_the_same_under_any_hash_seed_and_order(tmp_path: Path, seed: str) -> None:
    (tmp_path / "rules.yml").write_text(SEEDED_RULES, "utf-8")
    (tmp_path / "a.yml").write_text(SEEDED_TESTS, "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
    reports = []
    for order in (("-p", "no:randomly"), ("-p", "no:cacheprovider")):
        command = [sys.executable, "-m", "pytest", "-q", *PLUGIN, *order, "--promql-mutate-json=m.json"]
        run = subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout + run.stderr
        reports.append((tmp_path / "m.json").read_text("utf-8"))
    assert reports[0] == reports[1]
    found = json.loads(reports[0])["survivors"]
    assert [f"{each['line']}:{each['column']}" for each in found] == [place for place, _, _ in GAPS]


@pytest.mark.parametrize(("options", "shown"), [((), True), (("-q",), False)])
def test_progress_is_one_line_of_a_terminal(tmp_path: Path, options: tuple[str, ...], shown: bool) -> None:
    (tmp_path / "rules.yml").write_text(LIMITS)
    (tmp_path / "a.test.yml").write_text(AT_THE_LIMIT)
    command = [sys.executable, "-m", "pytest", *PLUGIN, "--promql-mutate", *options]
    primary, secondary = pty.openpty()
    with subprocess.Popen(command, cwd=tmp_path, stdout=secondary, stderr=secondary) as running:
        os.close(secondary)
        written = _all_of(primary)
    assert running.returncode == 0
    assert (b"\rrule mutation: rule 1 of 2 (QueueLong), 0 mutants judged, 0 survived" in written) is shown
    assert written.count(b"\n") == written.count(b"\r\n")


def _all_of(terminal: int) -> bytes:
    """What is written to a terminal until nobody has it open: then Linux reports an error, or nothing."""
    written = b""
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 4096):
            written += piece
    os.close(terminal)
    return written


def test_progress_is_not_shown_where_there_is_no_terminal(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, "--promql-mutate", rules_yml=LIMITS, a__test_yml=AT_THE_LIMIT)
    assert not [line for line in found.outlines if "mutants judged" in line]
