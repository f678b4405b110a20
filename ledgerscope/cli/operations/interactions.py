"""`ledgerscope interactions`: pieces of work with customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from ledgerscope.cli.operations.dates import INSTANT
from ledgerscope.cli.operations.paging import page_options
from ledgerscope.cli.operations.references import customer_argument, customer_of
from ledgerscope.cli.operations.session import accepted, note_options, opened, operation_options
from ledgerscope.cli.operations.shown import Column, show_page, show_result
from ledgerscope.customers.interactions import Interactions, ListInteractions, NewInteraction
from ledgerscope.store.tables.values import INTERACTION_STATUSES, INTERACTION_TYPES

if TYPE_CHECKING:
    from ledgerscope.cli.operations.session import Place
    from ledgerscope.customers.operations import Note

__all__ = ["command"]

_COLUMNS: Final = (
    Column("INTERACTION", "interaction_id"),
    Column("ON (UTC)", lambda each: each.at.date()),
    Column("TYPE", "type"),
    Column("STATUS", "status"),
    Column("SUBJECT", "subject", long=True),
)


@click.group("interactions")
def command() -> None:
    """Interactions: log a call, meeting, complaint or other work; start, complete, cancel, list.

    CUSTOMER is a customer number or an identifier, INTERACTION the identifier that `log` and `list` print.

    \b
    Examples:
      ledgerscope interactions log      --company acme C-000001 --type complaint --subject "Parcel is late"
      ledgerscope interactions start    --company acme 0f3c...
      ledgerscope interactions complete --company acme 0f3c... --reason "parcel has arrived"
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


@command.command("log")
@operation_options
@note_options
@click.option("--type", type=click.Choice(INTERACTION_TYPES), required=True)
@click.option("--subject", required=True)
@click.option("--description", help="May have several lines.")
@click.option("--status", type=click.Choice(INTERACTION_STATUSES), default="pending", show_default=True)
@click.option("--at", type=INSTANT, metavar="INSTANT", help="When it took place.  [default: now]")
@customer_argument
def log(place: Place, note: Note, *, as_json: bool, customer: str, **given: Any) -> None:
    """Log an interaction with a customer.

    \b
    Example:
      ledgerscope interactions log --company acme C-000001 --type call --subject Renewal --status completed
    """  # noqa: D301 - same
    with opened(place) as operations:
        customer_id = customer_of(operations, customer)
        done = accepted(Interactions(operations).log(customer_id, NewInteraction(**given), note))
    show_result(done, as_json=as_json)


@command.command("start")
@operation_options
@note_options
@click.argument("interaction", metavar="INTERACTION")
def start(place: Place, note: Note, *, as_json: bool, interaction: str) -> None:
    """Somebody works on it: pending becomes in_progress.

    \b
    Example:
      ledgerscope interactions start --company acme 0f3c...
    """  # noqa: D301 - same
    with opened(place) as operations:
        done = accepted(Interactions(operations).start(interaction, note))
    show_result(done, as_json=as_json)


@command.command("complete")
@operation_options
@note_options
@click.argument("interaction", metavar="INTERACTION")
def complete(place: Place, note: Note, *, as_json: bool, interaction: str) -> None:
    """It is done, and stays so.

    \b
    Example:
      ledgerscope interactions complete --company acme 0f3c... --reason "parcel has arrived"
    """  # noqa: D301 - same
    with opened(place) as operations:
        done = accepted(Interactions(operations).complete(interaction, note))
    show_result(done, as_json=as_json)


@command.command("cancel")
@operation_options
@note_options
@click.argument("interaction", metavar="INTERACTION")
def cancel(place: Place, note: Note, *, as_json: bool, interaction: str) -> None:
    """It comes to nothing, and stays so.

    \b
    Example:
      ledgerscope interactions cancel --company acme 0f3c...
    """  # noqa: D301 - same
    with opened(place) as operations:
        done = accepted(Interactions(operations).cancel(interaction, note))
    show_result(done, as_json=as_json)


@command.command("list")
@operation_options
@page_options
@click.option("--type", type=click.Choice(INTERACTION_TYPES))
@click.option("--status", type=click.Choice(INTERACTION_STATUSES))
@click.option("--oldest-first", is_flag=True, help="Oldest first.  [default: newest first]")
@customer_argument
def list_(place: Place, *, as_json: bool, customer: str, **asked: Any) -> None:
    """List the interactions with a customer; --json has the descriptions too.

    \b
    Example:
      ledgerscope interactions list --company acme C-000001 --status pending
    """  # noqa: D301 - same
    with opened(place) as operations:
        customer_id = customer_of(operations, customer)
        page = accepted(Interactions(operations).list(customer_id, ListInteractions(**asked)))
    show_page(_COLUMNS, page, page.interactions, empty="no interactions match", as_json=as_json)
