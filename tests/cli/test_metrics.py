from __future__ import annotations

import json

from click.testing import CliRunner

from ledgerscope.cli import main


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["metrics", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_table_shows_name_type_labels_and_owner() -> None:
    line = run("aging").splitlines()[0]
    assert line.split() == [
        "customer_aging_open_amount",
        "gauge",
        "company_id,",
        "bucket,",
        "currency",
        "credit-control",
    ]


def test_without_an_area_all_are_shown() -> None:
    assert "chom_nps_score" in run()
    assert "ledgerscope_collector_up" in run()


def test_json_is_for_tools() -> None:
    names = [entry["name"] for entry in json.loads(run("--format", "json", "churn"))]
    assert names[0] == "chom_churn_ratio"


def test_an_unknown_area_is_refused_with_the_known_ones() -> None:
    result = CliRunner().invoke(main, ["metrics", "ageing"])
    assert result.exit_code == 2
    assert "'aging'" in result.output
