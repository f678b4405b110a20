"""`ledgerscope import`, `imports` and `export`: files of customers, taken in and given out."""

from __future__ import annotations

import csv
import shutil
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ledgerscope.cli.exits import CommandFailed
from ledgerscope.cli.operations.session import accepted, note_options, opened, operation_options
from ledgerscope.cli.operations.shown import Column, counted, show_json, show_record, show_table
from ledgerscope.customers.transfers import (
    ExportCustomers,
    Exports,
    ImportCustomers,
    ImportResult,
    Imports,
    Problem,
    Watch,
)
from ledgerscope.customers.transfers.guard import guarded
from ledgerscope.output_file import is_standard_output
from ledgerscope.progress import on_stream
from ledgerscope.store.tables.values import ACCOUNT_STATUSES, IMPORT_FORMATS, SOURCES, TRANSFER_FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.cli.operations.session import Place
    from ledgerscope.customers.operations import Note

__all__ = ["export", "import_", "imports"]

_STANDARD: Final = Path("-")
_DELIMITERS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
_BYTES_OF_A_ROW: Final = 60
"""Of a compressed workbook, for an estimate."""
_PROBLEMS: Final = (
    Column("ROW", "row", number=True),
    Column("FIELD", "field"),
    Column("", "severity"),
    Column("PROBLEM", "message", long=True, whole=True),
)
_IMPORTS: Final = (
    Column("IMPORT", "import_batch_id"),
    Column("STARTED (UTC)", "started_at"),
    Column("FORMAT", "format"),
    Column("OUTCOME", "outcome"),
    Column("ROWS", "rows", number=True),
)


