"""`ledgerscope lint`: whether a Prometheus would load rule files, ours or anyone's."""

from __future__ import annotations

from pathlib import Path

import click

from ledgerscope.cli.dialect import dialect_of, dialect_options, lint
from ledgerscope.cli.exits import CommandFailed

__all__ = ["command"]

_OURS = Path("rules") / "generated"


@click.command("lint")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@dialect_options
def command(files: tuple[Path, ...], promql_compat: str, promql_features: str) -> None:
    """Check rule files (YAML, or PrometheusRule manifests) as a Prometheus would read them.

    A fault keeps Prometheus from loading the file; it is printed with file, line and column. Warnings do not
    fail the command. Without FILE: the generated rules of the project.

    \b
    Examples:
      ledgerscope lint
      ledgerscope lint rules/*.yml
      ledgerscope lint --promql-compat 2 alerts.yml
      ledgerscope lint --promql-features promql-experimental-functions alerts.yml
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines
    dialect = dialect_of(promql_compat, promql_features)
    paths = files or tuple(sorted(_OURS.glob("*.yml")))
    if not paths:
        raise CommandFailed(f"no rule files in {_OURS}; name the files, or go to the root of the project")
    found = 0
    for path in paths:
        faults, warnings = lint(_read(path), str(path), dialect)
        found += len(faults)
        for fault in faults:
            click.echo(fault)
        for warning in warnings:
            click.echo(f"{warning} (warning)", err=True)
    if found:
        raise CommandFailed("1 fault" if found == 1 else f"{found} faults")
    click.echo("1 file can be loaded" if len(paths) == 1 else f"{len(paths)} files can be loaded", err=True)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CommandFailed(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CommandFailed(f"{path}: is not UTF-8: {error.reason}") from error
