"""What Grafana puts in place of variables and macros, so that a panel's query can be checked and run."""

from __future__ import annotations

import re

from rules.timing import MIN_RANGE, duration

__all__ = ["expand", "variables_in"]

_VARIABLE = re.compile(r"\$\{?([A-Za-z]\w*)\}?")
_MACROS = {
    "$__rate_interval": duration(MIN_RANGE),
    "$__interval": duration(MIN_RANGE),
    "$__range": "1h",
}


def expand(query: str, chosen: str = ".+") -> str:
    """The query as Prometheus gets it while every variable stands at `chosen`, which matches any value."""
    for macro, value in _MACROS.items():
        query = query.replace(macro, value)
    return _VARIABLE.sub(lambda _: chosen, query)


def variables_in(query: str) -> frozenset[str]:
    """Names of the board's variables that a query uses; macros of Grafana are none of them."""
    for macro in _MACROS:
        query = query.replace(macro, "")
    return frozenset(_VARIABLE.findall(query))
