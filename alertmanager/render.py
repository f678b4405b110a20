"""Rendering the routing tree as Alertmanager's configuration, and the notification texts beside it.

Only fields that Alertmanager 0.25 knows are written.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined

from alertmanager.routing import routing
from alertmanager.settings import DEFAULT_SETTINGS
from ledgerscope.catalogue import OWNERS
from rules.artefact import yaml_artefact
from rules.model import Severity
from rules.timing import duration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alertmanager.model import Email, Inhibition, Receiver, Route, TimeInterval, Webhook
    from alertmanager.settings import RoutingSettings

__all__ = ["CONFIG_PATH", "TEMPLATE_PATH", "render_alertmanager"]

CONFIG_PATH = "alertmanager/generated/alertmanager.yml"
TEMPLATE_PATH = "alertmanager/generated/ledgerscope.tmpl"

_MEANINGS = (
    (Severity.CRITICAL, "Act now"),
    (Severity.WARNING, "Look into it"),
    (Severity.INFO, "For information"),
)


def render_alertmanager(settings: RoutingSettings = DEFAULT_SETTINGS) -> dict[str, bytes]:
    """Configuration and notification texts by their path in the project."""
    whole = routing(settings)
    content = {
        "global": _global(settings),
        "templates": [f"{settings.template_folder}/*.tmpl"],
        "route": _route(whole.tree),
        "inhibit_rules": [_inhibition(one) for one in whole.inhibitions],
        "receivers": [_receiver(one) for one in whole.receivers],
        "time_intervals": [_times(one) for one in whole.times],
    }
    return {CONFIG_PATH: yaml_artefact(content, "Routes of all alerts."), TEMPLATE_PATH: _texts()}


def _global(settings: RoutingSettings) -> dict[str, object]:
    return {
        "smtp_smarthost": settings.mail_server,
        "smtp_from": settings.mail_from,
        "smtp_require_tls": settings.mail_requires_tls,
    }


def _route(route: Route) -> dict[str, object]:
    timing = {
        "group_wait": route.group_wait,
        "group_interval": route.group_interval,
        "repeat_interval": route.repeat_interval,
    }
    return _without_empty(
        {
            "receiver": route.receiver,
            "matchers": [str(condition) for condition in route.conditions],
            "group_by": list(route.group_by),
            **{name: duration(span) for name, span in timing.items() if span is not None},
            "active_time_intervals": list(route.active_during),
            "routes": [_route(child) for child in route.routes],
        }
    )


def _inhibition(one: Inhibition) -> dict[str, object]:
    return _without_empty(
        {
            "source_matchers": [str(condition) for condition in one.source],
            "target_matchers": [str(condition) for condition in one.target],
            "equal": list(one.equal),
        }
    )


def _receiver(one: Receiver) -> dict[str, object]:
    return _without_empty(
        {
            "name": one.name,
            "email_configs": [_email(way) for way in one.emails],
            "webhook_configs": [_webhook(way) for way in one.webhooks],
        }
    )


def _email(way: Email) -> dict[str, object]:
    return {
        "to": way.to,
        "send_resolved": True,
        "headers": {"Subject": '{{ template "ledgerscope.subject" . }}'},
        "html": "",
        "text": '{{ template "ledgerscope.text" . }}',
    }


def _webhook(way: Webhook) -> dict[str, object]:
    authorization = {"type": "Bearer", "credentials_file": way.token_file}
    return {"url": way.url, "send_resolved": True, "http_config": {"authorization": authorization}}


def _times(one: TimeInterval) -> dict[str, object]:
    times = [{"start_time": one.start, "end_time": one.end}]
    return {
        "name": one.name,
        "time_intervals": [{"weekdays": [one.weekdays], "times": times, "location": one.location}],
    }


def _without_empty(content: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in content.items() if value not in ([], ())}


def _texts() -> bytes:
    environment = Environment(
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 the result is a template of Go, which Alertmanager escapes
    )
    source = (files("alertmanager") / "templates" / "ledgerscope.tmpl.j2").read_text(encoding="utf-8")
    severities = [(severity.value, meaning) for severity, meaning in _MEANINGS]
    return environment.from_string(source).render(severities=severities, owners=OWNERS).encode()
