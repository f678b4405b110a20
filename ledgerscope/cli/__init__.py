"""The command line: the only place that wires rooms together."""

from __future__ import annotations

import click

__all__ = ["main"]


@click.group()
def main() -> None:
    """Trustworthy business metrics for Prometheus."""
