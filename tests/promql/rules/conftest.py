"""Random rule groups and series for the tests of rule evaluation."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ledgerscope.promql.rules.load import rules_from
from ledgerscope.promql.rules.plan import RulePlan
from ledgerscope.promql.syntax.dialect import Dialect
from ledgerscope.promql.testing.load import read_tests
from ledgerscope.promql.testing.runner import GroupRun, Options

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
        items = (
            *("0", "1", "2", "3", "0x3", "1x4", "0+1x4", "9-2x4", "_", "_x2", "stale", "-4", "2", "1x2"),
            *("0.25", "-1.5x2", "1234567", "100000x2", "86400", "_x6"),
        )
        return " ".join(self.chance.choice(items) for _ in range(self.chance.randint(1, 12)))

    def selector(self) -> str:
        name = self.chance.choice((*INPUTS, *INPUTS, *RECORDED, "ALERTS", "ALERTS_FOR_STATE"))
        matcher = self.chance.choice(("", "", '{job="x"}', '{instance=~"a|b"}', '{job!="x"}', ALERT_MATCHERS))
        return f"{name}{matcher}{self.chance.choice(('', '', '', '', ' offset 1m', ' offset -1m'))}"

    def window(self) -> str:
        name = self.chance.choice((*INPUTS, *RECORDED, "ALERTS"))
        function = self.chance.choice(
            (
                *("increase", "max_over_time", "count_over_time", "last_over_time", "changes"),
                *("absent_over_time", "present_over_time", "resets", "min_over_time", "sum_over_time"),
            )
        )
        window = self.chance.choice(("90s", "2m", "3m", "5m30s", "1s"))
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
            ("abs({})", "sort_desc({})", "-({})", "absent({}) * 2", "time() - ({})", 'count_values("v", {})',
             "topk(9, {})", "max_over_time(({})[4m:]) > 0", "last_over_time(({})[2m:30s] offset 1m)",
             'label_join({}, "instance", "-", "instance", "job")', "({}) and vector(1)", "group({})",
             "vector(time() / 60)", "absent({})", "count_over_time(({})[3m:1m])",
             "timestamp({})",
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
            rule["for"] = self.chance.choice(("30s", "1m", "2m", "3m", "0s", "1ms", "61s", "119s"))
        if self.chance.random() < 0.3:
            rule["keep_firing_for"] = self.chance.choice(("1m", "90s", "3m", "0s", "1ms", "59s"))
        rule["labels"] = {"severity": self.chance.choice(SEVERITIES)}
        rule["annotations"] = {
            "text": self.chance.choice(TEXTS),
            "more": self.chance.choice(TEXTS),
            "who": "{{ $labels.instance }} {{ $value }}",
        }
        if self.chance.random() < 0.9:
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


ALERT_MATCHERS = '{alertstate="firing",severity!=""}'
SEVERITIES = (
    "page",
    "{{ $labels.job }}",
    "{{ if gt $value 1.0 }}b{{ end }}",
    "{{ $value }}",
    '{{ len (query "up") }}',
    "",
    "{{ .Labels.nope }}x",
    "{{ $externalLabels.cluster }}",
    "{{ .Broken }}",
)
#: Every function of the documentation at least once, most with something to trip over.
TEXTS = (
    "{{ $labels.job }} is {{ $value | humanize }}",
    "{{ $value | humanizeDuration }} {{ $externalLabels.cluster }} {{ .ExternalURL }}",
    '{{ with query "count(up)" }}{{ . | first | value }}{{ else }}none{{ end }}',
    '{{ range query "ALERTS" | sortByLabel "number" }}{{ .Labels.number }}={{ .Value }} {{ end }}',
    '{{ printf "%.2f|%5.1f" $value $value }} {{ humanizePercentage $value }} {{ query "up" | len }}',
    "{{ $labels }}",
    '{{ query `max by (job) (up{job="x"})` | first | label "job" }}{{ query "min(up)" | first | value }}',
    '{{ range $i, $e := query "sort(sum by (instance) (up))" }}{{ $i }}:{{ $e.Value }},{{ end }}',
    "{{ humanize1024 $value }} {{ humanizeTimestamp $value }} {{ $value | toTime }}",
    "{{ humanizeDuration 0.00012 }} {{ humanizeDuration 1e7 }} {{ humanizePercentage 0.12345 }}",
    '{{ title "a job-x y_z" }} {{ toUpper $labels.job }} {{ "ÄB" | toLower }} {{ toUpper "straße ŉ" }}',
    '{{ reReplaceAll "(.)(.*)" "$2-${1}" $labels.instance }} {{ match "^[ab]$" $labels.instance }}',
    '{{ graphLink "up == 0" }} {{ tableLink "a{b=\\"c\\"}" }} {{ pathPrefix }} {{ externalURL }}',
    '{{ stripPort "host:9090" }} {{ stripPort "[::1]:80" }} {{ stripDomain "a.b.c:80" }}',
    '{{ parseDuration "1h30m" }} {{ safeHtml "<b>" }} {{ args 1 "x" true }} {{ (args "z").arg0 }}',
    '{{ strvalue (query "up" | first) }}|{{ first (query "nothing") }}',
    '{{ if and $labels.job (eq $labels.job "x") }}x{{ else if ne $labels.job "y" }}?{{ else }}y{{ end }}',
    '{{ $x := 1.5 }}{{ $x }} {{ print $value $x }} {{ println "e" }}{{ urlquery "a b&c" }} {{ html "<&>" }}',
    '{{ $value | printf "%e %g %v %T %08.3f %+d" }} {{ printf "%q %x %s" $labels.job $labels.job 5 }}',
    '{{ index $labels "job" }} {{ slice "abcdef" 1 3 }} {{ not true }} {{ or "" "z" }} {{ le 1 2 }}',
    '{{ define "t" }}<{{ . }}>{{ end }}{{ template "t" $value }}{{- /* gone */ -}} {{ js "a\'b" }}',
    '{{ range query "up" }}{{ if .Value }}{{ continue }}{{ end }}a{{ break }}{{ end }}',
    "{{ .Value | humanize }}{{ .Nope }}",
    '{{ humanize "12345.678" }} {{ humanize1024 "x" }}',
    "{{ $value }} {{ 1e6 }} {{ 1000000.0 }} {{ 0x10 }} {{ 'a' }} {{ nil }}",
    '{{ query "up offset 1m == 1" | len }} {{ query "bad(" }}',
    "no template at all",
    "{{ if lt $value 0.5 }}{{ $value | humanizePercentage }}{{ end }}",
)


def case_file(generator: Generator) -> dict[str, Any]:
    """A test file without expectations."""
    chance = generator.chance
    groups = generator.groups()
    times = [f"{chance.randint(0, 12 * 60)}s" for _ in range(3)] + ["12m"]
    test = {
        "interval": chance.choice(("1m", "30s", "45s", "1m7s")),
        "input_series": generator.series(),
        "external_labels": chance.choice(({"cluster": "c1"}, {"cluster": "c1", "job": "ext"}, {})),
        "external_url": chance.choice(("http://e/p", "http://e:9090/", "https://e/a/b?c")),
        "alert_rule_test": [
            {"eval_time": at, "alertname": name, "exp_alerts": []} for at in times for name in ALERTS
        ],
        "promql_expr_test": [
            {"eval_time": at, "expr": expr, "exp_samples": []}
            for at in times
            for expr in (
                *(*RECORDED, "ALERTS", "ALERTS_FOR_STATE", "count_over_time(ALERTS[5m])"),
                *("sum by (alertname, alertstate) (ALERTS)", "timestamp(ALERTS_FOR_STATE)"),
            )
        ],
    }
    return {
        "rule_files": ["rules.yml"],
        "evaluation_interval": chance.choice(("1m", "1m", "30s", "2m")),
        "group_eval_order": [group["name"] for group in groups],
        "tests": [test],
        "groups": groups,
    }


def run_of(document: dict[str, Any], compat: str) -> GroupRun:
    """Our run of a generated file."""
    test = {key: value for key, value in document.items() if key not in ("groups", "rule_files")}
    file = read_tests(yaml.safe_dump(test, sort_keys=False, width=10_000), Path("t.yml"))
    groups = rules_from({"groups": document["groups"]}, dialect=Dialect(compat))
    return GroupRun(file, file.groups[0], RulePlan.of(groups, file.group_eval_order), Options(compat=compat))


@dataclass
class Cases:
    """An endless supply of test files, the same for the same seed."""

    generator: Generator

    def document(self) -> dict[str, Any]:
        """A test file without expectations, its rule groups under `groups`."""
        return case_file(self.generator)

    def run(self, document: dict[str, Any], compat: str = "2") -> GroupRun:
        """Our run of it."""
        return run_of(document, compat)


@pytest.fixture
def cases_of() -> Any:
    """Makes the supply for a seed."""
    return lambda seed: Cases(Generator(random.Random(seed)))
