"""Generated rule groups judged by promtool: what our rules say must be what its tests expect, with nothing over.

Each generated file carries our own outcome as its expectation, so that promtool's verdict compares every firing
alert, every label and annotation, every recorded sample and every failing rule. New cases with every run; the
seed is printed.
"""

from __future__ import annotations

import math
import os
import random
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ledgerscope.promql.durations import format_duration
from ledgerscope.promql.rules.load import rules_from
from ledgerscope.promql.rules.plan import RulePlan
from ledgerscope.promql.testing.load import read_tests
from ledgerscope.promql.testing.outcome import AlertOutcome, ExprOutcome
from ledgerscope.promql.testing.plot import series_text
from ledgerscope.promql.testing.runner import GroupRun, Options

GROUPS = int(os.environ.get("LEDGERSCOPE_PROMTOOL_GROUPS", "300"))
BATCH = 60
INPUTS = ("up", "load", "errors_total", "queue")
RECORDED = ("r:one", "r:two", "r:three")
ALERTS = ("Down", "High", "Stuck")


@dataclass
class Generator:
    """Random rule groups and series; whole numbers, so that no sum depends on an order."""

    chance: random.Random

    def series(self) -> list[dict[str, str]]:
        found = []
        for name in INPUTS:
            for instance in "abc"[: self.chance.randint(0, 3)]:
                job = self.chance.choice(("x", "y"))
                found.append(
                    {"series": f'{name}{{instance="{instance}",job="{job}"}}', "values": self.values(name)}
                )
        return found

    def values(self, name: str) -> str:
        if name == "errors_total":
            return (
                f"0+{self.chance.randint(0, 9)}x{self.chance.randint(3, 9)} 5+{self.chance.randint(0, 60)}x8"
            )
        items = ("0", "1", "2", "3", "0x3", "1x4", "0+1x4", "9-2x4", "_", "_x2", "stale", "-4")
        return " ".join(self.chance.choice(items) for _ in range(self.chance.randint(1, 12)))

    def selector(self) -> str:
        name = self.chance.choice((*INPUTS, *INPUTS, *RECORDED, "ALERTS"))
        matcher = self.chance.choice(("", "", '{job="x"}', '{instance=~"a|b"}', '{job!="x"}'))
        return f"{name}{matcher}{self.chance.choice(('', '', '', '', ' offset 1m', ' offset -1m'))}"

    def window(self) -> str:
        name = self.chance.choice((*INPUTS, *RECORDED))
        function = self.chance.choice(
            ("increase", "max_over_time", "count_over_time", "last_over_time", "changes")
        )
        window = self.chance.choice(("90s", "2m", "3m", "5m30s"))
        return f"{function}({name}[{window}])"

    def vector(self, depth: int) -> str:
        if depth <= 0:
            return self.chance.choice((self.selector(), self.selector(), self.window()))
        make = self.chance.choice((self.aggregate, self.compare, self.combine, self.call, self.arithmetic))
        return make(depth - 1)

    def aggregate(self, depth: int) -> str:
        operator = self.chance.choice(("sum", "max", "min", "count"))
        grouping = self.chance.choice(("", " by (job)", " by (instance)", " without (instance)"))
        return f"{operator}{grouping} ({self.vector(depth)})"

    def compare(self, depth: int) -> str:
        operator = self.chance.choice(("==", "!=", ">", "<", ">=", "<="))
        return f"({self.vector(depth)}) {operator} {self.chance.randint(0, 4)}"

    def combine(self, depth: int) -> str:
        operator = self.chance.choice(("and", "or", "unless"))
        on = self.chance.choice(("", " on (job)", " on ()", " ignoring (instance)"))
        return f"({self.vector(depth)}) {operator}{on} ({self.vector(depth)})"

    def call(self, depth: int) -> str:
        template = self.chance.choice(
            ("abs({})", "vector(time() / 60)", "absent({})", "count_over_time(({})[3m:1m])", "timestamp({})",
             'label_replace({}, "job", "z$1", "instance", "(.*)")', "sort({})", "scalar({}) * vector(2)")
        )  # fmt: skip
        return template.format(self.vector(depth))

    def arithmetic(self, depth: int) -> str:
        operator = self.chance.choice(("+", "-", "*"))
        if self.chance.random() < 0.6:
            return f"({self.vector(depth)}) {operator} {self.chance.randint(1, 3)}"
        return f"({self.vector(depth)}) {operator} on (instance, job) ({self.vector(depth)})"

    def rule(self, number: int) -> dict[str, Any]:
        expr = self.vector(self.chance.randint(0, 2))
        if self.chance.random() < 0.5:
            labels = {"rule": str(number)} if self.chance.random() < 0.9 else {}
            return {"record": self.chance.choice(RECORDED), "expr": expr, "labels": labels}
        rule: dict[str, Any] = {"alert": self.chance.choice(ALERTS), "expr": expr}
        if self.chance.random() < 0.7:
            rule["for"] = self.chance.choice(("30s", "1m", "2m", "3m"))
        if self.chance.random() < 0.3:
            rule["keep_firing_for"] = self.chance.choice(("1m", "90s", "3m"))
        rule["labels"] = {
            "severity": self.chance.choice(("page", "{{ $labels.job }}", "{{ if gt $value 1.0 }}b{{ end }}"))
        }
        rule["annotations"] = {
            "text": self.chance.choice(TEXTS),
            "who": "{{ $labels.instance }} {{ $value }}",
        }
        rule["labels"]["number"] = str(number)
        return rule

    def groups(self) -> list[dict[str, Any]]:
        found = []
        number = 0
        for name in ("first", "second", "third")[: self.chance.randint(1, 3)]:
            rules = []
            for _ in range(self.chance.randint(1, 4)):
                number += 1
                rules.append(self.rule(number))
            group: dict[str, Any] = {"name": name, "rules": rules}
            if self.chance.random() < 0.15:
                group["limit"] = self.chance.randint(1, 3)
            found.append(group)
        return found


