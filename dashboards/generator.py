"""The generator as the build sees it: every file it makes, and everything that is wrong with them."""

from __future__ import annotations

from dashboards.check import check
from dashboards.render import render_boards
from rules.bundle import Bundle

__all__ = ["OWNED", "bundle", "check", "render_all"]

OWNED = ("dashboards/generated/*",)


def render_all() -> dict[str, bytes]:
    """Every board by its path in the project."""
    return render_boards()


def bundle() -> Bundle:
    """What is generated, with the paths that belong to it."""
    return Bundle(render_all(), OWNED)
