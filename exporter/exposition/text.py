"""Readings to the bytes of a metrics page: Prometheus text 0.0.4 and OpenMetrics 1.0.

Runs once per collector run, in the worker, never on the scrape path. Guards one invariant: the bytes equal
those of the reference client library for the same samples (a property test holds both to it). The two
formats differ in the header of a family alone, so the sample lines are made once and shared.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import chain, repeat
from math import inf, isnan
from typing import TYPE_CHECKING

from collectors.base import Distribution
from ledgerscope.catalogue import Kind, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from collectors.base import Reading
    from ledgerscope.catalogue import Metric

__all__ = ["Block", "Format", "go_float", "render"]

_FIRST_EXPONENT = 1e6
"""From here on the reference library writes an exponent."""

_OPENMETRICS_UNITS: Mapping[Unit, str] = {
    Unit.SECONDS: "seconds",
    Unit.TIMESTAMP: "seconds",
    Unit.BYTES: "bytes",
    Unit.RATIO: "ratio",
}


class Format(Enum):
    """An exposition format: its content type and what ends a page in it."""

    TEXT = ("text/plain; version=0.0.4; charset=utf-8", b"")
    OPENMETRICS = ("application/openmetrics-text; version=1.0.0; charset=utf-8", b"# EOF\n")

    def __init__(self, content_type: str, end: bytes) -> None:
        self.content_type = content_type
        self.end = end


@dataclass(frozen=True, slots=True)
class Block:
    """One family, rendered: a header per format, the sample lines common to both."""

    metric: Metric
    headers: Mapping[Format, bytes]
    lines: bytes
    samples: int

    def pieces(self, form: Format) -> tuple[bytes, bytes]:
        """What a page in that format holds for this family."""
        return self.headers[form], self.lines


def render(readings: Iterable[Reading]) -> tuple[Block, ...]:
    """One block per metric, metrics and series in the order of the readings."""
    families: dict[str, list[Reading]] = {}
    for reading in readings:
        # by name: hashing a Metric walks all of its fields, and this loop sees every sample
        name = reading.metric.name
        if name in families:
            families[name].append(reading)
        else:
            families[name] = [reading]
    return tuple(_block(family[0].metric, family) for family in families.values())


def go_float(value: float) -> str:
    """A sample value or bucket bound as the reference library prints it."""
    if isnan(value):
        return "NaN"
    if value in (inf, -inf):
        return "+Inf" if value > 0 else "-Inf"
    text = repr(float(value))
    dot = text.find(".")
    if value < _FIRST_EXPONENT or dot < _DIGITS_BEFORE_EXPONENT:
        return text
    mantissa = f"{text[0]}.{text[1:dot]}{text[dot + 1 :]}".rstrip("0.")
    return f"{mantissa}e+{dot - 1:02d}"


_DIGITS_BEFORE_EXPONENT = 7
_SPECIAL = ("\\", "\n", '"')


def _block(metric: Metric, family: Sequence[Reading]) -> Block:
    lines, samples = _RENDERERS[metric.kind](metric, family)
    return Block(
        metric, _headers(metric.name, metric.kind, metric.unit, metric.help), lines.encode(), samples
    )


@lru_cache(maxsize=1024)
def _headers(name: str, kind: Kind, unit: Unit, text: str) -> Mapping[Format, bytes]:
    openmetrics = _openmetrics_header(name, kind, _OPENMETRICS_UNITS.get(unit, ""), text)
    return {Format.TEXT: _text_header(name, kind, text).encode(), Format.OPENMETRICS: openmetrics.encode()}


def _text_header(name: str, kind: Kind, text: str) -> str:
    escaped = text.replace("\\", r"\\").replace("\n", r"\n")
    return f"# HELP {name} {escaped}\n# TYPE {name} {kind.value}\n"


def _openmetrics_header(name: str, kind: Kind, unit: str, text: str) -> str:
    # a counter's family is named without the suffix of its samples
    family = name.removesuffix("_total") if kind is Kind.COUNTER else name
    header = f"# HELP {family} {_escape(text)}\n# TYPE {family} {kind.value}\n"
    return f"{header}# UNIT {family} {unit}\n" if unit and family.endswith(f"_{unit}") else header


def _single_values(metric: Metric, family: Sequence[Reading]) -> tuple[str, int]:
    # the columns of all series are interleaved by C loops: this is where a large page spends its time
    columns = (*_columns(metric, family), _values(metric, family))
    between = [repeat(text) for text in _template(metric.name, sorted(metric.label_names)).split("%s")]
    parts = [part for pair in zip(between, columns, strict=False) for part in pair]
    return "".join(chain.from_iterable(zip(*parts, between[-1], strict=False))), len(family)


def _distributions(metric: Metric, family: Sequence[Reading]) -> tuple[str, int]:
    bounds = [go_float(bound) for bound in (*metric.buckets, inf)]
    names = sorted((*metric.label_names, "le"))
    buckets = [_template(f"{metric.name}_bucket", names, le=bound) for bound in bounds]
    # a sum over values below zero may fall, which a counter must not: the library leaves both out
    totals = ("_count", "_sum") if metric.buckets[:1] >= (0.0,) else ()
    whole = "".join(buckets) + "".join(
        _template(f"{metric.name}{total}", sorted(metric.label_names)) for total in totals
    )
    fill = _distribution_arguments(len(bounds), totals)
    labels = zip(*_columns(metric, family), strict=True) if metric.labels else repeat(())
    lines = [
        whole % fill(series, _distribution(metric, reading.value))
        for series, reading in zip(labels, family, strict=False)
    ]
    return "".join(lines), len(family) * (len(bounds) + len(totals))


_RENDERERS: Mapping[Kind, Callable[[Metric, Sequence[Reading]], tuple[str, int]]] = {
    Kind.GAUGE: _single_values,
    Kind.COUNTER: _single_values,
    Kind.HISTOGRAM: _distributions,
}


def _distribution_arguments(
    bounds: int, totals: Sequence[str]
) -> Callable[[tuple[str, ...], Distribution], tuple[str, ...]]:
    def fill(series: tuple[str, ...], value: Distribution) -> tuple[str, ...]:
        numbers = [go_float(count) for count in value.cumulative]
        if len(numbers) != bounds:
            raise ValueError(f"a distribution over {bounds} bounds has {len(numbers)} counts")
        if totals:
            numbers += [go_float(value.count), go_float(value.sum)]
        return tuple(part for number in numbers for part in (*series, number))

    return fill


def _distribution(metric: Metric, value: float | Distribution) -> Distribution:
    if not isinstance(value, Distribution):
        raise TypeError(f"{metric.name} is a histogram; its value must be a Distribution, not {value!r}")
    return value


def _values(metric: Metric, family: Sequence[Reading]) -> list[str]:
    try:
        # the comparison is false for NaN and both infinities, so they take the slow way
        return [
            repr(value) if -inf < value < _FIRST_EXPONENT else go_float(value)
            for value in [float(reading.value) for reading in family]  # type: ignore[arg-type]  # caught below
        ]
    except TypeError as error:
        raise TypeError(f"{metric.name} is a {metric.kind.value}; its value must be a number") from error


def _columns(metric: Metric, family: Sequence[Reading]) -> list[Sequence[str]]:
    """The label values, escaped, one column per label in alphabetical order of the labels."""
    names = metric.label_names
    series = [reading.labels for reading in family]
    if set(map(len, series)) != {len(names)}:
        raise ValueError(f"{metric.name} has the labels {names}, its readings have others")
    # not zip(*series): an iterator per series would keep the garbage collector busy
    positions = [names.index(name) for name in sorted(names)]
    return [_escape_column([labels[position] for labels in series]) for position in positions]


def _escape_column(column: Sequence[str]) -> Sequence[str]:
    everything = "".join(column)
    if any(special in everything for special in _SPECIAL):
        return [_escape(value) for value in column]
    return column


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _template(name: str, labels: Sequence[str], **fixed: str) -> str:
    inner = ",".join(_pairs(labels, fixed))
    return f"{name}{{{inner}}} %s\n" if inner else f"{name} %s\n"


def _pairs(labels: Sequence[str], fixed: Mapping[str, str]) -> Iterator[str]:
    for label in labels:
        yield f'{label}="{fixed.get(label, "%s")}"'
