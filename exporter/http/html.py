"""The frame of the HTML pages: one file, no script, nothing from elsewhere, readable on a phone."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["page", "table"]

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 1.5rem auto; max-width: 60rem; padding: 0 1rem }}
h1 {{ font-size: 1.5rem }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0 }}
th, td {{ border-bottom: 1px solid #8884 }}
th.number, td.number {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }}
th:last-child, td:last-child {{ padding-right: 0 }}
li {{ overflow-wrap: anywhere }}
a {{ display: inline-block; padding: .25rem 0 }}
</style>
<h1>{title}</h1>
{body}
</html>
"""


def page(title: str, *parts: str) -> str:
    """A page of parts that are HTML already."""
    return _PAGE.format(title=escape(title), body="\n".join(filter(None, parts)))


def table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]]) -> str:
    """A table of texts; a column is its heading and `number` or `text`."""
    kinds = [f' class="{kind}"' if kind == "number" else "" for _, kind in columns]
    heading = "".join(f"<th{kind}>{escape(name)}" for kind, (name, _) in zip(kinds, columns, strict=True))
    lines = [
        "<tr>" + "".join(f"<td{kind}>{escape(cell)}" for kind, cell in zip(kinds, row, strict=True))
        for row in rows
    ]
    return "\n".join(("<table>", f"<tr>{heading}", *lines, "</table>"))
