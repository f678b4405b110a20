"""Every served value equals an independent query, at the exporter and in a Prometheus that scraped it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from ledgerscope.catalogue import AREAS, Metric
from tests.integration import oracle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Engine

    from tests.integration.conftest import Business, Prometheus

Values = dict[tuple[str, ...], float]

BUSINESS = [metric for area in AREAS if area.name != "exporter" for metric in area.metrics]
SERIES = [(metric, name) for metric in BUSINESS for name in metric.series_names]
IDS = [name for _, name in SERIES]
RELATIVE, ABSOLUTE = 1e-9, 1e-6


@pytest.fixture(scope="module")
def scraped(served: str) -> dict[str, Values]:
    page = requests.get(f"{served}/metrics", timeout=10).text
    found: dict[str, Values] = {name: {} for name in IDS}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            if sample.name in found:
                found[sample.name][_ordered(sample.name, sample.labels)] = sample.value
    return found


@pytest.mark.parametrize(("metric", "name"), SERIES, ids=IDS)
def test_each_metric_has_a_second_opinion(metric: Metric, name: str) -> None:
    assert name in oracle.QUERIES, f"write an independent query for {metric}"


@pytest.mark.parametrize(("metric", "name"), SERIES, ids=IDS)
def test_the_exporter_serves_what_an_independent_query_finds(
    metric: Metric, name: str, scraped: dict[str, Values], ledger: Engine, business: Business
) -> None:
    assert _differences(name, scraped.get(name, {}), _independent(name, ledger, business)) == []


@pytest.mark.prometheus
@pytest.mark.parametrize(("metric", "name"), SERIES, ids=IDS)
def test_prometheus_holds_what_an_independent_query_finds(
    metric: Metric, name: str, prometheus: Prometheus, ledger: Engine, business: Business
) -> None:
    stored = {_ordered(name, one["metric"]): float(one["value"][1]) for one in prometheus.query(name)}
    assert _differences(name, stored, _independent(name, ledger, business)) == []


@pytest.mark.prometheus
def test_the_target_is_up(prometheus: Prometheus) -> None:
    assert [one["value"][1] for one in prometheus.query('up{job="ledgerscope"}')] == ["1"]


def _independent(name: str, ledger: Engine, business: Business) -> Values:
    with ledger.connect() as connection:
        rows = connection.execute(text(oracle.QUERIES[name]), {"t": business.noon}).all()
    return {tuple(map(str, row[:-1])): float(row[-1]) for row in rows if row[-1] is not None}


def _differences(name: str, served: Values, expected: Values) -> list[str]:
    """Every label set with another value; what only the exporter shows must be a known set at zero."""
    assert served, f"{name} is not served"
    assert any(served.values()) or not any(expected.values()), f"{name} is zero everywhere"
    found = [
        f"{labels}: served {served.get(labels)}, expected {value}"
        for labels, value in expected.items()
        if not math.isclose(served.get(labels, 0.0), value, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    ]
    surplus = {labels: value for labels, value in served.items() if value and labels not in expected}
    return [*found, *(f"{labels}: served {value}, unknown" for labels, value in surplus.items())]


def _ordered(name: str, labels: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(labels[label] for label in _label_names(name))


def _label_names(name: str) -> tuple[str, ...]:
    metric = next(metric for metric, series in SERIES if series == name)
    return (*metric.label_names, "le") if name.endswith("_bucket") else metric.label_names
