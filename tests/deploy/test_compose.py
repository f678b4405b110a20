"""The compose file and what it mounts: every path is there, every number is the one rules were checked by."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from alertmanager.settings import DEFAULT_SETTINGS
from rules.links import DEFAULT_LINKS, board_uid, runbook_path
from rules.target import EXPORTER_JOB
from rules.timing import EXPORTER_INTERVAL, RETENTION, SCRAPE_INTERVAL, duration

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PROMETHEUS: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())


def mounts() -> Iterator[tuple[str, str, str]]:
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source, target, *_ = volume.split(":")
            yield name, source, target


def mounted(service: str, target: str) -> Path:
    """What a service finds at that path."""
    for name, source, at in mounts():
        if name == service and (target == at or target.startswith(f"{at}/")):
            return ROOT / source / target.removeprefix(at).lstrip("/")
    raise AssertionError(f"{service} has nothing mounted at {target}")


@pytest.mark.parametrize(("service", "source", "target"), list(mounts()))
def test_what_is_mounted_is_there(service: str, source: str, target: str) -> None:
    if source.startswith("."):
        assert (ROOT / source).exists(), f"{service} mounts {source}"
    else:
        assert source in COMPOSE["volumes"]
    assert target.startswith("/")


def test_generated_files_are_mounted_read_only() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            assert volume.endswith(":ro") or not volume.startswith(".")


def test_ports_do_not_clash_and_stay_on_this_machine() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in ports)
    published = [port.split(":")[1] for port in ports]
    assert len(published) == len(set(published)) == 5


def test_every_image_has_a_version() -> None:
    for service in SERVICES.values():
        assert "build" in service or re.search(r":v?\d", service["image"])


def test_services_depend_on_services() -> None:
    for service in SERVICES.values():
        assert set(service.get("depends_on", [])) <= SERVICES.keys()


def test_the_exporter_reads_with_the_rights_of_a_reader() -> None:
    environment = SERVICES["exporter"]["environment"]
    assert environment["LEDGERSCOPE_DATABASE__ROLE"] == "ledgerscope_exporter"
    assert SERVICES["migrate"]["command"] == ["db", "upgrade"]


def test_prometheus_scrapes_and_evaluates_at_the_pace_the_rules_were_checked_for() -> None:
    assert PROMETHEUS["global"]["scrape_interval"] == duration(SCRAPE_INTERVAL)
    assert PROMETHEUS["global"]["evaluation_interval"] == duration(EXPORTER_INTERVAL)
    assert f"--storage.tsdb.retention.time={duration(RETENTION)}" in SERVICES["prometheus"]["command"]
    assert timedelta(days=15) == RETENTION


def test_prometheus_scrapes_the_exporter_under_the_name_the_rules_know() -> None:
    jobs = {one["job_name"]: one["static_configs"][0]["targets"] for one in PROMETHEUS["scrape_configs"]}
    assert jobs[EXPORTER_JOB] == ["exporter:9108"]
    for targets in jobs.values():
        host = targets[0].partition(":")[0]
        assert host in {*SERVICES, "localhost"}


def test_prometheus_loads_exactly_the_generated_rules() -> None:
    (pattern,) = PROMETHEUS["rule_files"]
    folder = mounted("prometheus", pattern.removesuffix("/*.yml"))
    assert folder == ROOT / "rules" / "generated"
    assert {path.suffix for path in folder.iterdir()} == {".yml"}


def test_alertmanager_finds_its_texts_and_its_secret() -> None:
    config = yaml.safe_load(mounted("alertmanager", "/etc/alertmanager/alertmanager.yml").read_text())
    (pattern,) = config["templates"]
    assert mounted("alertmanager", pattern.replace("*", "ledgerscope")).is_file()
    assert mounted("alertmanager", DEFAULT_SETTINGS.token_file).read_text().strip()
    host, _, port = config["global"]["smtp_smarthost"].partition(":")
    assert (host in SERVICES, port) == (True, "1025")
    assert DEFAULT_SETTINGS.webhook == "http://notifications:9099"
    assert "--port=9099" in SERVICES["notifications"]["command"]


def test_grafana_shows_exactly_the_generated_boards() -> None:
    provider = yaml.safe_load(
        mounted("grafana", "/etc/grafana/provisioning/dashboards/ledgerscope.yml").read_text()
    )
    folder = mounted("grafana", provider["providers"][0]["options"]["path"])
    assert folder == ROOT / "dashboards" / "generated"
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert mounted("grafana", home).stem == board_uid("exporter").removeprefix("ledgerscope-")


def test_grafana_knows_the_pace_of_the_scrapes() -> None:
    path = mounted("grafana", "/etc/grafana/provisioning/datasources/prometheus.yml")
    (source,) = yaml.safe_load(path.read_text())["datasources"]
    assert source["jsonData"]["timeInterval"] == duration(SCRAPE_INTERVAL)
    assert source["url"] == "http://prometheus:9090"


def test_the_links_of_alerts_open_in_the_grafana_of_the_compose_file() -> None:
    address = DEFAULT_LINKS.grafana.removeprefix("http://")
    assert f"127.0.0.1:{address.partition(':')[2]}:3000" in SERVICES["grafana"]["ports"]
    public = DEFAULT_LINKS.runbook("churn", "ChurnLogoHigh").removeprefix(DEFAULT_LINKS.grafana)
    page = mounted("grafana", f"/usr/share/grafana{public}")
    assert page == ROOT / runbook_path("churn", "ChurnLogoHigh")
    assert page.is_file()


def test_the_image_copies_only_what_is_there_and_what_is_let_through() -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    ignore = (ROOT / ".dockerignore").read_text()
    for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists()
            assert f"!{source}" in ignore
