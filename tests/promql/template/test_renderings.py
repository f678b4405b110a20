"""Every construct and function of the template language, and what Prometheus makes of it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from ledgerscope.promql.engine.engine import Engine
from ledgerscope.promql.samples.labels import Labels
from ledgerscope.promql.samples.storage import Storage
from ledgerscope.promql.template.alert import AlertTemplates, check_template
from ledgerscope.promql.template.values import AlertData, QueryResult, StringMap, TemplateSample
from ledgerscope.promql.text.quoting import unquote
from tests import processes

CASES: list[dict[str, str]] = yaml.safe_load(Path(__file__).with_name("renderings.yml").read_text("utf-8"))[
    "cases"
]
RENDERED = [case for case in CASES if "text" in case]
FAULTY = [case for case in CASES if "fault" in case]

SERIES = {
    "a:90": ("x", "api", [5.5, 6.0]),
    "b:90": ("x", "api", [1234567.25, 2.0]),
}


def run_query(expression: str) -> QueryResult:
    storage = Storage()
    for instance, (name, job, values) in SERIES.items():
        storage.append(Labels({"__name__": name, "instance": instance, "job": job}), [0, 60_000], values)
    result = Engine(compat="2").instant(storage, expression, 0)
    return QueryResult(
        TemplateSample(StringMap(sample.labels.as_dict()), sample.value) for sample in result.vector.at()
    )


DATA = AlertData(
    StringMap({"__name__": "x", "instance": "b:90", "job": "api"}),
    1234567.25,
    StringMap({"cluster": "c1"}),
    "http://e/p",
    "float64",
)


@pytest.mark.parametrize("case", RENDERED, ids=lambda case: case["template"][:40])
def test_a_template_renders_as_prometheus_renders_it(case: dict[str, str]) -> None:
    assert AlertTemplates("A", 0, run_query).expand(case["template"], DATA) == case["text"]


@pytest.mark.parametrize("case", FAULTY, ids=lambda case: case["template"][:40])
def test_a_text_that_is_no_template_is_refused_in_prometheus_words(case: dict[str, str]) -> None:
    assert str(check_template("A", case["template"])) == case["fault"]
    rendered = AlertTemplates("A", 0, run_query).expand(case["template"], DATA)
    assert rendered == (f"<error expanding template: error parsing template __alert_A: {case['fault']}>")


def promtool(*arguments: str) -> str:
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    done = processes.run("promtool", *arguments)
    return f"{done.stdout}{done.stderr}"


def write_rules(path: Path, annotations: dict[str, str]) -> None:
    rule = {"alert": "A", "expr": 'x{instance="b:90"}', "annotations": annotations}
    document = {"groups": [{"name": "g", "rules": [rule]}]}
    path.write_text(yaml.safe_dump(document, allow_unicode=True, width=100_000), "utf-8")


@pytest.mark.prometheus
def test_promtool_renders_every_case_the_same(tmp_path: Path) -> None:
    write_rules(tmp_path / "r.yml", {f"a{index}": case["template"] for index, case in enumerate(RENDERED)})
    test: dict[str, Any] = {
        "interval": "1m",
        "external_labels": {"cluster": "c1"},
        "external_url": "http://e/p",
        "input_series": [
            {"series": f'{name}{{instance="{instance}",job="{job}"}}', "values": " ".join(map(str, values))}
            for instance, (name, job, values) in SERIES.items()
        ],
        "alert_rule_test": [{"eval_time": "0m", "alertname": "A", "exp_alerts": []}],
    }
    (tmp_path / "t.yml").write_text(yaml.safe_dump({"rule_files": ["r.yml"], "tests": [test]}), "utf-8")
    shown = promtool("test", "rules", str(tmp_path / "t.yml"))
    annotations = re.search(r"Annotations:\{(.*)\}\n", shown, re.DOTALL)
    assert annotations is not None, shown
    found = {
        int(number): unquote(text)
        for number, text in re.findall(r'a(\d+)=("(?:[^"\\]|\\.)*")', annotations[1])
    }
    different = {
        case["template"]: (case["text"], found.get(index, ""))
        for index, case in enumerate(RENDERED)
        if case["text"] != found.get(index, "")
    }
    assert different == {}


@pytest.mark.prometheus
def test_promtool_refuses_every_faulty_template_with_the_same_words(tmp_path: Path) -> None:
    write_rules(tmp_path / "r.yml", {f"a{index}": case["template"] for index, case in enumerate(FAULTY)})
    shown = promtool("check", "rules", str(tmp_path / "r.yml"))
    found = {int(number): text for number, text in re.findall(r'annotation "a(\d+)": (.*)', shown)}
    assert found == {index: case["fault"] for index, case in enumerate(FAULTY)}
