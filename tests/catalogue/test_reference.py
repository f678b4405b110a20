from __future__ import annotations

from pathlib import Path

import pytest

from ledgerscope.catalogue import AREAS, all_metrics
from ledgerscope.catalogue.reference import as_data, as_markdown

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"


def test_the_committed_page_is_what_the_catalogue_makes() -> None:
    assert PAGE.read_text(encoding="utf-8") == as_markdown(AREAS), "run: ledgerscope build"


@pytest.mark.parametrize("metric", list(all_metrics()), ids=str)
def test_every_metric_is_on_the_page_with_its_labels(metric: object) -> None:
    page = as_markdown(AREAS)
    assert f"### `{metric}`" in page


def test_the_data_form_has_one_entry_per_metric() -> None:
    entries = as_data(AREAS)
    assert [entry["name"] for entry in entries] == [metric.name for metric in all_metrics()]
    aging = next(entry for entry in entries if entry["name"] == "customer_aging_open_invoices")
    assert aging["type"] == "gauge"
    assert aging["area"] == "aging"
    assert aging["owner"] == "credit-control"
