"""The room as the build sees it: everything it generates, and everything that is wrong with it."""

from __future__ import annotations

from alertmanager.check import check
from alertmanager.render import render_alertmanager
from alertmanager.settings import DEFAULT_SETTINGS, Settings
from rules.bundle import Bundle

__all__ = ["OWNED", "bundle", "check", "render_all"]

OWNED = ("alertmanager/generated/*",)


def render_all(settings: Settings = DEFAULT_SETTINGS) -> dict[str, bytes]:
    """Configuration and notification texts, by path in the project."""
    return render_alertmanager(settings)


def bundle(settings: Settings = DEFAULT_SETTINGS) -> Bundle:
    """What the room generates, with the paths that belong to it."""
    return Bundle(render_all(settings), OWNED)
