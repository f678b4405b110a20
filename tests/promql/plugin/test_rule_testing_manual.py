"""The manual's examples run, and do what the manual says they do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import ledgerscope.promql.mutation.campaign
import ledgerscope.promql.plugin.python_tests  # noqa: F401 - runs inside this process would load NumPy anew
from ledgerscope.promql.mutation.operators import FIELD_OPERATORS, OPERATORS
from tests.promql.plugin.suites import PLUGIN

pytest_plugins = ["pytester"]

MANUAL = (Path(__file__).parents[3] / "docs/rule-testing.md").read_text("utf-8")
OPTIONS = (*PLUGIN, "-p", "no:randomly", "-p", "no:cacheprovider")


def block_after(sentence: str) -> list[str]:
    """The lines of the first plain block after a sentence."""
    return MANUAL.partition(sentence)[2].partition("```\n")[2].partition("```")[0].splitlines()


@pytest.fixture
def examples(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder with the manual's files."""
    for name, text in re.findall(r"```\w+ file=(\S+)\n(.*?)```", MANUAL, re.DOTALL):
        (pytester.path / name).write_text(text, "utf-8")
    return pytester


def test_the_examples_pass_under_the_names_the_manual_shows(examples: pytest.Pytester) -> None:
    found = examples.runpytest_inprocess(*OPTIONS, "-v")
    found.assert_outcomes(passed=7)
    found.stdout.fnmatch_lines([f"{line}*" for line in block_after("Every case is a test of its own")])


def test_a_failure_reads_as_the_manual_shows(examples: pytest.Pytester) -> None:
    path = examples.path / "payments.test.yml"
    path.write_text(path.read_text("utf-8").replace("eval_time: 10m", "eval_time: 5m", 1), "utf-8")
    lines = path.read_text("utf-8").splitlines(keepends=True)
    del lines[10:12]  # the case without alerts
    path.write_text("".join(lines), "utf-8")
    found = examples.runpytest_inprocess(*OPTIONS, "payments.test.yml")
    shown = block_after("When one fails, it says what differs")
    printed = found.stdout.str().replace(f"{examples.path}/", "").splitlines()
    begin = next(index for index, line in enumerate(printed) if line.startswith("payments.test.yml:"))
    assert [re.sub(r"line \d+|:\d+:\d+", "", line) for line in printed[begin + 1 : begin + len(shown)]] == [
        re.sub(r"line \d+|:\d+:\d+", "", line) for line in shown[1:]
    ]


def test_coverage_reads_as_the_manual_shows(examples: pytest.Pytester) -> None:
    calm = (
        "rule_files: [rules.yml]\ntests:\n- interval: 1m\n  input_series:\n"
        "  - {series: 'payment_failures_total{job=\"shop\"}', values: 0x20}\n"
        "  alert_rule_test: [{eval_time: 20m, alertname: PaymentsFailing}]\n"
    )
    (examples.path / "payments.test.yml").write_text(calm)
    found = examples.runpytest_inprocess(*OPTIONS, "--promql-cov", "payments.test.yml")
    shown = block_after("`pytest --promql-cov` shows")
    found.stdout.fnmatch_lines([f"*{line.replace('[', '[[]')}" for line in shown])


def test_mutation_reads_as_the_manual_shows(examples: pytest.Pytester) -> None:
    chosen = ("payments.test.yml", "test_payments.py")
    found = examples.runpytest_inprocess(*OPTIONS, "--promql-mutate", *chosen)
    shown = block_after("A change that no test\nnotices survives")
    assert len(shown) > 5
    assert "\n".join(shown) in found.stdout.str()


def test_the_manual_names_every_operator_of_mutation() -> None:
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", MANUAL.partition("## Mutation")[2], re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row) if not name.startswith("promql_")]
    operators = [*(each.name for each in OPERATORS), *FIELD_OPERATORS]
    assert [name for name in named if name in operators] == operators


def test_every_setting_the_manual_names_exists(examples: pytest.Pytester) -> None:
    found = examples.runpytest_inprocess(*OPTIONS, "--help")
    for name in re.findall(r"^\| `(promql_\w+)`", MANUAL, re.MULTILINE):
        found.stdout.fnmatch_lines([f"  {name}*"])
    for option in set(re.findall(r"--promql-(?:cov|mutate)[\w-]*", MANUAL)):
        found.stdout.fnmatch_lines([f"  {option}*"])
