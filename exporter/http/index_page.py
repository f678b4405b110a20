"""The page at `/`: what this is, how it is, where to go on. For the person who opened the address."""

from __future__ import annotations

from html import escape
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.reporting.health import CollectorHealth, Health

__all__ = ["index_page"]

_LINKS = (
    ("metrics", "metrics for Prometheus"),
    ("metrics/json", "the same as JSON"),
    ("health", "health in detail"),
    ("health/live", "is the process alive?"),
    ("health/ready", "does it serve yet?"),
    ("docs", "the interface described"),
)
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Ledgerscope</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8884 }}
</style>
<h1>Ledgerscope {version}</h1>
<p>Status: <strong>{status}</strong>. Database: {database}.</p>
<table>
<tr><th>collector<th>values<th>age<th>samples<th>remarks</tr>
{rows}
</table>
<ul>
{links}
</ul>
</html>
"""
_COMPANIES_NAMED = 5
_DATABASE = {None: "not asked yet", True: "answers", False: "does not answer"}


def index_page(health: Health, version: str) -> str:
    """The HTML of the page."""
    return _PAGE.format(
        version=escape(version),
        status=health.status.value,
        database=_DATABASE[health.database],
        rows="\n".join(_row(name, one) for name, one in health.collectors.items()),
        links="\n".join(f'<li><a href="{path}">/{path}</a>: {escape(text)}' for path, text in _LINKS),
    )


def _row(name: str, one: CollectorHealth) -> str:
    age = "" if one.age_seconds is None else f"{one.age_seconds:.0f} s"
    cells = (name, one.state.value, age, str(one.samples), _remarks(one))
    return "<tr>" + "".join(f"<td>{escape(cell)}" for cell in cells) + "</tr>"


def _remarks(one: CollectorHealth) -> str:
    misplaced = f"{one.misplaced_events} events are in no counter: a label value is unknown to the catalogue"
    found = (one.reason, misplaced if one.misplaced_events else None, _left_out(one.isolated_companies))
    return "; ".join(filter(None, found))


def _left_out(companies: Mapping[str, str]) -> str:
    if not companies:
        return ""
    named = [f"{company} ({reason})" for company, reason in islice(companies.items(), _COMPANIES_NAMED)]
    more = len(companies) - len(named)
    count = f"{len(companies)} {'company' if len(companies) == 1 else 'companies'}"
    return f"values of {count} are left out: {', '.join(named)}{f' and {more} more' if more else ''}"
