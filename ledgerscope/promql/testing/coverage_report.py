"""Rule coverage for people (terminal, HTML) and for machines (JSON)."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.testing.coverage import Coverage, Points, RuleKey


def terminal_lines(coverage: Coverage) -> Iterator[str]:
    """One line per rule with something missing, and what is missing; the total last."""
    for key, points in sorted(coverage.rules.items()):
        missing = [name for name, covered in points.items() if not covered]
        if missing:
            yield f"{_place(key)} {key.kind} {key.name}: {_share(points)}"
            yield from (f"    not seen: {name}" for name in missing)
    yield f"rule coverage: {coverage.covered} of {coverage.total} points, {coverage.percent:.1f} %"


def as_json(coverage: Coverage) -> str:
    """The whole coverage as JSON."""
    rules = [
        {
            "file": key.file,
            "line": key.line,
            "group": key.group,
            "kind": key.kind,
            "name": key.name,
            "points": points,
        }
        for key, points in sorted(coverage.rules.items())
    ]
    document = {
        "percent": round(coverage.percent, 1),
        "covered": coverage.covered,
        "total": coverage.total,
        "rules": rules,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def as_html(coverage: Coverage) -> str:
    """The whole coverage as one self-contained page."""
    rows = "\n".join(_row(key, points) for key, points in sorted(coverage.rules.items()))
    total = f"{coverage.covered} of {coverage.total} points, {coverage.percent:.1f} %"
    return _PAGE.format(total=total, rows=rows)


def write(coverage: Coverage, json_path: str | None, html_path: str | None) -> None:
    """Write the files asked for."""
    if json_path:
        Path(json_path).write_text(as_json(coverage), "utf-8")
    if html_path:
        Path(html_path).write_text(as_html(coverage), "utf-8")


def _place(key: RuleKey) -> str:
    return f"{key.file}:{key.line}"


def _share(points: Points) -> str:
    return f"{sum(points.values())} of {len(points)}"


def _row(key: RuleKey, points: Points) -> str:
    listed = "".join(
        f'<li class="{"yes" if covered else "no"}">{escape(name)}</li>' for name, covered in points.items()
    )
    state = "yes" if all(points.values()) else "no"
    return (
        f'<tr class="{state}"><td>{escape(_place(key))}</td><td>{escape(key.group)}</td>'
        f"<td>{key.kind} <b>{escape(key.name)}</b></td><td>{_share(points)}</td>"
        f"<td><ul>{listed}</ul></td></tr>"
    )


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Rule coverage</title>
<style>
body {{ font: 15px/1.4 system-ui, sans-serif; margin: 2rem; }}
table {{ border-collapse: collapse; }} td, th {{ border-bottom: 1px solid #ccc; padding: .3rem .8rem;
text-align: left; vertical-align: top; }} ul {{ margin: 0; padding-left: 1.2rem; }}
li.yes {{ color: #1a7f37; }} li.no {{ color: #b3261e; }} li.yes::marker {{ content: "✓ "; }}
li.no::marker {{ content: "✗ "; }}
</style>
<h1>Rule coverage</h1><p>{total}</p>
<table><tr><th>where</th><th>group</th><th>rule</th><th>covered</th><th>points</th></tr>
{rows}
</table></html>
"""
