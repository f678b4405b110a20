"""Every relative link and anchor in the pages resolves, also those that programs print."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from ledgerscope.catalogue.definitions import anchor

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCE: Final = re.compile(r"^(`{3,}).*?^\1$", re.MULTILINE | re.DOTALL)
LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING: Final = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
PRINTED: Final = re.compile(r"docs/([\w/-]+\.md)#([\w-]+)")
SOURCES: Final = sorted(
    path
    for package in ("ledgerscope", "exporter", "collectors", "rules", "dashboards", "alertmanager")
    for pattern in ("*.py", "*.md", "*.yml", "*.json")
    for path in (ROOT / package).rglob(pattern)
)


@cache
def prose(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


@cache
def anchors(page: Path) -> frozenset[str]:
    titles = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title) for title in HEADING.findall(prose(page)))
    return frozenset(anchor(title) for title in titles)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_resolve(page: Path) -> None:
    broken = []
    for link in LINK.findall(prose(page)):
        path, _, fragment = link.partition("#")
        if "://" in link or link.startswith("mailto:"):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (fragment and fragment not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_what_programs_print_resolves() -> None:
    found = {
        (path, fragment)
        for source in SOURCES
        for path, fragment in PRINTED.findall(source.read_text(encoding="utf-8"))
    }
    known = {(path, fragment) for path, fragment in found if fragment in anchors(ROOT / "docs" / path)}
    assert sorted(found - known) == []
