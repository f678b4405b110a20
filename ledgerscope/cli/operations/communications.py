"""`ledgerscope communications`: what was said to and by customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from ledgerscope.cli.operations.dates import INSTANT
from ledgerscope.cli.operations.paging import page_options
from ledgerscope.cli.operations.references import customer_argument, customer_of
from ledgerscope.cli.operations.session import accepted, note_options, opened, operation_options
from ledgerscope.cli.operations.shown import Column, show_page, show_result
from ledgerscope.customers.communications import Communications, ListCommunications, NewCommunication
from ledgerscope.store.tables.values import COMMUNICATION_CHANNELS, DIRECTIONS

if TYPE_CHECKING:
    from ledgerscope.cli.operations.session import Place
    from ledgerscope.customers.operations import Note

__all__ = ["command"]

_COLUMNS: Final = (
    Column("AT (UTC)", "at"),
    Column("CHANNEL", "channel"),
    Column("DIRECTION", "direction"),
    Column("SUBJECT", "subject", long=True),
    Column("LOGGED BY", "actor", long=True),
)


@click.group("communications")
def command() -> None:
    """Communications: log what was said, list it. What is logged never changes.

    \b
    Examples:
      ledgerscope communications log  --company acme C-000001 --channel email --direction inbound --subject Hi
      ledgerscope communications list --company acme C-000001 --channel phone
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


@command.command("log")
@operation_options
@note_options
@click.option("--channel", type=click.Choice(COMMUNICATION_CHANNELS), required=True)
@click.option("--direction", type=click.Choice(DIRECTIONS), required=True, help="inbound: by the customer.")
@click.option("--subject")
@click.option("--body", help="May have several lines.")
@click.option("--contact", "contact_id", metavar="CONTACT", help="Whom it was said to or by.")
@click.option("--at", type=INSTANT, metavar="INSTANT", help="When.  [default: now]")
@customer_argument
def log(place: Place, note: Note, *, as_json: bool, customer: str, **given: Any) -> None:
    """Log what was said to or by a customer.

    \b
    Example:
      ledgerscope communications log --company acme C-000001 --channel note --direction outbound --body Hello
    """  # noqa: D301 - same
    with opened(place) as operations:
        customer_id = customer_of(operations, customer)
        done = accepted(Communications(operations).log(customer_id, NewCommunication(**given), note))
    show_result(done, as_json=as_json)


@command.command("list")
@operation_options
@page_options
@click.option("--channel", type=click.Choice(COMMUNICATION_CHANNELS))
@click.option("--direction", type=click.Choice(DIRECTIONS))
@click.option("--oldest-first", is_flag=True, help="Oldest first.  [default: newest first]")
@customer_argument
def list_(place: Place, *, as_json: bool, customer: str, **asked: Any) -> None:
    """List what was said; --json has the bodies too.

    \b
    Example:
      ledgerscope communications list --company acme C-000001 --direction inbound
    """  # noqa: D301 - same
    with opened(place) as operations:
        customer_id = customer_of(operations, customer)
        page = accepted(Communications(operations).list(customer_id, ListCommunications(**asked)))
    show_page(_COLUMNS, page, page.communications, empty="no communications match", as_json=as_json)
