"""Rule coverage as it is printed, written and shown."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

from ledgerscope.promql.testing.coverage import Coverage, RuleKey
from ledgerscope.promql.testing.coverage_output import as_json, terminal_lines, write

BASE = Path("/project")


def coverage() -> Coverage:
    found = Coverage()
    found.rules[RuleKey("/project/rules/b.yml", 7, "g", "alert", "Hot")] = {
        "sees data": True,
        "`a < 1` is true": False,
        "label severity: `if gt $value 5` is true": False,
    }
    found.rules[RuleKey("/project/rules/a.yml", 3, "g<1>", "record", "x:y_z")] = {"sees data": True}
    found.rules[RuleKey("/elsewhere/c.yml", 1, "g", "record", "z")] = {"sees data": False}
    return found


def test_the_terminal_shows_what_is_missing_and_the_total() -> None:
    assert list(terminal_lines(coverage(), BASE)) == [
        "/elsewhere/c.yml:1 record z: 0 of 1",
        "    not seen: sees data",
        "rules/b.yml:7 alert Hot: 1 of 3",
        "    not seen: `a < 1` is true",
        "    not seen: label severity: `if gt $value 5` is true",
        "rule coverage: 2 of 5 points, 40.0 %",
    ]


def test_machines_get_every_point_with_paths_that_hold_elsewhere() -> None:
    document = json.loads(as_json(coverage(), BASE))
    assert (document["percent"], document["covered"], document["total"]) == (40.0, 2, 5)
    assert [rule["file"] for rule in document["rules"]] == ["/elsewhere/c.yml", "rules/a.yml", "rules/b.yml"]
    assert document["rules"][1]["points"] == {"sees data": True}


class Page(HTMLParser):
    """The texts of a page, and which of its files and rules stand open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.opened: list[bool] = []
        self.states: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "details" and "file" in (found.get("class") or ""):
            self.opened.append("open" in found)
        if tag == "tr":
            self.states.append(found["class"] or "")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page_opens_what_is_incomplete(tmp_path: Path) -> None:
    write(coverage(), BASE, None, str(tmp_path / "cov.html"))
    page = Page((tmp_path / "cov.html").read_text("utf-8"))
    assert page.opened == [True, False, True]
    assert page.states == ["part", "full", "part"]
    assert {"40.0 %", "rules/b.yml", "Hot", "a < 1", "if gt $value 5", "record in g<1>", "1/3"} <= {
        *page.texts
    }
