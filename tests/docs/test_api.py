"""The calls that docs/api.md shows are answered, and its problem is the one that the server tells."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
import yaml

from exporter.settings.model import ExporterSettings
from ledgerscope.customers.access.permissions import ROLES
from tests.exporter.http.api.conftest import books, client, keys_file, token, urls

if TYPE_CHECKING:
    from tests.exporter.http.api.conftest import Books, Client

__all__ = ["books", "client", "keys_file", "urls"]

TEXT: Final = (Path(__file__).parents[2] / "docs/api.md").read_text("utf-8")
CALLS: Final = [line[2:] for line in TEXT.splitlines() if line.startswith("$ curl ")]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_calls_of_the_page_are_answered(client: Client, books: Books) -> None:
    cursor = client.get("/api/v1/analytics/dashboard/metrics", recent_activity_limit=1).json()
    environment = {
        "TOKEN": token(),
        "API": client.url,
        "CUSTOMER": books.customers["acme"],
        "CURSOR": cursor["recent_activity_next"],
    }
    assert len(CALLS) == 8
    for call in CALLS:
        found = subprocess.run(
            ["sh", "-c", f"{call} -s --fail-with-body"],
            capture_output=True, text=True, check=False, env={**environment, "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        assert found.returncode == 0, found.stdout
        assert json.loads(found.stdout)


def test_the_problem_of_the_page_is_the_one_that_is_told(client: Client, books: Books) -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    asked = client.get("/api/v1/analytics/segments/vip/analytics", timeline_days=366)
    assert asked.json() == json.loads(shown)


def test_the_settings_of_the_page_are_settings() -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    given = ExporterSettings.model_validate(yaml.safe_load(shown))
    assert list(given.api.issuers) == ["main"]


def test_the_page_names_every_role_and_the_limits_that_hold() -> None:
    assert all(f"`{role}`" in TEXT for role in ROLES)
    defaults = ExporterSettings().api
    assert f"may ask {defaults.requests_per_minute} times a minute" in TEXT
    assert f"each network address {defaults.requests_per_minute_from_address} times" in TEXT
    assert f"A request is answered within {defaults.timeout.total_seconds():.0f} seconds" in TEXT
