"""The frame of the HTML pages: one file, no script, nothing from elsewhere, readable on a phone."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["HEADERS", "breakable", "page", "table"]

_STYLE: Final = """
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 1.5rem auto; max-width: 60rem; padding: 0 1rem }
h1 { font-size: 1.5rem }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem }
h3 { font-size: 1rem; margin: 2.25rem 0 .25rem; overflow-wrap: anywhere }
h4 { font-size: 1rem; font-weight: 400; margin: 1rem 0 .25rem }
h3 code { font-size: 1em; font-weight: 600 }
code, td.code, pre { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .875em }
pre { background: #8881; border-radius: .25rem; margin: .5rem 0; overflow-x: auto; padding: .75rem }
summary { cursor: pointer; padding: .5rem 0 }
.wide { overflow-x: auto }
.wide + .wide { margin-top: 1rem }
@media (min-width: 48rem) {
td.code:first-child { min-width: 15rem; white-space: nowrap }
td.code + td:not(:last-child) { width: 10rem }
}
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: baseline; padding: .25rem .75rem .25rem 0 }
th, td { border-bottom: 1px solid #8884 }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
th:last-child, td:last-child { padding-right: 0 }
li { overflow-wrap: anywhere }
a { display: inline-block; padding: .25rem 0 }
"""
_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
<h1>{title}</h1>
{body}
</html>
"""


_HASH: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
}
"""Of every page: whatever a text in it says, a browser runs nothing and loads nothing."""


def page(title: str, *parts: str) -> str:
    """A page of parts that are HTML already."""
    return _PAGE.format(title=escape(title), style=_STYLE, body="\n".join(filter(None, parts)))


def table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]]) -> str:
    """A table of texts; a column is its heading and `number`, `code` or `text`.

    Where the page is narrower the table scrolls, not the page.
    """
    kinds = [f' class="{kind}"' if kind != "text" else "" for _, kind in columns]
    heading = "".join(f"<th{kind}>{escape(name)}" for kind, (name, _) in zip(kinds, columns, strict=True))
    lines = [
        "<tr>" + "".join(f"<td{kind}>{_cell(cell, kind)}" for kind, cell in zip(kinds, row, strict=True))
        for row in rows
    ]
    return "\n".join(('<div class="wide" tabindex="0"><table>', f"<tr>{heading}", *lines, "</table></div>"))


def breakable(name: str) -> str:
    """A name or an address as HTML that a narrow page breaks between its parts."""
    return re.sub(r"(?<=[/_?])(?=.)", "<wbr>", escape(name))


def _cell(text: str, kind: str) -> str:
    return breakable(text) if "code" in kind else escape(text)
