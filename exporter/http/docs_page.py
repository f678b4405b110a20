"""The page at `/docs`: every address and what it answers, made from the application's own description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exporter.http.html import page, table

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["docs_page"]

_METRICS = (
    (
        "/metrics",
        "The metrics for Prometheus: text or OpenMetrics, gzip or not, as the request accepts",
    ),
    ("/metrics?collect[]=NAME", "The metrics of one collector; may be repeated"),
    ("/metrics?name[]=NAME", "One metric family; may be repeated"),
)
_SCHEMA = ("/openapi.json", "This description for machines (OpenAPI)")


def docs_page(schema: Mapping[str, Any]) -> str:
    """The HTML of the page for an OpenAPI schema."""
    described = [(path, methods["get"]["summary"]) for path, methods in schema["paths"].items()]
    return page(
        "Addresses of the exporter",
        "<p>All of them answer GET. None of them asks the database.</p>",
        table((("address", "text"), ("answer", "text")), [*_METRICS, *described, _SCHEMA]),
    )
