"""Every worked example of docs/definitions.md, in a real database, through the collectors."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from prometheus_client.utils import floatToGoString

from collectors.registry import create as create_collectors
from ledgerscope.catalogue import all_metrics, definitions
from tests.docs.business import COMPANY, Business, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Engine

PAGE: Final = Path(__file__).parents[2] / definitions.PAGE
SECTIONS: Final = tuple(definitions.parse(PAGE.read_text(encoding="utf-8")))
EXAMPLES: Final = [
    pytest.param(example.source, id=f"{section.anchor}: {read(example.source).get('title', example.line)}")
    for section in SECTIONS
    for example in section.examples
]
SERIES: Final = re.compile(r"([a-z][a-z0-9_]*)(?:\{(.*)\})?")
LABEL: Final = re.compile(r'([a-z_]+)="([^"]*)"')
TOLERANCE: Final = 1e-6  # relative: prices per month are kept with six decimals of a minor unit
Series = tuple[str, frozenset[tuple[str, str]]]


@pytest.fixture
def connection(shared: Engine) -> Iterator[Connection]:
    with shared.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@pytest.mark.parametrize("source", EXAMPLES)
def test_the_example_holds(source: str, connection: Connection) -> None:
    words = read(source)
    business = Business(connection, words)
    business.write()
    for as_of, expected in words["expect"].items():
        wanted = {_series(text): value for text, value in expected.items()}
        found = _collect(connection, business.instant(as_of), {name for name, _ in wanted})
        assert {_text(one): _shown(found, one, value) for one, value in wanted.items()} == {
            _text(one): value for one, value in wanted.items()
        }, f"as of {as_of}"


def test_every_figure_has_an_example() -> None:
    """But for those about the process."""
    shown = {
        _series(series)[0]
        for section in SECTIONS
        for example in section.examples
        for expected in read(example.source)["expect"].values()
        for series in expected
    }
    series_names = {metric.name: set(metric.series_names) for metric in all_metrics()}
    without = [
        name
        for section in SECTIONS
        if section.anchor not in {"the-exporter-itself", "the-api-itself"}
        for name in section.metrics
        if series_names[name].isdisjoint(shown)
    ]
    assert without == []


@pytest.mark.parametrize("metric", [metric.name for metric in all_metrics()])
def test_every_metric_is_defined_in_one_section(metric: str) -> None:
    places = [section.title for section in SECTIONS if metric in section.metrics]
    assert len(places) == 1, (
        f"{metric} has to stand in the line 'Metrics:' of one section of {definitions.PAGE}"
    )


def test_the_page_defines_no_metric_that_does_not_exist() -> None:
    known = {metric.name for metric in all_metrics()}
    assert [name for section in SECTIONS for name in section.metrics if name not in known] == []


def _collect(connection: Connection, as_of: datetime, names: set[str]) -> Mapping[Series, float]:
    """The series of the collectors that serve the metrics of these names; the company's label is left out."""
    served = [
        collector
        for collector in create_collectors()
        if any(name in names for metric in collector.metrics for name in metric.series_names)
    ]
    known = {name for collector in served for metric in collector.metrics for name in metric.series_names}
    assert names <= known, f"no collector serves {', '.join(sorted(names - known))}"
    found: dict[Series, float] = {}
    for collector in served:
        for one in collector.collect(connection, as_of):
            labels = dict(zip(one.metric.label_names, one.labels, strict=True))
            assert labels.pop("company_id") == COMPANY
            place = frozenset(labels.items())
            if isinstance(one.value, float | int):
                found[one.metric.name, place] = one.value
            else:
                found[f"{one.metric.name}_count", place] = one.value.count
                found[f"{one.metric.name}_sum", place] = one.value.sum
                bounds = (*map(floatToGoString, one.metric.buckets), "+Inf")
                for bound, count in zip(bounds, one.value.cumulative, strict=True):
                    found[f"{one.metric.name}_bucket", place | {("le", bound)}] = count
    return found


def _shown(found: Mapping[Series, float], series: Series, wanted: str) -> str:
    """What was found, in the words of the example where it agrees."""
    value = found.get(series)
    choices = wanted.split(" or ")
    if value is None:
        return wanted if "absent" in choices else "absent"
    numbers = [Fraction(choice) for choice in choices if choice != "absent"]
    agrees = any(value == pytest.approx(float(number), rel=TOLERANCE, abs=1e-9) for number in numbers)
    return wanted if agrees else str(value)


def _series(text: str) -> Series:
    match = SERIES.fullmatch(text)
    assert match, f"{text!r} is no series"
    return match[1], frozenset(LABEL.findall(match[2] or ""))


def _text(series: Series) -> str:
    name, labels = series
    return f"{name}{{{','.join(f'{label}={value!r}' for label, value in sorted(labels))}}}"
