"""`ledgerscope build`: everything that is generated, written or compared with what is there."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import click

from exporter.settings import reference
from ledgerscope.catalogue import AREAS, all_metrics
from ledgerscope.catalogue import checks as catalogue_checks
from ledgerscope.catalogue.reference import as_markdown
from ledgerscope.cli import connecting
from ledgerscope.cli.area_parts import check_areas
from ledgerscope.cli.dialect import dialect_of, dialect_options, lint
from ledgerscope.cli.exits import CommandFailed
from rules.bundle import Bundle, compare, join, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["command"]

_GENERATORS = ("rules", "dashboards", "alertmanager")
"""Packages with a module `generator`; imported when every area is known to be complete."""


class Generator(Protocol):
    """What a package has to offer to be built."""

    def check(self) -> Iterable[object]:
        """Everything that is wrong, one line each."""

    def bundle(self) -> Bundle:
        """Every file it makes."""


_WRITTEN: Final = {"missing": "created", "different": "updated", "superfluous": "removed"}


@click.command("build")
@click.option("--check", "only_check", is_flag=True, help="Change nothing; fail where a file would change.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder to render into.  [default: the project, when run from its root]",
)
@dialect_options
def command(*, only_check: bool, out: Path | None, promql_compat: str, promql_features: str) -> None:
    """Render rules, their tests, runbooks, dashboards, Alertmanager configuration and the reference pages.

    What is generated is committed; a rule, panel or route that names something the catalogue does not know is
    refused before anything is written, and so is a rule that the Prometheus of the options would not load.

    \b
    Examples:
      ledgerscope build
      ledgerscope build --check
      ledgerscope build --out /tmp/bundle
      ledgerscope build --check --promql-compat 2
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines
    root = _project() if out is None else out
    dialect = dialect_of(promql_compat, promql_features)
    _stop_at(check_areas())
    generators = tuple(map(_generator, _GENERATORS))
    _stop_at(_findings(generators))
    bundle = join([_documents(), *(generator.bundle() for generator in generators)])
    _stop_at(
        fault
        for path, content in bundle.files.items()
        if path.startswith("rules/generated/")
        for fault in lint(content.decode(), path, dialect)[0]
    )
    try:
        changes = compare(bundle, root) if only_check else write(bundle, root)
    except OSError as error:
        raise CommandFailed(f"{error.filename or root}: {error.strerror}") from error
    for change in changes:
        click.echo(change if only_check else f"{change.path}: {_WRITTEN[change.kind]}")
    if changes and only_check:
        where = "" if out is None else f" --out {out}"
        raise CommandFailed(f"{len(changes)} files are not as generated; run: ledgerscope build{where}")
    click.echo(f"{len(bundle.files)} files {'are as generated' if only_check else 'up to date'}", err=True)


def _project() -> Path:
    """The current folder, where it is the root of the project."""
    here = Path()
    if not all((here / folder).is_dir() for folder in _GENERATORS):
        raise CommandFailed(
            f"{here.resolve()} is not the root of the project; go there, or name a folder with --out"
        )
    return here


def _stop_at(found: Iterable[object]) -> None:
    findings = tuple(dict.fromkeys(map(str, found)))
    for finding in findings:
        click.echo(finding, err=True)
    if findings:
        count = "1 finding" if len(findings) == 1 else f"{len(findings)} findings"
        raise CommandFailed(f"{count}; nothing was written")


def _generator(package: str) -> Generator:
    generator: Generator = import_module(f"{package}.generator")
    return generator


def _findings(generators: Iterable[Generator]) -> Iterator[object]:
    yield from catalogue_checks.check(list(all_metrics()))
    for generator in generators:
        yield from generator.check()


def _documents() -> Bundle:
    registry = import_module("collectors.registry")  # like the generators: when every area is complete
    pages = {
        "docs/metrics.md": as_markdown(AREAS),
        connecting.PAGE: connecting.as_markdown(registry.create()),
        "docs/settings.md": reference.as_markdown(),
        "docs/ledgerscope.example.yaml": reference.as_example(),
    }
    return Bundle({name: page.encode() for name, page in pages.items()}, tuple(pages))
