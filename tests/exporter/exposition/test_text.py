"""Our bytes are the reference library's bytes, for any readings that the catalogue could bring."""

from __future__ import annotations

from math import inf, nan
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.utils import floatToGoString

from collectors.base import Distribution, Reading
from exporter.exposition.text import Block, Format, go_float, render
from ledgerscope.catalogue import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import PLATFORM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from prometheus_client.core import Metric as Family

UNIT_WORDS = {Unit.SECONDS: "seconds", Unit.TIMESTAMP: "seconds", Unit.BYTES: "bytes", Unit.RATIO: "ratio"}
TEXT = st.text(st.characters(codec="utf-8") | st.sampled_from('\\\n"'), max_size=8)
EDGES = (0.0, -0.0, 1e6, 999_999.5, 1e15, 1e16, 1e21, 1.5e16, 1e-7, -1e7, inf, -inf, nan, 123_456_789.25)
NUMBERS = st.floats() | st.sampled_from(EDGES) | st.integers(-(10**18), 10**18)


def metric(kind: Kind, name: str = "things", *labels: str, unit: Unit = Unit.COUNT, **more: object) -> Metric:
    return Metric(
        name=name,
        kind=kind,
        unit=unit,
        owner=PLATFORM,
        labels=tuple(Label(name=label, help="", bound=1) for label in labels),
        **({"help": "Things."} | more),  # type: ignore[arg-type]  # fields by name
    )


@st.composite
def families(draw: st.DrawFn) -> tuple[Metric, list[Reading]]:
    kind = draw(st.sampled_from(Kind))
    unit = draw(st.sampled_from(Unit))
    stem = draw(st.from_regex(r"[a-z][a-z0-9_]{0,8}[a-z0-9]", fullmatch=True)) + unit.suffix
    one = metric(
        kind,
        f"{stem}_total" if kind is Kind.COUNTER else stem,
        *draw(
            st.lists(st.sampled_from(("company_id", "a", "z", "lf", "lz", "tier")), unique=True, max_size=4)
        ),
        unit=unit,
        help=draw(TEXT),
        buckets=tuple(sorted(draw(st.sets(st.floats(-10, 1e8), min_size=1, max_size=4)))),
    )
    value = _distributions(one) if kind is Kind.HISTOGRAM else NUMBERS
    labels = st.tuples(*(TEXT for _ in one.labels))
    readings = draw(st.lists(st.builds(Reading, st.just(one), labels, value), min_size=1, max_size=4))
    return one, readings


def _distributions(one: Metric) -> st.SearchStrategy[Distribution]:
    size = len(one.buckets) + 1
    counts = st.lists(st.integers(0, 10**9), min_size=size, max_size=size).map(sorted).map(tuple)
    return st.builds(Distribution, counts, st.floats())


def reference_number(number: float) -> str:
    text: str = floatToGoString(number)  # type: ignore[no-untyped-call]  # untyped there
    return text


class Oracle:
    """The same readings through the reference library."""

    def __init__(self, readings: Iterable[tuple[Metric, Sequence[Reading]]]) -> None:
        self._families = [_reference_family(one, family) for one, family in readings]

    def collect(self) -> Iterator[Family]:
        yield from self._families

    def page(self, form: Format) -> bytes:
        registry = CollectorRegistry()
        registry.register(self)
        generate = {Format.TEXT: generate_latest, Format.OPENMETRICS: generate_openmetrics}[form]
        page: bytes = generate(registry)  # type: ignore[operator]  # half of the library is untyped
        return page


def _reference_family(one: Metric, readings: Sequence[Reading]) -> Family:
    stem = one.name.removesuffix("_total") if one.kind is Kind.COUNTER else one.name
    unit = UNIT_WORDS.get(one.unit, "") if stem.endswith(f"_{UNIT_WORDS.get(one.unit)}") else ""
    arguments = (one.name, one.help)
    if one.kind is Kind.HISTOGRAM:
        histogram = HistogramMetricFamily(*arguments, labels=one.label_names, unit=unit)
        bounds = [reference_number(bound) for bound in (*one.buckets, inf)]
        for reading in readings:
            assert isinstance(reading.value, Distribution)
            buckets = list(zip(bounds, reading.value.cumulative, strict=True))
            histogram.add_metric(reading.labels, buckets, reading.value.sum)
        return histogram
    kind = CounterMetricFamily if one.kind is Kind.COUNTER else GaugeMetricFamily
    family = kind(*arguments, labels=one.label_names, unit=unit)
    for reading in readings:
        assert not isinstance(reading.value, Distribution)
        family.add_metric(reading.labels, reading.value)
    return family


def page(blocks: Iterable[Block], form: Format) -> bytes:
    return b"".join(piece for block in blocks for piece in block.pieces(form)) + form.end


@settings(deadline=None)  # the first draws take long on a busy machine
@given(st.lists(families(), max_size=3, unique_by=lambda family: family[0].name.removesuffix("_total")))
def test_every_page_equals_the_reference_page(drawn: list[tuple[Metric, list[Reading]]]) -> None:
    blocks = render(reading for _, readings in drawn for reading in readings)
    for form in Format:
        assert page(blocks, form) == Oracle(drawn).page(form)


@given(NUMBERS)
def test_every_number_is_printed_as_the_reference_prints_it(number: float) -> None:
    assert go_float(number) == reference_number(number)


def test_a_page_reads_like_the_manual() -> None:
    depth = metric(Kind.GAUGE, "queue_depth", "queue", help="Jobs waiting.")
    done = metric(Kind.COUNTER, "work_seconds_total", unit=Unit.SECONDS, help="Time at work.")
    blocks = render(
        [Reading(depth, ('the "big" one',), 3), Reading(done, (), 1e6), Reading(depth, ("b",), nan)]
    )
    assert page(blocks, Format.OPENMETRICS).decode().splitlines() == [
        "# HELP queue_depth Jobs waiting.",
        "# TYPE queue_depth gauge",
        r'queue_depth{queue="the \"big\" one"} 3.0',
        'queue_depth{queue="b"} NaN',
        "# HELP work_seconds Time at work.",
        "# TYPE work_seconds counter",
        "# UNIT work_seconds seconds",
        "work_seconds_total 1e+06",
        "# EOF",
    ]


def test_a_block_counts_its_samples() -> None:
    took = metric(Kind.HISTOGRAM, "took_seconds", buckets=(0.5, 1.0))
    (block,) = render([Reading(took, (), Distribution((1, 2, 3), 4.5))])
    assert block.samples == len(block.lines.splitlines()) == 5


@pytest.mark.parametrize(
    ("kind", "labels", "value", "error"),
    [
        (Kind.GAUGE, ("a",), 1.0, "things has the labels"),
        (Kind.GAUGE, (), Distribution((1,), 1.0), "things is a gauge; its value must be a number"),
        (Kind.HISTOGRAM, (), 1.0, "things is a histogram; its value must be a Distribution"),
        (Kind.HISTOGRAM, (), Distribution((1, 2), 1.0), "a distribution over 1 bounds has 2 counts"),
    ],
)
def test_readings_that_do_not_fit_their_metric_are_faults(
    kind: Kind, labels: tuple[str, ...], value: float | Distribution, error: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=error):
        render([Reading(metric(kind), labels, value)])
