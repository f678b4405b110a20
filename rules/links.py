"""Where an alert points: its runbook page and the panel that shows it.

A panel's number is derived from its title, so that it stays the same when panels are moved or added, and so
that rules can point at a panel without knowing the boards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from rules.model import Alert, RuleArea

__all__ = ["DEFAULT_LINKS", "Links", "board_uid", "panel_id", "runbook_path"]

_COMPANY = "company_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Addresses that stand in front of every link: of Grafana, and of the folder with the runbooks."""

    grafana: str
    runbooks: str

    def runbook(self, area: str, alert: str) -> str:
        return f"{self.runbooks}/{area}/{alert}.md"

    def panel(self, area: RuleArea, alert: Alert, labels: frozenset[str]) -> str:
        """The panel that shows the alert, for the company that it is about.

        The company is escaped: a name may hold spaces, `&` or `#`.
        """
        company = f"&var-{_COMPANY}={{{{ $labels.{_COMPANY} | urlquery }}}}" if _COMPANY in labels else ""
        panel = panel_id(area.name, alert.panel)
        return f"{self.grafana}/d/{board_uid(area.name)}?viewPanel={panel}{company}"


DEFAULT_LINKS = Links(grafana="http://localhost:3000", runbooks="http://localhost:3000/public/runbooks")
"""Addresses of the Grafana of docker-compose, which serves the runbooks as well."""


def board_uid(area: str) -> str:
    """Uid of the board of an area."""
    return f"ledgerscope-{area}"


def panel_id(area: str, title: str) -> int:
    """Number of the panel of that title on the board of the area."""
    return crc32(f"{area}/{title}".encode()) % 1_000_000 + 1


def runbook_path(area: str, alert: str) -> str:
    """Where the page lies in the project."""
    return f"docs/runbooks/{area}/{alert}.md"
