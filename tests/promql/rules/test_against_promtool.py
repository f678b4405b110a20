"""Generated rule groups judged by promtool.

Each generated file carries our own outcome as its expectation, so that promtool's verdict compares every
firing alert, every label and annotation, every recorded sample and every failing rule. New cases with every
run; the seed is printed.
"""

from __future__ import annotations

import math
import os
import random
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from ledgerscope.promql.testing.outcome import AlertOutcome, ExprOutcome
from ledgerscope.promql.testing.reports.plot import series_text
from ledgerscope.promql.text.durations import format_duration
from tests import processes
from tests.thoroughness import tries

if TYPE_CHECKING:
    from pathlib import Path

    from ledgerscope.promql.testing.runner import GroupRun

GROUPS = int(os.environ.get("LEDGERSCOPE_PROMTOOL_GROUPS", tries(40, thorough=120)))
BATCH = 60
ASKED_AGAIN = 40


def fill_in(document: dict[str, Any], run: GroupRun) -> None:
    """Our outcome as the file's expectation."""
    test = document["tests"][0]
    if run.evaluation.failures:
        return  # promtool stops there and checks nothing
    alerts, exprs = [], []
    for case, outcome in zip(run.group.cases, run.outcomes(), strict=True):
        at = format_duration(case.eval_time_ms)
        if isinstance(outcome, AlertOutcome):
            alerts.append(
                {"eval_time": at, "alertname": outcome.case.alertname, "exp_alerts": expected(outcome)}
            )
        elif isinstance(outcome, ExprOutcome) and not any(math.isnan(each.value) for each in outcome.samples):
            samples = [{"labels": series_text(each.labels), "value": each.value} for each in outcome.samples]
            exprs.append({"eval_time": at, "expr": outcome.case.expr, "exp_samples": samples})
    test["alert_rule_test"], test["promql_expr_test"] = alerts, exprs


def expected(outcome: AlertOutcome) -> list[dict[str, Any]]:
    return [
        {
            "exp_labels": {name: text for name, text in alert.labels.items() if name != "alertname"},
            "exp_annotations": alert.annotations,
        }
        for alert in outcome.firing
    ]


def judged(folder: Path, names: list[str]) -> dict[str, str]:
    """promtool's output for each file of a folder."""
    done = processes.run(
        "promtool", "test", "rules", *(f"{name}/t.yml" for name in names),
        cwd=folder, capture_output=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    parts = re.split(r"Unit Testing:  (\S+)/t\.yml\n", done.stdout)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def disagreement(run: GroupRun, shown: str) -> str | None:
    """What promtool says otherwise, if anything."""
    failures = run.evaluation.failures
    if not failures:
        return None if "SUCCESS" in shown else shown
    said = sorted(re.findall(r"rule: (\S+), time: (\S+), err:", shown))
    ours = sorted((each.rule, go_duration(each.at_ms)) for each in failures)
    return None if said == ours else f"ours: {run.failure_texts()}\npromtool: {shown}"


def agrees_sometimes(run: GroupRun, folder: Path, name: str) -> bool:
    """Whether promtool, asked again and again, agrees at least once.

    Its series come out of a Go map, so the last digits of a sum differ from run to run, and with them what
    compares or prints them.
    """
    return any(disagreement(run, judged(folder, [name])[name]) is None for _ in range(ASKED_AGAIN))


def go_duration(ms: int) -> str:
    minutes, rest = divmod(ms, 60_000)
    seconds = f"{rest / 1000:g}s"
    return f"{minutes}m{seconds}" if minutes else seconds


@pytest.mark.prometheus
def test_promtool_agrees_with_every_generated_rule_group(tmp_path: Path, cases_of: Any) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    seed = int(os.environ.get("LEDGERSCOPE_PROMTOOL_SEED", random.SystemRandom().randrange(2**32)))
    print(f"LEDGERSCOPE_PROMTOOL_SEED={seed}")
    cases = cases_of(seed)
    wrong: dict[str, str] = {}
    failing = firing = 0
    for begin in range(0, GROUPS, BATCH):
        runs: dict[str, GroupRun] = {}
        for index in range(begin, min(begin + BATCH, GROUPS)):
            document = cases.document()
            run = runs[str(index)] = cases.run(document)
            failing += bool(run.evaluation.failures)
            fill_in(document, run)
            firing += sum(bool(case["exp_alerts"]) for case in document["tests"][0]["alert_rule_test"])
            folder = tmp_path / str(index)
            folder.mkdir()
            groups = {"groups": document.pop("groups")}
            (folder / "rules.yml").write_text(yaml.safe_dump(groups, sort_keys=False, width=10_000), "utf-8")
            (folder / "t.yml").write_text(yaml.safe_dump(document, sort_keys=False, width=10_000), "utf-8")
        for name, shown in judged(tmp_path, list(runs)).items():
            message = disagreement(runs[name], shown)
            if message is not None and not agrees_sometimes(runs[name], tmp_path, name):
                wrong[name] = message
    print(f"{GROUPS} groups, {failing} with a failing rule, {firing} cases with firing alerts")
    assert wrong == {}, f"seed {seed}: " + "\n".join(
        f"--- {name}\n{message[:1500]}" for name, message in wrong.items()
    )
    assert firing > 0
