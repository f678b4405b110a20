from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from ledgerscope.catalogue import all_metrics
from ledgerscope.cli import main

WIDTH = 80


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["metrics", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def listed(*words: str) -> list[str]:
    """The names in the list of metrics."""
    return [line.split()[0] for line in run(*words).splitlines()[1:] if line]


def test_the_list_has_a_header_and_fits_a_terminal() -> None:
    lines = run().splitlines()
    assert lines[0].split() == ["METRIC", "TYPE", "AREA"]
    assert max(map(len, lines)) <= WIDTH
    assert len(lines) == 1 + len(list(all_metrics()))


def test_a_line_shows_name_type_and_area() -> None:
    line = next(line for line in run().splitlines() if line.startswith("customer_aging_open_amount "))
    assert line.split() == ["customer_aging_open_amount", "gauge", "aging"]


def test_the_metrics_of_an_area_come_first_then_those_that_mention_it() -> None:
    names = listed("churn")
    assert names[0] == "chom_churn_ratio"
    assert "chom_revenue_mrr_movement" in names, "churn is a value of one of its labels"
    assert "chom_nps_score" not in names
    assert "ledgerscope_collector_up" not in names, "that there is a collector of the area says nothing"


@pytest.mark.parametrize(
    ("word", "metric"),
    [
        ("past due", "customer_aging_open_amount"),  # in the help
        ("Recurring", "chom_revenue_mrr"),  # whatever the case
        ("queue_depth", "telecom_billing_queue_depth"),  # a part of the name
        ("detractor", "chom_nps_responses"),  # a label value
        ("promoter score", "chom_nps_score"),  # two words as one argument
    ],
)
def test_a_word_finds_what_says_it(word: str, metric: str) -> None:
    assert metric in listed(word)


def test_several_words_find_what_any_of_them_finds() -> None:
    assert {"chom_nps_score", "customer_receivable_amount"} <= set(listed("aging", "satisfaction"))


def test_a_metric_is_shown_with_its_definition() -> None:
    page = run("chom_churn_lost_customers")
    assert page.startswith("chom_churn_lost_customers\n")
    for words in ("gauge", "Finance", "window", "calendar month", "docs/definitions.md#churn-and-retention"):
        assert words in page
    assert "Churn and retention" in page
    assert "customers of the base not paying and not paused" in " ".join(page.split())
    assert "Example: Four customers at the start" in page
    assert 'chom_churn_lost_customers{window="mtd"}: 1' in page
    prose = page[: page.index("Example:")]
    assert max(map(len, prose.splitlines())) <= WIDTH


def test_tables_become_lists_and_markup_goes() -> None:
    page = run("customer_aging_open_amount")
    assert "\n- 90+: 91 and more\n" in page
    prose = page[: page.index("Example:")]
    assert not set("`*|") & set(prose)


def test_only_the_examples_of_the_metric_are_shown() -> None:
    page = run("chom_revenue_arpa")
    assert "Example: Customers by tier" in page
    assert "Example: Prices of every interval" not in page


def test_what_the_page_refers_to_is_named() -> None:
    page = run("customer_credit_exposure_amount")
    assert "docs/definitions.md#exchange-rates" in page[page.index("see also:") :]


def test_a_histogram_is_found_by_the_names_of_its_series() -> None:
    page = run("telecom_billing_job_processing_duration_seconds_bucket")
    assert page.startswith("telecom_billing_job_processing_duration_seconds\n")
    assert "buckets" in page


@pytest.mark.parametrize("metric", [metric.name for metric in all_metrics()])
def test_every_metric_can_be_shown(metric: str) -> None:
    assert run(metric).startswith(f"{metric}\n")


def test_json_is_for_tools() -> None:
    names = [entry["name"] for entry in json.loads(run("--format", "json", "churn"))]
    assert names[0] == "chom_churn_ratio"
    (one,) = json.loads(run("--format", "json", "chom_nps_score"))
    assert one["definition"] == "docs/definitions.md#nps"


def test_the_page_is_for_people() -> None:
    assert run("--format", "markdown").startswith("# Metric reference\n")


@pytest.mark.parametrize(
    ("word", "nearest"),
    [("ageing", "aging"), ("chom_churn_ration", "chom_churn_ratio"), ("customer_recievable", "receivable")],
)
def test_what_nothing_matches_is_answered_with_the_nearest_names(word: str, nearest: str) -> None:
    result = CliRunner().invoke(main, ["metrics", word])
    assert result.exit_code == 2
    assert f"no metric, area or text matches {word!r}" in result.output
    assert nearest in result.output


def test_what_is_like_nothing_is_answered_with_the_areas() -> None:
    result = CliRunner().invoke(main, ["metrics", "zzzzzz"])
    assert result.exit_code == 2
    assert "areas: lifecycle, credit, aging" in result.output
