"""What a failed case says, read line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from ledgerscope.promql.testing.reports.report import Report
from ledgerscope.promql.testing.runner import Options
from ledgerscope.promql.testing.session import TestSession

if TYPE_CHECKING:
    from pathlib import Path

RULES = """
groups:
- name: g
  rules:
  - record: job:errors:rate5m
    expr: sum by (job) (rate(errors_total[5m]))
  - alert: Errors
    expr: job:errors:rate5m > 1
    labels: {severity: page}
    annotations: {text: "{{ $value }}"}
  - record: joined
    expr: errors_total * on (job) other
"""

ERRORS = ('errors_total{job="a"}', "0+120x9")


def report(
    folder: Path, case: dict[str, Any], *series: tuple[str, str], compat: str = "3"
) -> tuple[str, list[str]]:
    """The summary and the lines of the report on one failing case, without its first line."""
    (folder / "r.yml").write_text(RULES)
    inputs = [{"series": name, "values": values} for name, values in series]
    group = {"interval": "1m", "input_series": inputs, **case}
    (folder / "t.yml").write_text(yaml.safe_dump({"rule_files": ["r.yml"], "tests": [group]}))
    (run,) = TestSession(Options(compat=compat)).open(folder / "t.yml")
    (outcome,) = run.outcomes()
    assert not outcome.passed
    report = Report(run, outcome)
    return report.summary, str(report).replace(f"{folder}/", "").splitlines()[1:]


def expr(text: str, labels: str, value: float) -> dict[str, Any]:
    expected = [{"labels": labels, "value": value}]
    return {"promql_expr_test": [{"expr": text, "eval_time": "9m", "exp_samples": expected}]}


def alert(**labels: str) -> dict[str, Any]:
    expected = [{"exp_labels": labels}] if labels else []
    return {"alert_rule_test": [{"alertname": "Errors", "eval_time": "9m", "exp_alerts": expected}]}


@pytest.mark.parametrize(
    ("case", "summary"),
    [
        (expr("rate(errors_total[5m]) * 2", '{job="a"}', 2), '{job="a"}: expected 2, found 4'),
        (expr("rate(errors_total[5m])", '{job="b"}', 2), "other samples are there than those expected"),
        (expr("rate(other[5m])", '{job="b"}', 2), "expected samples: 1, found: 0"),
        (alert(), "expected firing: 0, found: 1"),
        (alert(job="a", severity="ticket"), "severity: expected 'ticket', found 'page'"),
        (alert(job="a", severity="page"), "text: expected none, found '2'"),
        (alert(instance="b", cluster="z"), "other alerts fire than those expected"),
    ],
)
def test_a_summary_names_the_first_difference(tmp_path: Path, case: dict[str, Any], summary: str) -> None:
    assert report(tmp_path, case, ERRORS)[0] == summary


def test_a_value_next_to_the_expected_one_names_the_setting_that_lets_it_pass(tmp_path: Path) -> None:
    _, lines = report(tmp_path, expr("vector(0.1 + 0.2)", "{}", 0.3))
    assert lines[1] == (
        "  {}: expected 0.3, found 0.30000000000000004;"
        " one unit in the last place, which 'fuzzy_compare: true' lets pass"
    )


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("nothing_at_all", ["no series matches nothing_at_all"]),
        ("sum(error_total)", ["no series matches error_total; did you mean errors_total?"]),
        (
            'errors_total{job="b"}',
            ['no series matches errors_total{job="b"}; there is errors_total{job="a"}'],
        ),
        ("joined", ["no series matches joined", "no series matches other"]),
        (
            "rate(errors_total[1m])",
            ["errors_total[1m] never holds the two samples rate needs: they are 1m apart"],
        ),
        ("rate(errors_total[2m]) > 100", []),
    ],
)
def test_no_result_is_explained(tmp_path: Path, text: str, reasons: list[str]) -> None:
    _, lines = report(tmp_path, expr(text, "x", 1), ERRORS)
    assert lines[:2] == ["  expected samples: 1, found: 0", "  missing (line 11): x 1"]
    assert lines[2:] == [f"  {reason}" for reason in reasons]


def test_an_alert_without_input_says_what_it_would_have_read(tmp_path: Path) -> None:
    _, lines = report(tmp_path, alert(job="a"), ('error_total{job="a"}', "0+120x9"))
    assert lines[2:] == [
        "  over time (job:errors:rate5m > 1):",
        "    the expression never has a result",
        "    no series matches job:errors:rate5m",
        "    no series matches errors_total; did you mean error_total?",
    ]


def test_a_closed_window_holds_both_its_ends(tmp_path: Path) -> None:
    _, lines = report(tmp_path, expr("rate(errors_total[1m]) > 100", "x", 1), ERRORS, compat="2")
    assert not any("never holds" in line for line in lines)


def test_a_failing_rule_is_reported_with_its_place_and_time(tmp_path: Path) -> None:
    series = [ERRORS, ('other{job="a",i="1"}', "1x9"), ('other{job="a",i="2"}', "_ _ 1")]
    summary, lines = report(tmp_path, expr("joined", "x", 1), *series)
    assert summary.startswith("rule 'joined' fails: found duplicate series")
    assert lines[0].startswith("  r.yml:12:11: rule 'joined' fails at 2m: found duplicate series")


def test_a_clock_that_nobody_set_is_noted(tmp_path: Path) -> None:
    case = expr("vector(time()) > 1e9", "{}", 1)
    note = "  note: time() begins at 1970-01-01T00:00:00Z; 'start_timestamp' in the test group sets it"
    assert report(tmp_path, case)[1][-1] == note
    assert note not in report(tmp_path, {**case, "start_timestamp": "2026-03-01T00:00:00Z"})[1]
    assert note not in report(tmp_path, expr("month(errors_total)", "{}", 2), ERRORS)[1]


def test_of_many_series_those_like_the_expected_ones_are_shown(tmp_path: Path) -> None:
    series = [(f'errors_total{{job="j{number}"}}', "0+120x9") for number in range(40)]
    _, lines = report(tmp_path, alert(job="j33", severity="ticket"), *series)
    assert "  and 29 more unexpected" in lines
    begin = lines.index("  over time (job:errors:rate5m > 1):")
    assert lines[begin + 1] == '    {alertname="Errors", job="j33", severity="page"}'
    assert lines[begin + 13] == "    and 34 more"
    assert lines[begin + 14] == '    value job:errors:rate5m{job="j33"}: 0.4 to 2'
    _, lines = report(tmp_path, expr("rate(errors_total[5m]) / 3", '{job="j33"}', 5), *series)
    assert lines[lines.index("  over time:") + 1] == '    values {job="j33"}: 0.133333 to 0.666667'
