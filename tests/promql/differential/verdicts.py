"""promtool's verdict of generated files, and where ours differs.

A file that both read carries our own outcome as its expectation, so that promtool's verdict compares every
firing alert with labels and annotations, every recorded sample, and every failing rule.
"""

from __future__ import annotations

import math
import re
import subprocess
from typing import TYPE_CHECKING, Any

from ledgerscope.promql.syntax.dialect import Dialect, DialectError
from ledgerscope.promql.testing.outcome import AlertOutcome, ExprOutcome
from ledgerscope.promql.testing.reports.plot import series_text
from ledgerscope.promql.testing.runner import Options
from ledgerscope.promql.testing.session import TestSession
from ledgerscope.promql.text.durations import format_duration
from ledgerscope.promql.yaml.nodes import FileError
from tests import processes

if TYPE_CHECKING:
    from pathlib import Path

    from ledgerscope.promql.testing.runner import GroupRun
    from tests.promql.differential.documents import Files

ASKED_AGAIN = 30
#: promtool goes on where an expression of a test is no PromQL, and after a group whose series are none.
_UNREADABLE = re.compile(r"(?:^|err: (?:labels \S+ )?)\d+:\d+: parse error|: invalid sample", re.MULTILINE)
_VERDICT = re.compile(r"^ +(?:name|alertname|expr|rule): ", re.MULTILINE)
_UNKNOWN_FLAG = re.compile(r'Unknown option for --enable-feature: "(.*)"')


class Compared:
    """One drawn pair of files: what we make of it, and whether promtool agrees."""

    def __init__(self, files: Files, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        (folder / "rules.yml").write_bytes(files.rules.encode())
        (folder / "t.yml").write_bytes(files.tests.encode())
        self.runs: list[GroupRun] = []
        self.refusal = ""
        try:
            self.runs = TestSession(Options(compat="2", extensions=False)).open(folder / "t.yml")
        except FileError as error:
            self.refusal = str(error)
            return
        for run, test in zip(self.runs, files.document["tests"], strict=False):
            fill_in(test, run)
        (folder / "t.yml").write_bytes(files.tests.encode())

    @property
    def fails(self) -> bool:
        """Whether a rule fails."""
        return any(run.evaluation.failures for run in self.runs)

    def disagreement(self, shown: str) -> str | None:
        """What promtool says otherwise, if anything."""
        if self.refusal:
            failed = "FAILED" in shown
            # Where a rule fails, promtool does not come to the expressions of the test.
            in_tests = all(": expr: " in line for line in self.refusal.splitlines()) and "rule: " in shown
            refused = failed and (in_tests or not _VERDICT.search(shown) or _UNREADABLE.search(shown))
            return None if refused else f"refused here: {self.refusal}\npromtool: {shown}"
        failures = sorted(
            (each.rule, go_duration(each.at_ms)) for run in self.runs for each in run.evaluation.failures
        )
        if not failures:
            return None if "SUCCESS" in shown else f"read here\npromtool: {shown}"
        said = sorted(re.findall(r"rule: (.*), time: (\S+), err:", shown))
        return None if said == failures else f"fails here: {failures}\npromtool: {shown}"


def fill_in(test: dict[str, Any], run: GroupRun) -> None:
    """Our outcome as a test's expectation."""
    if run.evaluation.failures:
        return  # promtool stops there and checks nothing
    alerts, exprs = [], []
    for case, outcome in zip(run.group.cases, run.outcomes(), strict=True):
        at = format_duration(case.eval_time_ms)
        if isinstance(outcome, AlertOutcome):
            expected = [
                {
                    "exp_labels": {name: text for name, text in alert.labels.items() if name != "alertname"},
                    "exp_annotations": alert.annotations,
                }
                for alert in outcome.firing
            ]
            if _can_be_written(expected):
                alerts.append({"eval_time": at, "alertname": outcome.case.alertname, "exp_alerts": expected})
        elif isinstance(outcome, ExprOutcome) and not any(math.isnan(each.value) for each in outcome.samples):
            samples = [{"labels": series_text(each.labels), "value": each.value} for each in outcome.samples]
            exprs.append({"eval_time": at, "expr": outcome.case.expr, "exp_samples": samples})
    test["alert_rule_test"], test["promql_expr_test"] = alerts, exprs


def _can_be_written(expected: list[dict[str, Any]]) -> bool:
    """Half of a character, as `slice` leaves it, is no text of YAML."""
    texts = (text for alert in expected for part in alert.values() for text in part.values())
    return not any("\ud800" <= char <= "\udfff" for text in texts for char in text)


def go_duration(ms: int) -> str:
    """A duration as Go prints it."""
    minutes, rest = divmod(ms, 60_000)
    seconds = f"{rest / 1000:g}s"
    return f"{minutes}m{seconds}" if minutes else seconds


def judged(folder: Path, names: list[str], flags: str = "") -> dict[str, str]:
    """promtool's output for each file of a folder."""
    done = processes.run(
        "promtool", "test", "rules", f"--enable-feature={flags}", *(f"{name}/t.yml" for name in names),
        cwd=folder, capture_output=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
    )  # fmt: skip
    parts = re.split(r"Unit Testing:  (\S+)/t\.yml\n", done.stdout)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    found[""] = parts[0]  # what it says before the first file
    return found


def disagreement_about_flags(flags: str, shown: str) -> str | None:
    """What promtool says otherwise about feature flags, if anything."""
    unknown = sorted(_UNKNOWN_FLAG.findall(shown))
    try:
        Dialect.of("2", [flags])
    except DialectError as error:
        return None if any(name in str(error) for name in unknown) else f"{flags}: {error}\npromtool: {shown}"
    return f"{flags}: accepted here\npromtool: {shown}" if unknown else None


def agrees_sometimes(compared: Compared) -> bool:
    """Whether promtool, asked again and again, agrees at least once.

    Its series come out of a Go map, so the last digits of a sum differ from run to run, and with them what
    compares or prints them.
    """
    name = compared.folder.name
    return any(
        compared.disagreement(judged(compared.folder.parent, [name])[name]) is None
        for _ in range(ASKED_AGAIN)
    )
