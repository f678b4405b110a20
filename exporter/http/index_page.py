"""The page at `/`: what this is, how it is, where to go on. For the person who opened the address."""

from __future__ import annotations

from html import escape
from itertools import islice
from typing import TYPE_CHECKING

from exporter.http.html import page, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporter.reporting.health import CollectorHealth, Health

__all__ = ["index_page"]

_LINKS = (
    ("metrics", "metrics for Prometheus"),
    ("metrics/json", "the same as JSON"),
    ("health", "health in detail"),
    ("health/live", "is the process alive?"),
    ("health/ready", "does it serve yet?"),
    ("docs", "every address and what it answers"),
)
_COLUMNS = (("collector", "text"), ("values", "text"), ("age", "number"), ("samples", "number"))
_COMPANIES_NAMED = 5
_DATABASE = {None: "not asked yet", True: "answers", False: "does not answer"}


def index_page(health: Health, version: str) -> str:
    """The HTML of the page."""
    status = f"Status: <strong>{health.status.value}</strong>. Database: {_DATABASE[health.database]}."
    if health.api is not None:
        failure = f" ({escape(health.api.failure)})" if health.api.failure else ""
        status += f" Database of the API: {_DATABASE[health.api.database]}{failure}."
    rows = [_row(name, one) for name, one in health.collectors.items()]
    links = "\n".join(f'<li><a href="{path}">/{path}</a>: {escape(text)}' for path, text in _LINKS)
    return page(
        f"Ledgerscope {version}",
        f"<p>{status}</p>",
        _remarks(health.collectors),
        table(_COLUMNS, rows),
        f"<ul>\n{links}\n</ul>",
    )


def _row(name: str, one: CollectorHealth) -> tuple[str, ...]:
    age = "" if one.age_seconds is None else f"{one.age_seconds:.0f} s"
    return name, one.state.value, age, f"{one.samples:,}"


def _remarks(collectors: Mapping[str, CollectorHealth]) -> str:
    """What is wrong, each thing once, with the collectors that it is about."""
    about: dict[str, list[str]] = {}
    for name, one in collectors.items():
        for remark in _remarks_on(one):
            about.setdefault(remark, []).append(name)
    lines = [f"<li>{escape(', '.join(names))}: {escape(remark)}" for remark, names in about.items()]
    return "\n".join(("<ul>", *lines, "</ul>")) if lines else ""


def _remarks_on(one: CollectorHealth) -> Iterator[str]:
    if one.reason:
        yield one.reason
    if one.misplaced_events:
        yield f"{one.misplaced_events} events are in no counter: a label value is unknown to the catalogue"
    if one.isolated_companies:
        yield _left_out(one.isolated_companies)


def _left_out(companies: Mapping[str, str]) -> str:
    named = [f"{company} ({reason})" for company, reason in islice(companies.items(), _COMPANIES_NAMED)]
    more = len(companies) - len(named)
    count = f"{len(companies)} {'company' if len(companies) == 1 else 'companies'}"
    return f"values of {count} are left out: {', '.join(named)}{f' and {more} more' if more else ''}"
