"""The API: how much is asked, how fast it is answered, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboards.model import Board, Query, Row
from dashboards.panels import lines, stat
from dashboards.query import RATE_WINDOW
from ledgerscope.catalogue import Unit, api, matching
from rules.expr import by

if TYPE_CHECKING:
    from ledgerscope.catalogue import Label, Metric, Selector

__all__ = ["BOARD"]

_ROUTE, _STATUS = api.ANSWERED.label("route"), api.ANSWERED.label("status")
_OPERATION = api.OPERATION_DURATION.label("operation")


def _per_minute(metric: Metric | Selector, *labels: Label) -> str:
    return f"60 * {by('sum', f'rate({metric}[{RATE_WINDOW}])', *labels)}"


def _quantile(share: float, metric: Metric, *labels: Label) -> str:
    grouped = ", ".join((*(label.name for label in labels), "le"))
    increases = f"sum by ({grouped}) (rate({metric.bucket}[{RATE_WINDOW}]))"
    return f"histogram_quantile({share:g}, {increases}) >= 0"  # absent where nothing was asked


_FAULTS = api.ANSWERED.where(status=matching("500", "503"))

BOARD = Board(
    area="api",
    title="API",
    question="Is the API answered, and fast?",
    variables=(),
    span="6h",
    rows=(
        Row(
            "Now",
            (
                stat(
                    "Requests per minute",
                    Query(_per_minute(api.ANSWERED), "all"),
                    about="Requests of all routes, refused ones as well.",
                    unit=Unit.COUNT,
                    width=8,
                ),
                stat(
                    "Faults per minute",
                    Query(_per_minute(_FAULTS), "500 and 503"),
                    about="Requests that could not be answered although nothing was wrong with them.",
                    unit=Unit.COUNT,
                    width=8,
                ),
                stat(
                    "95 % are answered within",
                    Query(_quantile(0.95, api.DURATION), "all"),
                    about="Time from the request until the answer is sent.",
                    unit=Unit.SECONDS,
                    width=8,
                ),
            ),
        ),
        Row(
            "Requests",
            (
                lines(
                    "Requests by route",
                    Query(_per_minute(api.ANSWERED, _ROUTE), "{{route}}"),
                    about="Per minute; unknown collects all addresses that do not exist.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Answers by status",
                    Query(_per_minute(api.ANSWERED, _STATUS), "{{status}}"),
                    about="Per minute: 401 without a valid token, 403 without the right, 429 too many.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Faults by route",
                    Query(
                        _per_minute(_FAULTS, _ROUTE, _STATUS),
                        "{{route}} {{status}}",
                    ),
                    about="Per minute. 500 is a fault of the program, 503 one of the database.",
                    unit=Unit.COUNT,
                    width=24,
                ),
            ),
        ),
        Row(
            "Time",
            (
                lines(
                    "Time to answer",
                    Query(_quantile(0.5, api.DURATION), "50 %"),
                    Query(_quantile(0.95, api.DURATION), "95 %"),
                    Query(_quantile(0.99, api.DURATION), "99 %"),
                    about="All requests, refused ones as well.",
                    unit=Unit.SECONDS,
                ),
                lines(
                    "Time by operation, 95th percentile",
                    Query(_quantile(0.95, api.OPERATION_DURATION, _OPERATION), "{{operation}}"),
                    about="Requests with a valid token. A list should take 1.2 s at most, a customer 0.8 s.",
                    unit=Unit.SECONDS,
                ),
            ),
        ),
    ),
)
