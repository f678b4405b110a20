"""Rule coverage for people (terminal, HTML) and for machines (JSON). Paths are relative to a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from ledgerscope.promql.testing.coverage_page import as_html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.testing.coverage import Coverage, RuleKey


#: A terminal shows no more; the rest is in the HTML and JSON files.
MOST_LINES = 40


def terminal_lines(coverage: Coverage, base: Path) -> Iterator[str]:
    """One line per rule with something missing, and what is missing; the total last. At most 40 lines."""
    lines = list(_rule_lines(coverage, base, with_points=True))
    if len(lines) >= MOST_LINES:
        lines = list(_rule_lines(coverage, base, with_points=False))
        shown = min(len(lines), MOST_LINES - 2)
        more = f"and {len(lines) - shown} more rules; " if len(lines) > shown else ""
        lines = [*lines[:shown], f"{more}--promql-cov-html FILE shows what is missing"]
    yield from lines
    yield f"rule coverage: {coverage.covered} of {coverage.total} points, {coverage.percent:.1f} %"


def _rule_lines(coverage: Coverage, base: Path, *, with_points: bool) -> Iterator[str]:
    for key, points in sorted(coverage.rules.items()):
        missing = [name for name, covered in points.items() if not covered]
        if missing:
            share = f"{len(points) - len(missing)} of {len(points)}"
            yield f"{file_of(key, base)}:{key.line} {key.kind} {key.name}: {share}"
            yield from (f"    not seen: {name}" for name in missing if with_points)


def as_json(coverage: Coverage, base: Path) -> str:
    """The whole coverage as JSON."""
    rules = [
        {
            "file": file_of(key, base),
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


def write(coverage: Coverage, base: Path, json_path: str | None, html_path: str | None) -> None:
    """Write the files asked for."""
    if json_path:
        Path(json_path).write_text(as_json(coverage, base), "utf-8")
    if html_path:
        Path(html_path).write_text(as_html(coverage, lambda key: file_of(key, base)), "utf-8")


def file_of(key: RuleKey, base: Path) -> str:
    """The rule's file as seen from a folder."""
    path = Path(key.file)
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else key.file
