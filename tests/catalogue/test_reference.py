from __future__ import annotations

import re
from pathlib import Path

import pytest

from ledgerscope.catalogue import AREAS, all_metrics
from ledgerscope.catalogue.definitions import parse
from ledgerscope.catalogue.reference import as_data, as_markdown

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "metrics.md"


def test_the_committed_page_is_what_the_catalogue_makes() -> None:
    assert PAGE.read_text(encoding="utf-8") == as_markdown(AREAS), "run: ledgerscope build"


@pytest.mark.parametrize("metric", list(all_metrics()), ids=str)
def test_every_metric_is_on_the_page_with_its_labels(metric: object) -> None:
    page = as_markdown(AREAS)
    assert f"### `{metric}`" in page


def test_a_metric_is_linked_to_its_definition() -> None:
    anchors = {section.anchor for section in parse((DOCS / "definitions.md").read_text(encoding="utf-8"))}
    links = re.findall(r"\(definitions\.md#([\w-]+)\)", as_markdown(AREAS))
    assert set(links) <= anchors
    assert "- definition: [Aging](definitions.md#aging)" in as_markdown(AREAS)


def test_no_source_is_named_that_a_reader_does_not_have() -> None:
    page = as_markdown(AREAS) + str(as_data(AREAS))
    assert re.findall(r"\b[AS]\d+(?:\.\d+)?\b|notes/", page) == []


def test_the_data_form_has_one_entry_per_metric() -> None:
    entries = as_data(AREAS)
    assert [entry["name"] for entry in entries] == [metric.name for metric in all_metrics()]
    aging = next(entry for entry in entries if entry["name"] == "customer_aging_open_invoices")
    assert aging["type"] == "gauge"
    assert aging["area"] == "aging"
    assert aging["owner"] == "credit-control"
    assert aging["definition"] == "docs/definitions.md#aging"
