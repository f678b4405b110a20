"""Test files: everything promtool's format has, and how a fault is message."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledgerscope.promql.syntax.dialect import PROMETHEUS_2, PROMETHEUS_3, Dialect
from ledgerscope.promql.testing.load import load_tests, read_tests
from ledgerscope.promql.testing.model import AlertCase, ExprCase, TestFile
from ledgerscope.promql.yaml.nodes import FileError

FULL = """
rule_files: [rules/*.yml]
evaluation_interval: 30s
group_eval_order: [b, a]
fuzzy_compare: true
tests:
- name: everything
  interval: 15s
  start_timestamp: 2024-01-01T00:00:00Z
  external_labels: {cluster: one}
  external_url: http://example.org/
  input_series:
  - {series: 'up{job="a"}', values: 1 0x3 _ stale}
  alert_rule_test:
  - eval_time: 5m
    alertname: Down
    exp_alerts:
    - exp_labels: {job: a, level: 3}
      exp_annotations: {summary: it is down}
  promql_expr_test:
  - expr: up
    eval_time: 1m
    exp_samples:
    - {labels: 'up{job="a"}', value: 1e0}
    - {labels: h, histogram: '{{sum:3 count:2 buckets:[2]}}'}
"""


def read(text: str) -> TestFile:
    return read_tests(text, Path("t.yml"))


def faults(text: str) -> list[str]:
    with pytest.raises(FileError) as caught:
        read(text)
    return str(caught.value).splitlines()


def test_a_file_is_read_with_everything_it_says(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    for name in ("b.yml", "a.yml"):
        (tmp_path / "rules" / name).write_text("groups: []")
    (tmp_path / "t.yml").write_text(FULL)
    file, faults = load_tests(tmp_path / "t.yml")
    assert faults == []
    assert [path.name for path in file.rule_files] == ["a.yml", "b.yml"]
    assert (file.evaluation_interval_ms, file.group_eval_order, file.fuzzy_compare) == (
        30_000,
        ("b", "a"),
        True,
    )
    (group,) = file.groups
    assert (group.title, group.interval_ms, group.start_ms) == ("everything", 15_000, 1_704_067_200_000)
    assert (group.external_labels, group.external_url) == ({"cluster": "one"}, "http://example.org/")
    assert [(series.labels, len(series)) for series in group.series] == [({"__name__": "up", "job": "a"}, 7)]
    alert, expr = group.cases
    assert isinstance(alert, AlertCase)
    assert (alert.title, alert.eval_time_ms) == ("alert Down at 5m", 300_000)
    assert alert.expected[0].labels == {"alertname": "Down", "job": "a", "level": "3"}
    assert isinstance(expr, ExprCase)
    assert [(sample.labels, sample.value) for sample in expr.expected] == [
        ({"__name__": "up", "job": "a"}, 1.0),
        ({"__name__": "h"}, 0.0),
    ]
    assert expr.expected[1].histogram is not None
    assert group.last_eval_time_ms == 300_000


def test_what_is_left_out_has_its_usual_value() -> None:
    file = read("tests: [{}]")
    assert (file.evaluation_interval_ms, file.groups[0].interval_ms, file.groups[0].title) == (
        60_000, 60_000, "group 1",
    )  # fmt: skip


def test_an_empty_file_has_no_tests() -> None:
    assert read("").groups == ()


@pytest.mark.parametrize(
    ("text", "start_ms"),
    [("1609459200", 1_609_459_200_000), ("1.5", 1500), ("2024-01-01T01:00:00+01:00", 1_704_067_200_000)],
)
def test_a_start_is_a_date_or_seconds(text: str, start_ms: int) -> None:
    assert read(f'tests: [{{start_timestamp: "{text}"}}]').groups[0].start_ms == start_ms


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("test: []", "t.yml:1:1: unknown field 'test' in a test file; did you mean 'tests'?"),
        ("rule_files: [none.yml]",
         "t.yml:1:14: no rule file matches 'none.yml'; the path is taken relative to the test file"),
        ("rule_files: [nowhere/*.yml]",
         "t.yml:1:14: no rule file matches 'nowhere/*.yml'; the pattern is taken relative to the test file"),
        ("rule_files: [nowhere/x.yml]",
         ("t.yml:1:14: no rule file matches 'nowhere/x.yml'; "
          "there is no folder 'nowhere' beside the test file")),
        ("group_eval_order: [a, a]", "t.yml:1:23: group name repeated in evaluation order: a"),
        ("fuzzy_compare: maybe", "t.yml:1:16: fuzzy_compare must be true or false, not 'maybe'"),
        ("tests: [{input_serie: []}]",
         "t.yml:1:10: unknown field 'input_serie' in a test group; did you mean 'input_series'?"),
        ("tests: [{input_series: [{values: 1}]}]",
         "t.yml:1:25: an input series needs 'series'; write it like 'up{job=\"x\"}'"),
        ("tests: [{input_series: [{series: a, values: 1 x}]}]",
         ('t.yml:1:47: values: unexpected identifier "x" in series values, '
          "expected number or \"stale\"; write them like '1 2 _ 0+5x10 stale'")),
        ("tests: [{input_series: [{series: 'a{', values: 1}]}]",
         "t.yml:1:37: series: unexpected end of input inside braces; write it like 'up{job=\"x\"}'"),
        ("tests: [{alert_rule_test: [{eval_time: 1m}]}]",
         "t.yml:1:28: an item under alert_rule_test misses required attribute alertname"),
        ("tests: [{alert_rule_test: [{alertname: A, exp_alerts: [{labels: {}}]}]}]",
         "t.yml:1:57: unknown field 'labels' in an expected alert; did you mean 'exp_labels'?"),
        ("tests: [{promql_expr_test: [{expr: 'up +'}]}]",
         "t.yml:1:41: expr: 1:5: parse error: unexpected end of input"),
        ("tests: [{promql_expr_test: [{expr: up, exp_samples: [{value: x}]}]}]",
         "t.yml:1:62: value must be a number, not 'x'"),
        ("tests: [{promql_expr_test: [{expr: up, exp_samples: [{histogram: '1'}]}]}]",
         "t.yml:1:66: histogram must be one histogram; write it like '{{sum:3 count:2}}'"),
        ("tests: [{start_timestamp: yesterday}]",
         ("t.yml:1:27: start_timestamp: cannot parse 'yesterday' to a valid timestamp; "
          "write it like 2024-01-31T00:00:00Z, or as seconds since 1970")),
    ],
)  # fmt: skip
def test_a_fault_is_reported_with_its_place_and_what_would_be_right(text: str, message: str) -> None:
    assert faults(text) == [message]


def test_a_missing_rule_file_is_named_with_its_nearest_neighbour(tmp_path: Path) -> None:
    (tmp_path / "alerts.yml").write_text("groups: []")
    (tmp_path / "t.yml").write_text("rule_files: [alert.yml]")
    _, (fault,) = load_tests(tmp_path / "t.yml")
    assert (
        str(fault) == f"{tmp_path}/t.yml:1:14: no rule file matches 'alert.yml'; did you mean 'alerts.yml'?"
    )


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be read"):
        load_tests(tmp_path / "none.yml")


def warnings(text: str, dialect: Dialect = PROMETHEUS_3) -> list[str]:
    return [str(each) for each in read_tests(text, Path("t.yml"), dialect=dialect).warnings]


@pytest.mark.parametrize(
    ("behind", "warning"),
    [
        ("---\ntests: []", "t.yml:3:1: %s; this one is ignored"),
        ("---\na: b: c", "t.yml:3:5: %s; what follows is ignored"),
    ],
)
def test_what_follows_the_first_document_is_warned_of(behind: str, warning: str) -> None:
    (found,) = warnings(f"tests: []\n{behind}")
    assert found.startswith(warning % "Prometheus reads the first document of a test file only")


@pytest.mark.parametrize("behind", ["---\n", "---\n---\n", "...\n", "# a comment\n"])
def test_nothing_behind_the_first_document_is_no_reason_to_warn(behind: str) -> None:
    assert warnings(f"tests: []\n{behind}") == []


@pytest.mark.parametrize(
    ("field", "since"), [("fuzzy_compare: true", "3.5"), ("tests: [{start_timestamp: 60}]", "3.9")]
)
def test_fields_of_later_versions_are_refused_with_the_version(field: str, since: str) -> None:
    with pytest.raises(FileError, match=f"unknown field .*; Prometheus has it since {since}"):
        read_tests(field, Path("t.yml"), dialect=PROMETHEUS_2)
    assert read(field).path == Path("t.yml")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("'{{count:1}}'", "Prometheus 2.42 has no histograms in series"),
        ("1_0", "Prometheus 2.42 has no underscores in numbers; there are some since 3.0"),
    ],
)
def test_values_of_later_versions_are_refused(values: str, message: str) -> None:
    text = f"tests: [{{interval: 1m, input_series: [{{series: a, values: {values}}}]}}]"
    with pytest.raises(FileError, match=message):
        read_tests(text, Path("t.yml"), dialect=PROMETHEUS_2)
    assert len(read(text).groups[0].series) == 1


LINES = """
tests:
- interval: 1m
  input_series:
  - {series: a, values: %s}
  - {series: b, values: 1x5}
"""


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ('"1 2\\n3"', "promtool reads each line of an input series as a series of its own"),
        ('"1 2\\n"', "promtool ignores every input series after one whose values end in a line break"),
    ],
)
def test_a_line_break_in_values_is_warned_of_and_refused_where_promtool_shall_read_the_file(
    values: str, message: str, tmp_path: Path
) -> None:
    (found,) = warnings(LINES % values)
    assert f"{message}; write one line, or fold it: `values: >-`" in found
    (tmp_path / "t.yml").write_text(LINES % values)
    _, faults = load_tests(tmp_path / "t.yml", extensions=False)
    assert message in str(faults[0])


def test_without_an_interval_prometheus_2_has_the_first_sample_of_each_series_only() -> None:
    text = "tests: [{input_series: [{series: a, values: _ 7 1x5}, {series: b, values: _}]}]"
    first, missing = read_tests(text, Path("t.yml"), dialect=PROMETHEUS_2).groups[0].series
    assert (list(first.expand().values), len(missing)) == ([7.0], 0)
    assert "first sample of each series only" in warnings(text, PROMETHEUS_2)[0]
    assert [len(each) for each in read(text).groups[0].series] == [8, 1]
