"""Values as Go source writes them: what `printf "%#v"` gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledgerscope.promql.template.time_layout import MONTHS
from ledgerscope.promql.template.values import (
    AlertData,
    AnyMap,
    GoDuration,
    GoTime,
    QueryResult,
    StringMap,
    TemplateSample,
    default_format,
    type_name,
)
from ledgerscope.promql.text.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_ADDRESS = "0xc000000000"  # an address in Go, different in every run


def _as_it_is(text: str) -> str:
    return text


def go_syntax(value: object, *, nested: bool = False, leaf: Callable[[str], str] = _as_it_is) -> str:
    """The value as Go source; a pointer inside another value is its address. `leaf` pads what is no map."""
    if isinstance(value, (StringMap, AnyMap)):
        return _map(value, leaf)
    return leaf(_plain(value, nested=nested))


def _plain(value: object, *, nested: bool) -> str:
    if nested and isinstance(value, (TemplateSample, GoTime, GoDuration)):
        return f"({type_name(value)})({_ADDRESS})"
    if isinstance(value, str):
        return quote(value)
    writer = _WRITERS.get(type(value))
    return writer(value) if writer else default_format(value)


def _map(value: StringMap | AnyMap, leaf: Callable[[str], str]) -> str:
    pairs = (
        f"{leaf(quote(key))}:{go_syntax(each, nested=True, leaf=leaf)}" for key, each in sorted(value.items())
    )
    return _braced(type_name(value), pairs)


def _list(value: QueryResult) -> str:
    return _braced(type_name(value), (go_syntax(each, nested=True) for each in value))


def _sample(value: TemplateSample) -> str:
    return "&" + _struct(type_name(value)[1:], {"Labels": value.labels, "Value": value.value})


def _alert(value: AlertData) -> str:
    fields = {
        "Labels": value.labels,
        "ExternalLabels": value.external_labels,
        "ExternalURL": value.external_url,
        "Value": value.value,
    }
    return _struct(type_name(value), fields)


def _time(value: GoTime) -> str:
    moment = value.moment
    fields = (
        moment.year,
        f"time.{MONTHS[moment.month - 1]}",
        moment.day,
        moment.hour,
        moment.minute,
        moment.second,
    )
    return f"time.Date({', '.join(map(str, fields))}, {value.nanoseconds % 1_000_000_000}, time.UTC)"


def _struct(name: str, fields: dict[str, Any]) -> str:
    return _braced(name, (f"{field}:{go_syntax(each, nested=True)}" for field, each in fields.items()))


def _braced(name: str, parts: Iterable[str]) -> str:
    return f"{name}{{{', '.join(parts)}}}"


_WRITERS: dict[type, Callable[[Any], str]] = {
    QueryResult: _list,
    TemplateSample: _sample,
    AlertData: _alert,
    GoTime: _time,
}
