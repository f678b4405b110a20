"""`ledgerscope segments`: the groups that customers are in."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import click

from ledgerscope.cli.exits import WrongUsage
from ledgerscope.cli.operations.dates import INSTANT
from ledgerscope.cli.operations.references import customer_argument, customer_of
from ledgerscope.cli.operations.session import accepted, note_options, opened, operation_options
from ledgerscope.cli.operations.shown import Column, show_json, show_result, show_table
from ledgerscope.customers.segments import Assignment, Segments
from ledgerscope.store.tables.values import SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ledgerscope.cli.operations.session import Place
    from ledgerscope.customers.operations import Note

__all__ = ["command"]

_NUMBER: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)
_COLUMNS: Final = (
    Column("SEGMENT", "segment"),
    Column("FROM (UTC)", "start"),
    Column("TO (UTC)", "end"),
    Column("VALUE", lambda each: each.value and f"{each.value.normalize():,f}", number=True),
    Column("DESCRIPTION", "description", long=True),
)


@click.group("segments")
def command() -> None:
    """Segments of customers: assign, replace, end, list.

    SEGMENT is vip, premium, regular, new, high_value or at_risk. A customer can be in several.

    \b
    Examples:
      ledgerscope segments assign --company acme C-000001 premium --value 250
      ledgerscope segments list   --company acme C-000001
      ledgerscope segments end    --company acme C-000001 premium
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


def _number(_context: click.Context, _option: click.Parameter, given: str | None) -> Decimal | None:
    if given is None:
        return None
    if _NUMBER.fullmatch(given) is None:
        raise WrongUsage(f"--value: {given!r} is no number; write it as 250 or 0.75")
    return Decimal(given)


def _stay_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what a stay in a segment has, and where it is."""
    options = (
        click.option("--value", callback=_number, metavar="NUMBER", help="A measure of your own, as 0.75."),
        click.option("--description", help="May have several lines."),
        customer_argument,
        click.argument("segment", metavar="SEGMENT", type=click.Choice(SEGMENTS)),
    )
    for option in reversed(options):
        command = option(command)
    return command


@command.command("assign")
@operation_options
@note_options
@_stay_options
def assign(place: Place, note: Note, *, as_json: bool, customer: str, **given: Any) -> None:
    """Put a customer into a segment from now on.

    \b
    Example:
      ledgerscope segments assign --company acme C-000001 premium --value 250 --description "order 4711"
    """  # noqa: D301 - same
    with opened(place) as operations:
        customer_id = customer_of(operations, customer)
        done = accepted(Segments(operations).assign(customer_id, Assignment(**given), note))
    show_result(done, as_json=as_json)


@command.command("replace")
@operation_options
@note_options
@_stay_options
def replace(place: Place, note: Note, *, as_json: bool, customer: str, **given: Any) -> None:
    """Give a stay another value and description from now on; those before are kept for the time before.

    \b
    Example:
      ledgerscope segments replace --company acme C-000001 premium --value 300
    """  # noqa: D301 - same
    with opened(place) as operations:
        customer_id = customer_of(operations, customer)
        done = accepted(Segments(operations).replace(customer_id, Assignment(**given), note))
    show_result(done, as_json=as_json)


@command.command("end")
@operation_options
@note_options
@customer_argument
@click.argument("segment", metavar="SEGMENT", type=click.Choice(SEGMENTS))
def end(place: Place, note: Note, *, as_json: bool, customer: str, segment: str) -> None:
    """Take a customer out of a segment from now on.

    \b
    Example:
      ledgerscope segments end --company acme C-000001 premium
    """  # noqa: D301 - same
    with opened(place) as operations:
        done = accepted(Segments(operations).end(customer_of(operations, customer), segment, note))
    show_result(done, as_json=as_json)


@command.command("list")
@operation_options
@click.option("--at", type=INSTANT, metavar="INSTANT", help="Only where it was then.  [default: all stays]")
@customer_argument
def list_(place: Place, *, as_json: bool, customer: str, at: datetime | None) -> None:
    """List in which segments a customer was, and is.

    \b
    Example:
      ledgerscope segments list --company acme C-000001 --at 2026-03-31T12:00+02:00
    """  # noqa: D301 - same
    with opened(place) as operations:
        stays = accepted(Segments(operations).list(customer_of(operations, customer), at))
    if as_json:
        show_json(stays)
    else:
        show_table(_COLUMNS, stays, empty="in no segment")
