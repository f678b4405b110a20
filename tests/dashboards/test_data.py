"""Every panel shows something: its queries run in our own engine over one hour of every metric there is."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from dashboards.areas import BOARDS
from dashboards.macros import expand
from ledgerscope.catalogue import Kind, all_metrics, revenue
from ledgerscope.promql.testing.outcome import ExprOutcome
from ledgerscope.promql.testing.session import verdicts
from rules.render import render_rules
from rules.target import EXPORTER_JOB, UP
from rules.timing import SCRAPE_INTERVAL, duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.catalogue import Metric

OPEN_LABELS = {"company_id": "acme", "currency": "EUR", "queue": "mail", "job_name": "send", "tier": "pro"}
LOSSES = {"contraction", "churn"}
QUERIES = [
    pytest.param(expand(query.expr), id=f"{board.title} / {panel.title} / {query.legend}")
    for board in BOARDS
    for panel in board.panels()
    for query in panel.queries
]


def label_sets(metric: Metric) -> Iterator[dict[str, str]]:
    values = [label.values or (OPEN_LABELS.get(label.name, "some"),) for label in metric.labels]
    for combination in product(*values):
        yield dict(zip(metric.label_names, combination, strict=True))


def samples(metric: Metric, labels: dict[str, str]) -> str:
    if metric.kind is Kind.COUNTER:
        return "0+1x240"
    lost = metric is revenue.MRR_MOVEMENT and labels["movement"] in LOSSES
    return "-50x240" if lost else "50x240"


def series() -> Iterator[dict[str, str]]:
    target = {"job": EXPORTER_JOB, "instance": "exporter:9108"}
    for metric in (*all_metrics(), UP):
        for labels in label_sets(metric):
            own = labels | target
            if metric.kind is Kind.HISTOGRAM:
                for number, bound in enumerate((*map(str, metric.buckets), "+Inf"), start=1):
                    yield written(f"{metric.name}_bucket", own | {"le": bound}, f"0+{number}x240")
            else:
                yield written(metric.name, own, samples(metric, labels))


def written(name: str, labels: dict[str, str], values: str) -> dict[str, str]:
    inner = ", ".join(f'{label}="{value}"' for label, value in labels.items())
    return {"series": f"{name}{{{inner}}}", "values": values}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ExprOutcome]:
    """What each query yields after an hour, with the recordings evaluated before it."""
    root = tmp_path_factory.mktemp("panels")
    for path, content in render_rules().items():
        (root / Path(path).name).write_bytes(content)
    document = {
        "rule_files": ["*.yml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": duration(SCRAPE_INTERVAL),
                "input_series": list(series()),
                "promql_expr_test": [{"expr": str(each.values[0]), "eval_time": "1h"} for each in QUERIES],
            }
        ],
    }
    (root / "panels.test").write_text(yaml.safe_dump(document))
    outcomes = [one for one in verdicts(root / "panels.test") if isinstance(one, ExprOutcome)]
    return {str(each.values[0]): outcome for each, outcome in zip(QUERIES, outcomes, strict=True)}


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_of_a_panel_finds_data(answers: dict[str, ExprOutcome], query: str) -> None:
    outcome = answers[query]
    assert not outcome.error
    assert outcome.samples
