"""Every query of every board, and every rule, finds data in the Prometheus that scraped the demo."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.conftest import Prometheus

ROOT = Path(__file__).parents[2]
BOARDS = sorted((ROOT / "dashboards" / "generated").glob("*.json"))
VARIABLE = re.compile(r"\$\{?(\w+)(?::\w+)?\}?")
ONLY_IN_TROUBLE = ("ledgerscope_collector_isolated_company)",)
"""Series that a healthy exporter does not have; another query of the same panel shows the zero."""
NOBODY_ASKS = "request_duration_seconds_bucket"
"""How long the API takes is known only when it is asked; nobody asks that of this demo."""
SELDOM = re.compile(r"customer_(statement_generat|import_process|export_file)\w+:(failed_ratio|p95_)1h")
"""Shares and percentiles of an hour in which the demo may neither make a statement, import nor export."""
MACROS = {"__rate_interval": "1m", "__interval": "15s", "__range": "1m", "__range_s": "60"}


def _queries() -> Iterator[tuple[str, str, str]]:
    for path in BOARDS:
        board = json.loads(path.read_text(encoding="utf-8"))
        for panel in _panels(board):
            for target in panel.get("targets", ()):
                if not _may_be_empty(target["expr"]):
                    yield path.stem, panel["title"], target["expr"]


def _may_be_empty(expr: str) -> bool:
    return expr.endswith(ONLY_IN_TROUBLE) or NOBODY_ASKS in expr or SELDOM.search(expr) is not None


def _panels(board: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in board["panels"]:
        yield panel
        yield from panel.get("panels", ())


QUERIES = list(_queries())


@pytest.mark.prometheus
@pytest.mark.parametrize(("board", "title", "expr"), QUERIES, ids=[f"{b}: {t}" for b, t, _ in QUERIES])
def test_the_query_of_a_panel_finds_data(board: str, title: str, expr: str, living: Prometheus) -> None:
    asked = VARIABLE.sub(lambda match: MACROS.get(match[1], ".*"), expr)
    assert _found(living, asked), f"{board}, {title}: {asked}"


@pytest.mark.prometheus
def test_every_variable_of_a_board_has_values(living: Prometheus) -> None:
    for path in BOARDS:
        for variable in json.loads(path.read_text(encoding="utf-8"))["templating"]["list"]:
            if variable["type"] == "query":
                match = re.search(r"label_values\((.*), *(\w+)\)", json.dumps(variable["query"]))
                assert match, f"{path.stem}: {variable['name']} is no label_values query"
                selector = VARIABLE.sub(".*", json.loads(f'"{match[1]}"') if "\\" in match[1] else match[1])
                assert living.query(f"count by ({match[2]}) ({selector})"), f"{path.stem}: {variable['name']}"


@pytest.mark.prometheus
def test_every_recording_has_a_result_or_a_reason_to_have_none(living: Prometheus) -> None:
    rules = [rule for group in living.get("rules")["groups"] for rule in group["rules"]]
    broken = [f"{rule['name']}: {rule.get('lastError')}" for rule in rules if rule["health"] != "ok"]
    assert broken == []
    recorded = sorted(
        {rule["name"] for rule in rules if rule["type"] == "recording" and not SELDOM.search(rule["name"])}
    )
    assert [name for name in recorded if not _found(living, name)] == []


def _found(living: Prometheus, expr: str) -> bool:
    """Whether there is data, now or soon: a share of what happens needs something to happen."""
    for _ in range(100):
        if living.query(expr):
            return True
        time.sleep(0.2)
    return False
