"""promtool's renderings of templates, and where ours differ from them.

Every template is an annotation of one alert that fires once for each of the series of `INPUT`. What is no
template is reported by `promtool check rules`; the others are rendered by `promtool test rules`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from ledgerscope.promql.rules.load import rules_from
from ledgerscope.promql.rules.plan import RulePlan
from ledgerscope.promql.syntax.dialect import PROMETHEUS_2
from ledgerscope.promql.template.alert import check_template
from ledgerscope.promql.testing.load import read_tests
from ledgerscope.promql.testing.outcome import AlertOutcome
from ledgerscope.promql.testing.runner import GroupRun, Options
from ledgerscope.promql.text.quoting import unquote
from tests import processes

if TYPE_CHECKING:
    from pathlib import Path

#: The values that templates see, by instance; all differ, so that sorting by value has one answer.
INPUT = {
    "a:90": "5.5", "b:90": "1234567.25", "c": "-0.00012", "d.e:1": "0", "é f": "1e21", "g": "NaN",
    "h": "+Inf",
    "[::1]:80": "3", "i": "86399.9996",
}  # fmt: skip
_FAULT = re.compile(r'annotation "a(\d+)": (.*)')
_ANNOTATION = re.compile(r'a(\d+)=("(?:[^"\\]|\\.)*")')
_ALERT = re.compile(
    r'^ *Labels:\{alertname="A", instance=("(?:[^"\\]|\\.)*"), .*\n *Annotations:\{(.*)\},?$', re.MULTILINE
)


def _document() -> dict[str, Any]:
    series = [
        {"series": f'x{{instance="{instance}",job="api"}}', "values": f"{value} {value}"}
        for instance, value in INPUT.items()
    ]
    return {
        "rule_files": ["r.yml"],
        "tests": [
            {
                "interval": "1m",
                "external_labels": {"cluster": "c1"},
                "external_url": "http://e/p?a=b&c",
                "input_series": [*series, {"series": 'y{job="api"}', "values": "1.5 2.5"}],
                "alert_rule_test": [{"eval_time": "1m", "alertname": "A", "exp_alerts": []}],
            }
        ],
    }


def _rules(templates: dict[int, str]) -> dict[str, Any]:
    annotations = {f"a{number}": text for number, text in templates.items()}
    rule = {"alert": "A", "expr": "x == x or x != x", "annotations": annotations}
    return {"groups": [{"name": "g", "rules": [rule]}]}


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(document, allow_unicode=True, width=100_000), "utf-8")


def their_faults(templates: dict[int, str], folder: Path) -> dict[int, str]:
    """What promtool says of the texts that are no templates."""
    _write(folder / "r.yml", _rules(templates))
    done = processes.run("promtool", "check", "rules", folder / "r.yml")
    return {int(number): text for number, text in _FAULT.findall(done.stdout + done.stderr)}


def our_faults(templates: dict[int, str]) -> dict[int, str]:
    """What is said here of the same."""
    found = {number: check_template("A", text, PROMETHEUS_2) for number, text in templates.items()}
    return {number: str(fault) for number, fault in found.items() if fault is not None}


Renderings = dict[tuple[str, int], str]
"""Texts by the instance of the alert and the number of the template."""


def their_renderings(templates: dict[int, str], folder: Path) -> Renderings:
    """What promtool makes of the templates."""
    _write(folder / "r.yml", _rules(templates))
    _write(folder / "t.yml", _document())
    done = processes.run("promtool", "test", "rules", folder / "t.yml")
    return {
        (unquote(instance), int(number)): unquote(text)
        for instance, annotations in _ALERT.findall(done.stderr)
        for number, text in _ANNOTATION.findall(annotations)
    }


def our_renderings(templates: dict[int, str], folder: Path) -> Renderings:
    """What is made of them here."""
    file = read_tests(yaml.safe_dump({**_document(), "rule_files": []}), folder / "t.yml")
    plan = RulePlan.of(rules_from(_rules(templates), dialect=PROMETHEUS_2), ())
    (outcome,) = GroupRun(file, file.groups[0], plan, Options(compat="2")).outcomes()
    assert isinstance(outcome, AlertOutcome)
    return {
        (alert.labels["instance"], int(name[1:])): text
        for alert in outcome.firing
        for name, text in alert.annotations.items()
    }
