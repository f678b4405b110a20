"""What Grafana puts in place of variables and macros, so that a panel's query can be checked and run."""

from __future__ import annotations

import re

from rules.timing import MIN_RANGE, MIN_RECORDED_RANGE, duration

__all__ = ["expand", "rates_recordings", "variables_in"]

_VARIABLE = re.compile(r"\$\{?([A-Za-z]\w*)\}?")
_RECORDED = re.compile(r"\b[a-z_]+:[a-z0-9_]+:[a-z0-9_]+\b")
_RATE = "$__rate_interval"
_MACROS = {
    "$__interval": duration(MIN_RANGE),
    "$__range": "1h",
}


def rates_recordings(query: str) -> bool:
    """Whether the query takes rates of recordings, which have fewer samples than what is scraped."""
    return _RATE in query and _RECORDED.search(query) is not None


def expand(query: str, chosen: str = ".+") -> str:
    """The query as Prometheus gets it while every variable stands at `chosen`, which matches any value."""
    least = MIN_RECORDED_RANGE if rates_recordings(query) else MIN_RANGE
    query = query.replace(_RATE, duration(least))
    for macro, value in _MACROS.items():
        query = query.replace(macro, value)
    return _VARIABLE.sub(lambda _: chosen, query)


def variables_in(query: str) -> frozenset[str]:
    """Names of the board's variables that a query uses; macros of Grafana are none of them."""
    for macro in (_RATE, *_MACROS):
        query = query.replace(macro, "")
    return frozenset(_VARIABLE.findall(query))