TEXTS = (
    "{{ $labels.job }} is {{ $value | humanize }}",
    "{{ $value | humanizeDuration }} {{ $externalLabels.cluster }} {{ .ExternalURL }}",
    '{{ with query "count(up)" }}{{ . | first | value }}{{ else }}none{{ end }}',
    '{{ range query "ALERTS" | sortByLabel "number" }}{{ .Labels.number }}={{ .Value }} {{ end }}',
    '{{ printf "%.2f|%5.1f" $value $value }} {{ humanizePercentage $value }} {{ query "up" | len }}',
    "{{ $labels }}",
)


def case_file(generator: Generator) -> dict[str, Any]:
    """A test file without expectations."""
    chance = generator.chance
    groups = generator.groups()
    times = [f"{chance.randint(0, 12 * 60)}s" for _ in range(3)] + ["12m"]
    test = {
        "interval": chance.choice(("1m", "30s", "45s")),
        "input_series": generator.series(),
        "external_labels": {"cluster": "c1"},
        "external_url": "http://e/p",
        "alert_rule_test": [
            {"eval_time": at, "alertname": name, "exp_alerts": []} for at in times for name in ALERTS
        ],
        "promql_expr_test": [
            {"eval_time": at, "expr": expr, "exp_samples": []}
            for at in times
            for expr in (*RECORDED, "ALERTS", "ALERTS_FOR_STATE", "count_over_time(ALERTS[5m])")
        ],
    }
    return {
        "rule_files": ["rules.yml"],
        "evaluation_interval": chance.choice(("1m", "1m", "30s", "2m")),
        "group_eval_order": [group["name"] for group in groups],
        "tests": [test],
        "groups": groups,
    }


def run_of(document: dict[str, Any]) -> GroupRun:
    """Our run of a generated file."""
    test = {key: value for key, value in document.items() if key not in ("groups", "rule_files")}
    file = read_tests(yaml.safe_dump(test, sort_keys=False, width=10_000), Path("t.yml"))
    groups = rules_from({"groups": document["groups"]}, compat="2")
    return GroupRun(file, file.groups[0], RulePlan.of(groups, file.group_eval_order), Options(compat="2"))


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
    done = subprocess.run(
        ["promtool", "test", "rules", *(f"{name}/t.yml" for name in names)],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
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


def go_duration(ms: int) -> str:
    minutes, rest = divmod(ms, 60_000)
    seconds = f"{rest / 1000:g}s"
    return f"{minutes}m{seconds}" if minutes else seconds


@pytest.mark.prometheus
def test_promtool_agrees_with_every_generated_rule_group(tmp_path: Path) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    seed = int(os.environ.get("LEDGERSCOPE_PROMTOOL_SEED", random.SystemRandom().randrange(2**32)))
    print(f"LEDGERSCOPE_PROMTOOL_SEED={seed}")
    generator = Generator(random.Random(seed))
    wrong: dict[str, str] = {}
    failing = firing = 0
    for begin in range(0, GROUPS, BATCH):
        runs: dict[str, GroupRun] = {}
        for index in range(begin, min(begin + BATCH, GROUPS)):
            document = case_file(generator)
            run = runs[str(index)] = run_of(document)
            failing += bool(run.evaluation.failures)
            fill_in(document, run)
            firing += sum(bool(case["exp_alerts"]) for case in document["tests"][0]["alert_rule_test"])
            folder = tmp_path / str(index)
            folder.mkdir()
            groups = {"groups": document.pop("groups")}
            (folder / "rules.yml").write_text(yaml.safe_dump(groups, sort_keys=False, width=10_000), "utf-8")
            (folder / "t.yml").write_text(yaml.safe_dump(document, sort_keys=False, width=10_000), "utf-8")
        for name, shown in judged(tmp_path, list(runs)).items():
            told = disagreement(runs[name], shown)
            if told is not None:
                wrong[name] = told
    print(f"{GROUPS} groups, {failing} with a failing rule, {firing} cases with firing alerts")
    assert wrong == {}, f"seed {seed}: " + "\n".join(
        f"--- {name}\n{told[:1500]}" for name, told in wrong.items()
    )
    assert firing > 0
