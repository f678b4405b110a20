"""The generator as the build sees it: every file it makes, and everything that is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertmanager.check import check as check_routing
from alertmanager.render import render_alertmanager
from alertmanager.routing import routing
from alertmanager.settings import DEFAULT_SETTINGS, RoutingSettings
from rules.bundle import Bundle

if TYPE_CHECKING:
    from rules.errors import Finding

__all__ = ["OWNED", "bundle", "check", "render_all"]

OWNED = ("alertmanager/generated/*",)


def render_all(settings: RoutingSettings = DEFAULT_SETTINGS) -> dict[str, bytes]:
    """Configuration and notification texts, by path in the project."""
    return render_alertmanager(settings)


def bundle(settings: RoutingSettings = DEFAULT_SETTINGS) -> Bundle:
    """What is generated, with the paths that belong to it."""
    return Bundle(render_all(settings), OWNED)


def check(settings: RoutingSettings = DEFAULT_SETTINGS) -> list[Finding]:
    """Everything that is wrong with the routing."""
    return check_routing(routing(settings))
