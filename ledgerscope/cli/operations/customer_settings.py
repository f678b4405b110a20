"""`ledgerscope customers settings`: what is set for single customers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click

from ledgerscope.cli.operations.references import customer_argument, customer_of
from ledgerscope.cli.operations.session import accepted, note_options, opened, operation_options
from ledgerscope.cli.operations.shown import Column, counted, show_json, show_result, show_table
from ledgerscope.customers.settings import Settings
from ledgerscope.text.json_numbers import whole_number

if TYPE_CHECKING:
    from typing import TextIO

    from ledgerscope.cli.operations.session import Place
    from ledgerscope.customers.operations import Note

__all__ = ["command"]

_COLUMNS: Final = (
    Column("SETTING", "key"),
    Column("VALUE", "value", long=True),
    Column("SET", "is_set"),
    Column("MEANING", "meaning", long=True, whole=True),
)


@click.group("settings")
def command() -> None:
    """Settings of a customer: what holds, what is set, and what it means.

    CUSTOMER is a customer number or an identifier. Secrets are no settings. What is kept for applications,
    nothing here acts on.

    \b
    Examples:
      ledgerscope customers settings get --company acme C-000001
      ledgerscope customers settings set --company acme C-000001 export.format=json
      ledgerscope customers settings bulk --company acme changes.json
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


@command.command("get")
@operation_options
@customer_argument
@click.argument("keys", metavar="[KEY]...", nargs=-1)
def get(place: Place, *, as_json: bool, customer: str, keys: tuple[str, ...]) -> None:
    """Show the settings of a customer: all, or those that are named.

    \b
    Example:
      ledgerscope customers settings get --company acme C-000001 export.format --json
    """  # noqa: D301 - same
    with opened(place) as operations:
        found = accepted(Settings(operations).get(customer_of(operations, customer), keys or None))
    if as_json:
        show_json(found)
    else:
        show_table(_COLUMNS, found, empty="there are no settings")


@command.command("set")
@operation_options
@note_options
@customer_argument
@click.argument("given", metavar="KEY=VALUE...", nargs=-1, required=True)
def set_(place: Place, note: Note, *, as_json: bool, customer: str, given: tuple[str, ...]) -> None:
    """Set values of a customer. A value is JSON; what is no JSON is a text.

    \b
    Examples:
      ledgerscope customers settings set --company acme C-000001 sync.error_after_failures=5
      ledgerscope customers settings set --company acme C-000001 'workflows.states=["Active"]'
    """  # noqa: D301 - same
    wanted = dict(map(_pair, given))
    with opened(place) as operations:
        done = accepted(Settings(operations).set(customer_of(operations, customer), wanted, note))
    show_result(done, as_json=as_json)


@command.command("unset")
@operation_options
@note_options
@customer_argument
@click.argument("keys", metavar="KEY...", nargs=-1, required=True)
def unset(place: Place, note: Note, *, as_json: bool, customer: str, keys: tuple[str, ...]) -> None:
    """Let defaults hold again.

    \b
    Example:
      ledgerscope customers settings unset --company acme C-000001 export.format
    """  # noqa: D301 - same
    with opened(place) as operations:
        done = accepted(Settings(operations).unset(customer_of(operations, customer), keys, note))
    show_result(done, as_json=as_json)


@command.command("bulk")
@operation_options
@note_options
@click.argument("file", metavar="FILE", type=click.File(encoding="utf-8"))
def bulk(place: Place, note: Note, *, as_json: bool, file: TextIO) -> None:
    """Set values of many customers at once: of all that the file names, or of none.

    FILE, or - for standard input, is a JSON object: {"C-000001": {"export.format": "json"}, ...}.

    \b
    Example:
      ledgerscope customers settings bulk --company acme changes.json --key settings-7
    """  # noqa: D301 - same
    wanted = _read(file)
    with opened(place) as operations:
        named = {customer_of(operations, each): values for each, values in wanted.items()}
        if len(named) != len(wanted):
            raise click.UsageError(f"{file.name}: a customer is named twice")
        done = accepted(Settings(operations).bulk(named, note))
    if as_json:
        show_json(done)
    else:
        customers = counted(len(done.customers), "customer")
        click.echo(f"{counted(done.changed, 'setting')} changed, of {customers}")


def _pair(given: str) -> tuple[str, Any]:
    key, separator, value = given.partition("=")
    if not separator:
        raise click.UsageError(f"{given}: expected KEY=VALUE")
    try:
        return key, json.loads(value, parse_int=whole_number)
    except (ValueError, RecursionError):
        return key, value


def _read(file: TextIO) -> dict[str, dict[str, Any]]:
    try:
        read = json.load(file, parse_int=whole_number)
    except (ValueError, RecursionError) as problem:
        raise click.UsageError(f"{file.name}: not JSON: {problem}") from None
    if not isinstance(read, dict) or not all(isinstance(each, dict) for each in read.values()):
        raise click.UsageError(
            f"{file.name}: expected an object of customers, each with an object of settings"
        )
    return read
