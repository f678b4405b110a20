"""`ledgerscope statements`: statements of account."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ledgerscope.cli.exits import CommandFailed, WrongUsage
from ledgerscope.cli.operations.amounts import currency_of, currency_option
from ledgerscope.cli.operations.dates import DAY
from ledgerscope.cli.operations.mail import mail_options
from ledgerscope.cli.operations.paging import page_options
from ledgerscope.cli.operations.references import currency_of_customer, customer_argument, customer_of
from ledgerscope.cli.operations.session import accepted, note_options, opened, operation_options
from ledgerscope.cli.operations.shown import Column, show_page, show_result
from ledgerscope.customers.statements import Email, FailedStatement, ListStatements, Period, Statements
from ledgerscope.customers.statements.errors import MissingExtra
from ledgerscope.output_file import is_standard_output, output_file
from ledgerscope.store.tables.values import STATEMENT_FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from ledgerscope.cli.operations.session import Place
    from ledgerscope.customers.operations import Note
    from ledgerscope.customers.statements import Delivery, MailServer, StatementFile
    from ledgerscope.output_file import OutputFile

__all__ = ["command"]

_STANDARD: Final = Path("-")


@click.group("statements")
def command() -> None:
    """Statements of account: write one to a file, send one by e-mail, list those that were asked for.

    PDF needs the extra `statements` (pip install 'ledgerscope[statements]').

    \b
    Examples:
      ledgerscope statements generate --company acme C-000001 --from 2026-10-01 --to 2026-10-31 october.csv
      ledgerscope statements list     --company acme C-000001
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


def _period_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what a statement covers."""
    options = (
        click.option("--from", "first", type=DAY, required=True, metavar="DAY", help="The first day."),
        click.option("--to", "last", type=DAY, required=True, metavar="DAY", help="The last day."),
        click.option("--as-of", type=DAY, metavar="DAY", help="Day of the aging.  [default: the last day]"),
        currency_option(),
        click.option(
            "--fonts", "font_folders", multiple=True, metavar="FOLDER",
            type=click.Path(path_type=Path, file_okay=False, exists=True),
            help="Fonts for more scripts; several times.",
        ),
        customer_argument,
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@command.command("generate")
@operation_options
@note_options
@_period_options
@click.option(
    "--format", "file_format", type=click.Choice(STATEMENT_FORMATS), help="[default: by the file's name]"
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
def generate(
    place: Place, note: Note, *, as_json: bool, file: Path, file_format: str | None, **asked: Any
) -> None:
    """Write a statement to FILE; - is standard output. A file that is there is replaced, and keeps its mode.

    \b
    Examples:
      ledgerscope statements generate --company acme C-000001 --from 2026-10-01 --to 2026-10-31 october.pdf
      ledgerscope statements generate --company acme C-000001 --from 2026-10-01 --to 2026-10-31 --format csv -
    """  # noqa: D301 - same
    wanted = file_format or file.suffix.removeprefix(".").lower()
    if wanted not in STATEMENT_FORMATS:
        raise WrongUsage(f"--format: {file} does not say which; give --format pdf or --format csv")
    if file == _STANDARD or is_standard_output(file):
        sys.stdout.buffer.write(_make(place, note, wanted, **asked).content)
        return
    with _opened(file) as output:
        made = _make(place, note, wanted, **asked)
        _keep(made.content, file, output)
    show_result(_named(made), as_json=as_json, file=str(file))


@command.command("deliver")
@operation_options
@note_options
@mail_options
@_period_options
@click.option(
    "--format", "file_format", type=click.Choice(STATEMENT_FORMATS), default="pdf", show_default=True
)
def deliver(
    place: Place, note: Note, *, as_json: bool, server: MailServer, file_format: str, **asked: Any
) -> None:
    """Send a statement to the e-mail address of the customer.

    \b
    Example:
      ledgerscope statements deliver --company acme C-000001 --from 2026-10-01 --to 2026-10-31 --format csv
    """  # noqa: D301 - same
    made = _make(place, note, file_format, delivery=Email(server), **asked)
    show_result(_named(made), as_json=as_json)


@command.command("list")
@operation_options
@page_options
@customer_argument
def list_(place: Place, *, as_json: bool, customer: str, **asked: Any) -> None:
    """List the statements of a customer that were asked for, the latest first.

    \b
    Example:
      ledgerscope statements list --company acme C-000001
    """  # noqa: D301 - same
    with opened(place) as operations:
        page = accepted(
            Statements(operations).list(customer_of(operations, customer), ListStatements(**asked))
        )
    columns = (
        Column("ASKED (UTC)", "at"),
        Column("FROM", "first"),
        Column("TO", "last"),
        Column("CUR", "currency"),
        Column("FORMAT", "format"),
        Column("DELIVERY", "delivery_method"),
        Column("OUTCOME", lambda each: each.failure_class or each.outcome),
    )
    show_page(columns, page, page.statements, empty="no statements", as_json=as_json)


def _make(
    place: Place, note: Note, file_format: str, *, customer: str, first: date, last: date,
    as_of: date | None, currency: str | None, font_folders: tuple[Path, ...],
    delivery: Delivery | None = None,
) -> StatementFile:  # fmt: skip
    """The statement; a refusal, a failure or a missing package ends the command."""
    with opened(place) as operations:
        statements, customer_id = (
            Statements(operations, font_folders=font_folders),
            customer_of(operations, customer),
        )
        code = currency_of(currency, currency_of_customer(operations, customer_id))
        try:
            made = statements.generate(
                customer_id, code, Period(first, last), file_format, as_of, delivery=delivery, note=note
            )
        except MissingExtra as missing:
            raise CommandFailed(str(missing)) from None
    if isinstance(made, FailedStatement):
        again = "; the same request may succeed later, with the same --key" if made.temporary else ""
        raise CommandFailed(f"the statement failed ({made.failure_class}): {made.reason}{again}")
    return accepted(made)


def _named(made: StatementFile) -> dict[str, object]:
    return {"statement_id": made.statement_id, "name": made.name, "size_bytes": len(made.content)}


def _keep(content: bytes, file: Path, output: OutputFile) -> None:
    try:
        output.stream.write(content)
        output.keep()
    except OSError as problem:
        raise CommandFailed(f"{file}: {problem.strerror}") from None


@contextmanager
def _opened(file: Path) -> Iterator[OutputFile]:
    """The file to write to, before anything is made; a failure to open it is one message."""
    with ExitStack() as opening:
        try:
            output = opening.enter_context(output_file(file))
        except OSError as problem:
            raise CommandFailed(f"{file}: {problem.strerror}") from None
        yield output
