"""What differs between one installation and another: addresses, working hours, where secrets are mounted.

The defaults are those of docker-compose. No secret is ever a value here, only the path of its file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

__all__ = ["DEFAULT_SETTINGS", "Pace", "RoutingSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long Alertmanager waits: for more of the same, before saying more, before saying it again."""

    wait: timedelta
    interval: timedelta
    repeat: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingSettings:
    """Addresses, hours and paces of one installation."""

    mail_server: str
    mail_from: str
    mail_domain: str
    mail_requires_tls: bool
    webhook: str
    token_file: str
    template_folder: str
    time_zone: str
    office_hours: tuple[str, str]
    critical: Pace
    ordinary: Pace
    heartbeat: Pace


DEFAULT_SETTINGS = RoutingSettings(
    mail_server="mail:1025",
    mail_from="alertmanager@ledgerscope.example",
    mail_domain="ledgerscope.example",
    mail_requires_tls=False,
    webhook="http://notifications:9099",
    token_file="/etc/alertmanager/secrets/webhook-token",  # noqa: S106 a path, not a token
    template_folder="/etc/alertmanager/templates",
    time_zone="Europe/Berlin",
    office_hours=("08:00", "18:00"),
    critical=Pace(wait=timedelta(seconds=30), interval=timedelta(minutes=5), repeat=timedelta(hours=4)),
    ordinary=Pace(wait=timedelta(seconds=30), interval=timedelta(minutes=5), repeat=timedelta(hours=12)),
    heartbeat=Pace(wait=timedelta(0), interval=timedelta(minutes=1), repeat=timedelta(seconds=50)),
)
