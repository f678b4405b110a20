"""A missing test as YAML: a list item for `tests` of a test file."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import yaml

from ledgerscope.promql.mutation.lines import Line
from ledgerscope.promql.rules.placed import ALERT_NAME
from ledgerscope.promql.samples.labels import METRIC_NAME
from ledgerscope.promql.syntax.analysis import metric_name, selectors
from ledgerscope.promql.syntax.operators import MatchOp
from ledgerscope.promql.testing.model import AlertCase
from ledgerscope.promql.text.durations import format_duration
from ledgerscope.promql.text.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledgerscope.promql.mutation.model import Mutant
    from ledgerscope.promql.mutation.search import Found
    from ledgerscope.promql.syntax.ast import VectorSelector
    from ledgerscope.promql.testing.model import Case, TestGroup
    from ledgerscope.promql.testing.runner import GroupRun

_SECOND_MS = 1000


def found_test(found: Found, mutant: Mutant) -> str:
    """The test that was found."""
    group = found.run.group
    return _dumped(
        {
            "name": _name(mutant),
            "interval": format_duration(group.interval_ms),
            **_beginning(group),
            "input_series": [_series(*line.written()) for line in found.lines],
            **_asserted(found.case),
        }
    )


def skeleton(mutant: Mutant, run: GroupRun) -> str:
    """A test that is still to be completed: over the input of one that is near, or of made-up series."""
    group = run.group
    lines = [Line.of(series) for series in group.series]
    series = [_series(*line.written()) for line in lines if line is not None]
    return f"# has to show {mutant.shows}\n" + _dumped(
        {
            "name": _name(mutant),
            "interval": format_duration(group.interval_ms),
            **_beginning(group),
            "input_series": series,
            **_question(mutant),
        }
    )


def bare_skeleton(mutant: Mutant, interval_ms: int) -> str:
    """A test over one series of each selector, for a rule that no test reaches."""
    tree = mutant.rule.tree
    found = dict.fromkeys(map(_selected, selectors(tree))) if tree is not None else {}
    return f"# has to show {mutant.shows}\n" + _dumped(
        {
            "name": _name(mutant),
            "interval": format_duration(interval_ms),
            "input_series": [_series(head, "1x60") for head in found],
            **_question(mutant),
        }
    )


def _selected(selector: VectorSelector) -> str:
    """A series that a selector selects, as far as its matchers say."""
    equal = {each.name: each.value for each in selector.matchers if each.op is MatchOp.EQUAL}
    inner = ", ".join(f"{name}={quote(value)}" for name, value in equal.items() if name != METRIC_NAME)
    name = metric_name(selector) or ""
    return f"{name}{{{inner}}}" if inner or not name else name


def _name(mutant: Mutant) -> str:
    return f"{mutant.rule_id.name}: {mutant}"


def _beginning(group: TestGroup) -> dict[str, Any]:
    """What else the result depends on."""
    fields: dict[str, Any] = {}
    if group.start_ms:
        fields["start_timestamp"] = _plain(group.start_ms / _SECOND_MS)
    if group.external_labels:
        fields["external_labels"] = dict(group.external_labels)
    if group.external_url:
        fields["external_url"] = group.external_url
    return fields


def _series(head: str, values: str) -> dict[str, str]:
    return {"series": head, "values": values}


def _question(mutant: Mutant) -> dict[str, Any]:
    """The question without an answer."""
    if mutant.rule_id.kind == "alert":
        return {"alert_rule_test": [{"eval_time": "1h", "alertname": mutant.rule_id.name, "exp_alerts": []}]}
    return {"promql_expr_test": [{"expr": mutant.rule_id.name, "eval_time": "1h", "exp_samples": []}]}


def _asserted(case: Case) -> dict[str, Any]:
    at = format_duration(case.eval_time_ms)
    if isinstance(case, AlertCase):
        alerts = [
            {
                "exp_labels": _besides(each.labels, ALERT_NAME),
                **({"exp_annotations": dict(each.annotations)} if each.annotations else {}),
            }
            for each in case.expected
        ]
        return {
            "alert_rule_test": [{"eval_time": at, "alertname": case.alertname, "exp_alerts": alerts}],
        }
    samples = [{"labels": _written(each.labels), "value": _plain(each.value)} for each in case.expected]
    return {"promql_expr_test": [{"expr": case.expr, "eval_time": at, "exp_samples": samples}]}


def _besides(labels: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in labels.items() if key != name}


def _written(labels: Mapping[str, str]) -> str:
    inner = ", ".join(f"{name}={quote(value)}" for name, value in labels.items() if name != METRIC_NAME)
    name = labels.get(METRIC_NAME, "")
    return f"{name}{{{inner}}}" if inner or not name else name


def _plain(value: float) -> float | int:
    """A whole number without its point."""
    return int(value) if math.isfinite(value) and value.is_integer() and abs(value) < 2**53 else value


def _dumped(test: dict[str, Any]) -> str:
    text: str = yaml.safe_dump([test], sort_keys=False, width=100_000, allow_unicode=True)
    return text
