"""The options of lists that are read page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["page_options"]


def page_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --limit and --cursor to a command."""
    limit = click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
    cursor = click.option("--cursor", help="Where to go on: printed below the page before.")
    return limit(cursor(command))
