"""The functions Prometheus adds to Go's templates.

Those that depend on where and when a template runs (`query`, `now`, `externalURL`) are made for each run.
`tmpl` belongs to consoles only; in a rule it is an unknown function, as in Prometheus.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, urlsplit

from ledgerscope.promql.template.addresses import strip_domain, strip_port
from ledgerscope.promql.template.builtins import BUILTINS, call_unseen
from ledgerscope.promql.template.errors import FunctionError
from ledgerscope.promql.template.humanize import (
    duration_seconds,
    humanize,
    humanize_1024,
    humanize_duration,
    humanize_percentage,
    humanize_timestamp,
    to_duration,
    to_time,
)
from ledgerscope.promql.template.letters import title, to_lower, to_upper
from ledgerscope.promql.template.replacement import matches, replace_all
from ledgerscope.promql.template.signatures import Function, Param
from ledgerscope.promql.template.values import AnyMap, QueryResult, SafeHTML, TemplateSample
from ledgerscope.promql.text.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.promql.template.language import Language

_NIL = "runtime error: invalid memory address or nil pointer dereference"


def _first(result: QueryResult | None) -> TemplateSample:
    if not result:
        raise FunctionError("first() called on vector with no elements")
    return result[0]


def _known(sample: TemplateSample | None) -> TemplateSample:
    if sample is None:
        raise FunctionError(_NIL)
    return sample


def _args(*values: object) -> AnyMap:
    return AnyMap({f"arg{index}": value for index, value in enumerate(values)})


def _sort_by_label(label: str, result: QueryResult | None) -> QueryResult:
    return QueryResult(sorted(result or (), key=lambda sample: sample.labels.get(label, "")))


def query_escape(text: str) -> str:
    """The text for a URL's query."""
    return quote_plus(text, safe="", errors="surrogateescape")


def _link(tab: int) -> Callable[[str], str]:
    return lambda expression: f"/graph?g0.expr={query_escape(expression)}&g0.tab={tab}"


def _plain_duration(text: str) -> float:
    """`duration_seconds` with the one error text that Prometheus 2.42 has for a unit that there is not."""
    try:
        return duration_seconds(text)
    except FunctionError as error:
        if not str(error).startswith("unknown unit"):
            raise
        raise FunctionError(f"not a valid duration string: {quote(text)}") from error


_TEXT, _ANY, _QUERY, _SAMPLE = Param.STRING, Param.ANY, Param.QUERY, Param.SAMPLE

_FIXED: dict[str, Function] = {
    **BUILTINS,
    "first": Function(_first, (_QUERY,)),
    "label": Function(lambda name, sample: _known(sample).labels.get(name, ""), (_TEXT, _SAMPLE)),
    "value": Function(lambda sample: _known(sample).value, (_SAMPLE,)),
    "strvalue": Function(lambda sample: _known(sample).labels.get("__value__", ""), (_SAMPLE,)),
    "args": Function(_args, (), _ANY),
    "reReplaceAll": Function(replace_all, (_TEXT, _TEXT, _TEXT)),
    "safeHtml": Function(SafeHTML, (_TEXT,)),
    "match": Function(matches, (_TEXT, _TEXT)),
    "title": Function(title, (_TEXT,)),
    "toUpper": Function(to_upper, (_TEXT,)),
    "toLower": Function(to_lower, (_TEXT,)),
    "graphLink": Function(_link(0), (_TEXT,)),
    "tableLink": Function(_link(1), (_TEXT,)),
    "sortByLabel": Function(_sort_by_label, (_TEXT, _QUERY)),
    "stripPort": Function(strip_port, (_TEXT,)),
    "stripDomain": Function(strip_domain, (_TEXT,)),
    "humanize": Function(humanize, (_ANY,)),
    "humanize1024": Function(humanize_1024, (_ANY,)),
    "humanizeDuration": Function(humanize_duration, (_ANY,)),
    "humanizePercentage": Function(humanize_percentage, (_ANY,)),
    "humanizeTimestamp": Function(humanize_timestamp, (_ANY,)),
    "toTime": Function(to_time, (_ANY,)),
    "toDuration": Function(to_duration, (_ANY,)),
    "parseDuration": Function(duration_seconds, (_TEXT,)),
    "urlQueryEscape": Function(query_escape, (_TEXT,)),
}

_WITHOUT_ANGLE_NAMES = {
    "reReplaceAll": Function(partial(replace_all, angle_names=False), (_TEXT, _TEXT, _TEXT)),
    "match": Function(partial(matches, angle_names=False), (_TEXT, _TEXT)),
}

NAMES = frozenset({*_FIXED, "query", "now", "externalURL", "pathPrefix"})
"""Every function a rule's template may call."""


def functions_at(
    at_ms: int, query: Callable[[str], QueryResult], external_url: str, language: Language
) -> dict[str, Function]:
    """All functions, as they work at an instant (milliseconds) with a way to run queries there."""

    def address() -> str:
        if not external_url:
            raise FunctionError(_NIL)
        return external_url

    return {
        **_FIXED,
        **(
            {}
            if language.shows_what_is_called
            else {"call": Function(call_unseen, (Param.VALUE,), Param.VALUE)}
        ),
        **({} if language.angle_names else _WITHOUT_ANGLE_NAMES),
        **({} if language.names_unknown_units else {"parseDuration": Function(_plain_duration, (_TEXT,))}),
        "query": Function(query, (_TEXT,)),
        "now": Function(lambda: at_ms / 1000),
        "externalURL": Function(address),
        "pathPrefix": Function(lambda: urlsplit(address()).path),
    }
