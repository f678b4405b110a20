"""Every served value equals an independent query, at the exporter and in a Prometheus that scraped it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from ledgerscope.catalogue import AREAS, Metric
from ledgerscope.catalogue.parts import Part
from tests.integration import oracle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Engine

    from tests.integration.conftest import Business, Prometheus

Values = dict[tuple[str, ...], float]

BUSINESS = [metric for area in AREAS if Part.COLLECTOR in area.parts for metric in area.metrics]
SERIES = [(metric, name) for metric in BUSINESS for name in metric.series_names]
IDS = [name for _, name in SERIES]


@pytest.fixture(scope="module")
def scraped(served: str) -> dict[str, Values]:
    page = requests.get(f"{served}/metrics", timeout=10).text
    found: dict[str, Values] = {name: {} for name in IDS}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            if sample.name in found:
                found[sample.name][_ordered(sample.name, sample.labels)] = sample.value
    return found


@pytest.fixture(scope="module")
def wanted(ledger: Engine, business: Business) -> dict[str, dict[tuple[str, ...], Any]]:
    with ledger.connect() as connection:
        return oracle.expected(oracle.read(connection), business.noon)


@pytest.mark.parametrize(("metric", "name"), SERIES, ids=IDS)
def test_the_exporter_serves_what_an_independent_query_finds(
    metric: Metric, name: str, scraped: dict[str, Values], wanted: dict[str, dict[tuple[str, ...], Any]]
) -> None:
    assert oracle.differences(name, scraped[name], wanted[name]) == []


@pytest.mark.prometheus
@pytest.mark.parametrize(("metric", "name"), SERIES, ids=IDS)
def test_prometheus_holds_what_an_independent_query_finds(
    metric: Metric, name: str, prometheus: Prometheus, wanted: dict[str, dict[tuple[str, ...], Any]]
) -> None:
    stored = {_ordered(name, one["metric"]): float(one["value"][1]) for one in prometheus.query(name)}
    assert oracle.differences(name, stored, wanted[name]) == []


@pytest.mark.prometheus
def test_the_target_is_up(prometheus: Prometheus) -> None:
    assert [one["value"][1] for one in prometheus.query('up{job="ledgerscope"}')] == ["1"]


def _ordered(name: str, labels: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(labels[label] for label in _label_names(name))


def _label_names(name: str) -> tuple[str, ...]:
    metric = next(metric for metric, series in SERIES if series == name)
    return (*metric.label_names, "le") if name.endswith("_bucket") else metric.label_names
