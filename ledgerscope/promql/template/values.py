"""The values a template works with, and what Go would call their types.

Python's own types stand for Go's where they can (`str`, `bool`, `int`, `float`, `None` for nil); the
classes here are the rest. Error texts name Go's types, so each has its name in one table.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from ledgerscope.promql.histograms.histogram import Histogram
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.template.errors import FunctionError
from ledgerscope.promql.template.floats import shortest

if TYPE_CHECKING:
    from collections.abc import Callable

_MILLION = 1_000_000


class StringMap(dict[str, str]):
    """Labels: `map[string]string`; a missing key reads as the empty string."""


class AnyMap(dict[str, object]):
    """What `args` makes: `map[string]interface {}`; a missing key has no value."""


class SafeHTML(str):
    """Text that `safeHtml` marked; in text templates the same as text."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class TemplateSample:
    """One series of a `query` result."""

    labels: StringMap
    value: float | Histogram


class QueryResult(list[TemplateSample]):
    """What `query` returns."""


@dataclass(frozen=True, slots=True)
class AlertData:
    """The dot of an alert's templates: one sample of the expression, and where it comes from."""

    labels: StringMap
    value: float | Histogram
    external_labels: StringMap = field(default_factory=StringMap)
    external_url: str = ""
    value_type: str = "interface {}"
    """What Go declares the value as: `float64` before Prometheus 3."""


_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class GoTime:
    """An instant in UTC, in nanoseconds since the epoch."""

    nanoseconds: int

    @property
    def moment(self) -> datetime:
        """The same instant with microseconds, for calendar arithmetic."""
        try:
            return _EPOCH + timedelta(microseconds=self.nanoseconds // 1000)
        except OverflowError:
            raise FunctionError(f"{self.nanoseconds} ns lies outside the calendar") from None

    def __str__(self) -> str:
        fraction = self.nanoseconds % 1_000_000_000
        text = f"{fraction:09d}".rstrip("0")
        digits = f".{text}" if text else ""
        # strftime leaves out the zeros of a year before 1000
        moment = self.moment
        return f"{moment.year:04d}-{moment:%m-%d %H:%M:%S}{digits} +0000 UTC"


@dataclass(frozen=True, slots=True)
class GoDuration:
    """A length of time in nanoseconds, printed as Go prints `time.Duration`."""

    nanoseconds: int

    def __str__(self) -> str:
        sign, rest = ("-", -self.nanoseconds) if self.nanoseconds < 0 else ("", self.nanoseconds)
        if rest == 0:
            return "0s"
        if rest < 1_000_000_000:  # noqa: PLR2004 - a second
            return sign + _below_a_second(rest)
        minutes, nanoseconds = divmod(rest, 60_000_000_000)
        hours, minutes = divmod(minutes, 60)
        text = f"{_fraction(nanoseconds, 1_000_000_000)}s"
        if hours:
            return f"{sign}{hours}h{minutes}m{text}"
        return f"{sign}{minutes}m{text}" if minutes else sign + text


def _below_a_second(nanoseconds: int) -> str:
    for unit, size in (("ms", _MILLION), ("µs", 1000)):
        if nanoseconds >= size:
            return f"{_fraction(nanoseconds, size)}{unit}"
    return f"{nanoseconds}ns"


def _fraction(amount: int, unit: int) -> str:
    whole, rest = divmod(amount, unit)
    digits = str(rest).zfill(len(str(unit)) - 1).rstrip("0") if rest else ""
    return f"{whole}.{digits}" if digits else str(whole)


_ALERT_DATA = (
    "struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value %s }"
)

_TYPE_NAMES: dict[type, str] = {
    bool: "bool",
    int: "int",
    float: "float64",
    complex: "complex128",
    str: "string",
    SafeHTML: "template.HTML",
    StringMap: "map[string]string",
    AnyMap: "map[string]interface {}",
    TemplateSample: "*template.sample",
    QueryResult: "template.queryResult",
    Histogram: "*histogram.FloatHistogram",
    GoTime: "*time.Time",
    GoDuration: "*time.Duration",
}

#: What a struct's fields are called in a template.
FIELDS: dict[type, dict[str, str]] = {
    AlertData: {
        "Labels": "labels",
        "ExternalLabels": "external_labels",
        "ExternalURL": "external_url",
        "Value": "value",
    },
    TemplateSample: {"Labels": "labels", "Value": "value"},
}


def type_name(value: object) -> str:
    """The name of the value's Go type."""
    if isinstance(value, AlertData):
        return _ALERT_DATA % value.value_type
    return "<nil>" if value is None else _TYPE_NAMES[type(value)]


def is_true(value: object) -> bool:
    """Go's truth: zero numbers, empty texts, maps and lists, and nil are false; structs are true."""
    if isinstance(value, (bool, int, float, complex, str, dict, list)):
        return bool(value)
    return value is not None


def default_format(value: object, *, nested: bool = False, followed: bool = False) -> str:
    """Go's `%v`. `nested` inside another value; `followed` where the template has followed the pointer."""
    if value is None:
        return "<nil>"
    formatter = _FORMATS.get(type(value))
    if formatter is not None:
        return formatter(value)
    if isinstance(value, TemplateSample):
        return _format_sample(value, nested=nested, followed=followed)
    return str(value)


def _format_sample(sample: TemplateSample, *, nested: bool, followed: bool) -> str:
    if nested:
        return "0xc000000000"  # an address in Go, different in every run
    return f"{'' if followed else '&'}{{{default_format(sample.labels)} {default_format(sample.value)}}}"


def _format_map(value: dict[str, Any]) -> str:
    pairs = (f"{key}:{default_format(each, nested=True)}" for key, each in sorted(value.items()))
    return f"map[{' '.join(pairs)}]"


def _format_alert(data: AlertData) -> str:
    parts = (data.labels, data.external_labels, data.external_url, data.value)
    return "{" + " ".join(default_format(part, nested=True) for part in parts) + "}"


_FORMATS: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "true" if value else "false",
    float: shortest,
    complex: lambda value: (
        f"({shortest(value.real)}{'' if shortest(value.imag)[0] in '+-' else '+'}{shortest(value.imag)}i)"
    ),
    StringMap: _format_map,
    AnyMap: _format_map,
    QueryResult: lambda value: "[" + " ".join(default_format(each, nested=True) for each in value) + "]",
    AlertData: _format_alert,
}
