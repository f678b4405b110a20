"""Runbooks: a page for every alert, with the numbers of the rule and queries that run."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from rules.areas import AREAS
from rules.churn import LOGO_HIGH
from rules.runbook import SECTIONS, prose_of, render_runbooks

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from rules.model import Alert, RuleArea

ROOT = Path(__file__).parents[2]
PAGES = {path: content.decode() for path, content in render_runbooks().items()}
EVERY_ALERT = [(area, alert) for area in AREAS for alert in area.alerts]
SQL = [
    pytest.param(query, id=f"{path.removeprefix('docs/runbooks/')}-{number}")
    for path, page in sorted(PAGES.items())
    for number, query in enumerate(re.findall(r"```sql\n(.*?)```", page, re.DOTALL), start=1)
]


@pytest.mark.parametrize(("area", "alert"), EVERY_ALERT, ids=[alert.name for _, alert in EVERY_ALERT])
def test_every_alert_has_a_page_with_its_numbers_and_its_rule(area: RuleArea, alert: Alert) -> None:
    page = PAGES[f"docs/runbooks/{area.name}/{alert.name}.md"]
    assert page.startswith(f"# {alert.name}\n")
    assert [page.index(f"## {section}\n") for section in SECTIONS] == sorted(
        page.index(f"## {section}\n") for section in SECTIONS
    )
    for limit in alert.limits:
        assert alert.expr(limit) in page
        assert (limit.change_when or limit.fixed_because) in page
    assert f"({area.name}/{alert.name}.md)" in PAGES["docs/runbooks/README.md"]


def test_no_page_is_left_of_an_alert_that_is_gone() -> None:
    prose = {path.stem for path in (ROOT / "rules" / "runbooks").glob("*/*.md")}
    assert prose == {alert.name for _, alert in EVERY_ALERT}


def test_a_changed_limit_changes_the_page() -> None:
    area = next(one for one in AREAS if LOGO_HIGH in one.alerts)
    stricter = replace(LOGO_HIGH, limits=(replace(LOGO_HIGH.limits[0], value=0.03), LOGO_HIGH.limits[1]))
    changed = replace(area, alerts=(stricter,))
    page = render_runbooks((changed,))["docs/runbooks/churn/ChurnLogoHigh.md"].decode()
    assert "more than 3 % (critical: 14 %) no longer pay" in page


def test_an_alert_that_nobody_wrote_about_stops_the_build() -> None:
    area = AREAS[0]
    nameless = replace(area.alerts[0], name="NobodyWroteAboutThis")
    with pytest.raises(FileNotFoundError):
        prose_of(area, nameless)


@pytest.mark.parametrize("query", SQL)
def test_every_query_of_a_runbook_runs_on_the_schema(owner: Engine, query: str) -> None:
    with owner.connect() as connection:
        result = connection.execute(text(query.replace(":'company'", ":company")), {"company": "acme"})
        assert list(result.keys())
