"""Alertmanager's configuration: what is committed is what the code makes, and Alertmanager accepts it."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from alertmanager.generator import bundle, render_all
from alertmanager.render import CONFIG_PATH, TEMPLATE_PATH, render_alertmanager
from alertmanager.settings import DEFAULT_SETTINGS
from ledgerscope.catalogue import OWNERS

ROOT = Path(__file__).parents[2]
AMTOOL = shutil.which("amtool")
GENERATED = render_all()
CONFIG: dict[str, Any] = yaml.safe_load(GENERATED[CONFIG_PATH])

needs_amtool = [
    pytest.mark.prometheus,
    pytest.mark.skipif(AMTOOL is None, reason="amtool is not installed"),
]


@pytest.mark.parametrize("path", sorted(GENERATED))
def test_the_committed_file_is_the_generated_one(path: str) -> None:
    assert (ROOT / path).read_bytes() == GENERATED[path]


def test_the_generator_owns_what_it_makes() -> None:
    assert bundle().owned == ("alertmanager/generated/*",)


@pytest.mark.parametrize("path", [pytest.param(CONFIG_PATH, marks=needs_amtool)])
def test_alertmanager_accepts_configuration_and_texts(tmp_path: Path, path: str) -> None:
    assert AMTOOL is not None
    here = replace(DEFAULT_SETTINGS, template_folder=str(tmp_path))
    files = render_alertmanager(here)
    (tmp_path / "alertmanager.yml").write_bytes(files[path])
    (tmp_path / "ledgerscope.tmpl").write_bytes(files[TEMPLATE_PATH])
    verdict = subprocess.run(
        [AMTOOL, "check-config", tmp_path / "alertmanager.yml"], capture_output=True, text=True, check=False
    )
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert "1 templates" in verdict.stdout


def test_no_secret_stands_in_the_configuration() -> None:
    text = GENERATED[CONFIG_PATH].decode()
    for word in ("password:", "credentials:", "api_key", "token:"):
        assert word not in text
    assert "credentials_file: /etc/alertmanager/secrets/webhook-token" in text


def test_every_team_can_be_woken_and_written_to() -> None:
    named = {one["name"]: one for one in CONFIG["receivers"]}
    for owner in OWNERS:
        assert named[f"{owner.team}-page"].keys() >= {"email_configs", "webhook_configs"}
        assert named[f"{owner.team}-ticket"].keys() == {"name", "email_configs"}


def test_only_what_is_for_information_waits_for_office_hours() -> None:
    waiting = [
        route["matchers"]
        for branch in CONFIG["route"]["routes"]
        for route in branch.get("routes", [])
        if "active_time_intervals" in route
    ]
    assert waiting == [['severity="info"']] * len(OWNERS)


def test_the_heartbeat_comes_first_and_often() -> None:
    first = CONFIG["route"]["routes"][0]
    assert (first["receiver"], first["group_interval"], first["repeat_interval"]) == (
        "heartbeat",
        "1m",
        "50s",
    )


@pytest.fixture(scope="module")
def notification() -> dict[str, Any]:
    """What Alertmanager hands to a template when two queues of one company wait too long."""
    alert = {
        "status": "firing",
        "labels": {"alertname": "JobsQueueWaitLong", "queue": "mail"},
        "annotations": {
            "description": "A job of company acme has waited 1h 1m 0s in queue mail (limit 60 min).",
            "dashboard_url": "http://grafana/d/ledgerscope-jobs",
            "runbook_url": "http://grafana/public/runbooks/jobs/JobsQueueWaitLong.md",
        },
        "startsAt": "2026-03-01T12:00:00Z",
        "endsAt": "2026-03-01T13:00:00Z",
    }
    return {
        "status": "firing",
        "receiver": "platform-page",
        "groupLabels": {"alertname": "JobsQueueWaitLong", "company_id": "acme"},
        "commonLabels": {"severity": "critical", "team": "platform", "company_id": "acme"},
        "commonAnnotations": {"summary": "Jobs wait too long to be started."},
        "alerts": [alert, {**alert, "annotations": {"description": "Another queue."}}],
    }


def rendered(tmp_path: Path, template: str, data: dict[str, Any]) -> str:
    assert AMTOOL is not None
    (tmp_path / "data.json").write_text(json.dumps(data))
    verdict = subprocess.run(
        [
            *(AMTOOL, "template", "render"),
            f"--template.glob={ROOT / TEMPLATE_PATH}",
            f"--template.data={tmp_path / 'data.json'}",
            f'--template.text={{{{ template "{template}" . }}}}',
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return verdict.stdout.rstrip("\n")


@pytest.mark.prometheus
@pytest.mark.skipif(AMTOOL is None, reason="amtool is not installed")
def test_a_notification_says_what_where_and_what_to_do(tmp_path: Path, notification: dict[str, Any]) -> None:
    assert rendered(tmp_path, "ledgerscope.subject", notification) == (
        "Act now: Jobs wait too long to be started. (acme), 2 times"
    )
    assert rendered(tmp_path, "ledgerscope.text", notification) == (
        "Act now: Jobs wait too long to be started. (acme), 2 times\n"
        "For Platform.\n"
        "\n"
        "- A job of company acme has waited 1h 1m 0s in queue mail (limit 60 min).\n"
        "  since 2026-03-01 12:00 UTC\n"
        "  panel:   http://grafana/d/ledgerscope-jobs\n"
        "  runbook: http://grafana/public/runbooks/jobs/JobsQueueWaitLong.md\n"
        "\n"
        "- Another queue.\n"
        "  since 2026-03-01 12:00 UTC"
    )


@pytest.mark.prometheus
@pytest.mark.skipif(AMTOOL is None, reason="amtool is not installed")
def test_what_is_over_is_said_to_be_over(tmp_path: Path, notification: dict[str, Any]) -> None:
    over = {**notification, "status": "resolved"}
    over["alerts"] = [{**notification["alerts"][1], "status": "resolved"}]
    assert rendered(tmp_path, "ledgerscope.subject", over) == "Over: Jobs wait too long to be started. (acme)"
    assert "- over since 2026-03-01 13:00 UTC: Another queue." in rendered(tmp_path, "ledgerscope.text", over)