@click.command("import")
@operation_options
@note_options
@click.option("--map", "mapped", multiple=True, metavar="COLUMN=FIELD", help="May be given several times.")
@click.option("--format", "file_format", type=click.Choice(IMPORT_FORMATS), help="[default: by the file]")
@click.option("--encoding", metavar="NAME", help="As utf-8 or windows-1252.  [default: by the file]")
@click.option("--delimiter", type=click.Choice(list(_DELIMITERS)), help="Of CSV.  [default: by the file]")
@click.option("--clear", is_flag=True, help="An empty cell empties the field.  [default: leaves it]")
@click.option("--only", type=click.Choice(["create", "update"]), help="Pass over the rows of the other kind.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@click.option("--all-or-nothing", is_flag=True, help="Take in nothing where a row fails.")
@click.option("--resume", metavar="IMPORT", help="Go on with an interrupted import of the same file.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="A CSV file of all problems.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True, allow_dash=True))
def import_(
    place: Place,
    note: Note,
    *,
    as_json: bool,
    file: Path,
    mapped: tuple[str, ...],
    file_format: str | None,
    delimiter: str | None,
    dry_run: bool,
    resume: str | None,
    report: Path | None,
    **given: Any,
) -> None:
    """Create and update customers from a CSV, JSON or XLSX file.

    The first line names the columns: external_id, name, email, phone, address, currency, terms_days,
    signup_channel; --map names them where they are called otherwise. A row whose external_id a customer has
    updates it, any other row creates a customer. Encoding and delimiter are found out.

    Rows that fail are listed and do not stop the others; the exit code is then 1. An import that was
    interrupted goes on with --resume; `ledgerscope imports undo` takes a whole import back.

    \b
    Examples:
      ledgerscope import --company acme customers.csv --dry-run
      ledgerscope import --company acme kunden.csv --map Firma=name --map "Kd-Nr=external_id"
      ledgerscope import --company acme customers.jsonl --report problems.csv --key march
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines
    if dry_run and resume:
        raise click.UsageError("--dry-run and --resume contradict each other")
    with ExitStack() as stack:
        path = stack.enter_context(_on_disk(file))
        asked = ImportCustomers(
            path=path, format=file_format, mapping=_mapping(mapped),
            delimiter=_DELIMITERS[delimiter] if delimiter else None, **given,
        )  # fmt: skip
        operations = stack.enter_context(opened(place))
        imports = Imports(operations)
        what = "checking" if dry_run else "importing"
        progress = stack.enter_context(on_stream(what, _expected(path), sys.stderr))
        watch = Watch(
            progress=progress,
            report=stack.enter_context(_reporting(report, append=resume is not None)),
            started=lambda batch_id: click.echo(f"import {batch_id}", err=True),
        )
        if dry_run:
            result = accepted(imports.check(asked, watch))
        elif resume:
            result = accepted(imports.resume(resume, asked, note, watch))
        else:
            result = accepted(imports.run(asked, note, watch))
    _show_result(result, as_json=as_json)


def _show_result(result: ImportResult, *, as_json: bool) -> None:
    if as_json:
        show_json(result)
    else:
        if result.first_problems:
            show_table(_PROBLEMS, result.first_problems, empty="")
            more = result.problems - len(result.first_problems)
            click.echo(f"\n{more:,} more: --report FILE writes them all\n" if more > 0 else "")
        counts = result.counts
        click.echo(
            f"{result.outcome}: {counts.created:,} created, {counts.updated:,} updated, "
            f"{counts.unchanged:,} unchanged, {counts.skipped:,} skipped, {counts.failed:,} failed"
        )
    wrong = []
    if result.outcome == "failure":
        wrong = ["nothing was taken in" if result.import_batch_id else "nothing would be taken in"]
    elif result.counts.failed:
        wrong = [f"{result.counts.failed:,} of {result.counts.total:,} rows failed"]
    if result.broken and result.counts.total:
        wrong.append("the file was not read to its end")
    if wrong:
        raise CommandFailed("; ".join(wrong))


def _mapping(mapped: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for each in mapped:
        column, sign, field = each.rpartition("=")
        if not sign or not column:
            raise click.UsageError(f"--map {each}: write COLUMN=FIELD, as --map Firma=name")
        found[column] = field.strip()
    return found


@contextmanager
def _on_disk(file: Path) -> Iterator[Path]:
    """The file; standard input is kept in a temporary one, because files are read more than once."""
    if file != _STANDARD:
        yield file
        return
    with tempfile.NamedTemporaryFile(prefix="ledgerscope-import-") as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept)
        kept.flush()
        yield Path(kept.name)


def _expected(path: Path) -> int:
    """About how many rows a file has."""
    with path.open("rb") as stream:
        if stream.read(2) == b"PK":
            return max(1, path.stat().st_size // _BYTES_OF_A_ROW)
        stream.seek(0)
        return max(1, sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b"")))


@contextmanager
def _reporting(report: Path | None, *, append: bool) -> Iterator[Callable[[Problem], object]]:
    """Writes problems to a file as they are found; a spreadsheet may open it."""
    if report is None:
        yield lambda _: None
        return
    with report.open("a" if append else "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        if not append:
            writer.writerow(("row", "field", "severity", "message"))
        yield lambda each: writer.writerow(
            (each.row, guarded(each.field), each.severity, guarded(each.shown))
        )


@click.group("imports")
def imports() -> None:
    """Imports that were made: list them, show their problems, undo one.

    \b
    Examples:
      ledgerscope imports list     --company acme
      ledgerscope imports problems --company acme 0f3c...
      ledgerscope imports undo     --company acme 0f3c... --reason "wrong file"
    """  # noqa: D301 - same


@imports.command("list")
@operation_options
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
def list_(place: Place, *, as_json: bool, limit: int) -> None:
    """List imports, newest first; one without an outcome is running or was interrupted.

    \b
    Example:
      ledgerscope imports list --company acme --limit 5
    """  # noqa: D301 - same
    with opened(place) as operations:
        found = accepted(Imports(operations).list(limit))
    if as_json:
        show_json(found)
    else:
        show_table(_IMPORTS, found, empty="no imports")


@imports.command("problems")
@operation_options
@click.option("--limit", type=click.IntRange(1, 500), default=100, show_default=True)
@click.option("--after", metavar="ROW:FIELD", help="Where to go on: printed below the page before.")
@click.argument("import_id", metavar="IMPORT")
def problems(place: Place, *, as_json: bool, limit: int, after: str | None, import_id: str) -> None:
    """Show what was wrong with the rows of an import; row 0 is the file itself.

    \b
    Example:
      ledgerscope imports problems --company acme 0f3c... --json
    """  # noqa: D301 - same
    row, _, field = (after or "").partition(":")
    if after is not None and not row.isdecimal():
        raise click.UsageError("--after: write ROW:FIELD, as the page before printed it")
    with opened(place) as operations:
        page = accepted(Imports(operations).problems(import_id, limit, (int(row), field) if after else None))
    if as_json:
        show_json(page)
        return
    show_table(_PROBLEMS, page.problems, empty="no problems")
    if page.next_after is not None:
        click.echo("\nmore: --after {}:{}".format(*page.next_after))


@imports.command("undo")
@operation_options
@note_options
@click.confirmation_option(prompt="Erase the customers that it created and restore those that it changed?")
@click.argument("import_id", metavar="IMPORT")
def undo(place: Place, note: Note, *, as_json: bool, import_id: str) -> None:
    """Take back a whole import, as long as nothing else has touched its customers.

    \b
    Example:
      ledgerscope imports undo --company acme 0f3c... --yes --reason "wrong file"
    """  # noqa: D301 - same
    with opened(place) as operations:
        undone = accepted(Imports(operations).undo(import_id, note))
    (show_json if as_json else show_record)(undone)


@click.command("export")
@operation_options
@note_options
@click.option("--format", "file_format", type=click.Choice(TRANSFER_FORMATS), help="[default: by the name]")
@click.option("--bom", is_flag=True, help="Begin CSV with a byte order mark, for old spreadsheets.")
@click.option("--text", help="Found in name, e-mail address, external id or customer number.")
@click.option("--status", type=click.Choice(ACCOUNT_STATUSES))
@click.option("--source", type=click.Choice(SOURCES), help="The way the customer came in.")
@click.option("--deleted", is_flag=True, help="Export deleted customers too.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
def export(
    place: Place, note: Note, *, as_json: bool, file: Path, file_format: str | None, **given: Any
) -> None:
    """Write customers to a CSV file or as JSON lines; - is standard output.

    A file that is there is replaced once all is written, and keeps its mode.

    A text that a spreadsheet would compute gets an apostrophe in front, which an import takes away again.

    \b
    Examples:
      ledgerscope export --company acme customers.csv --status active
      ledgerscope export --company acme customers.jsonl
    """  # noqa: D301 - same
    by_name = "json" if file.suffix in {".json", ".jsonl", ".ndjson"} else "csv"
    asked = ExportCustomers(format=file_format or by_name, **given)
    to_standard = file == _STANDARD or is_standard_output(file)
    with opened(place) as operations:
        exports = Exports(operations)
        if to_standard:
            result = accepted(exports.to_stream(asked, sys.stdout.buffer, note))
        else:
            result = accepted(exports.to_file(asked, file, note))
    if to_standard:
        click.echo(counted(result.rows, "customer"), err=True)
    elif as_json:
        show_json(result)
    else:
        click.echo(f"{counted(result.rows, 'customer')}, {counted(result.size_bytes, 'byte')}")
