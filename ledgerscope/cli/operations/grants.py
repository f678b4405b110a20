"""`ledgerscope grants`: single customers, shown to those who may not see all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from ledgerscope.cli.operations.references import customer_argument, customer_of
from ledgerscope.cli.operations.session import accepted, note_options, opened, operation_options
from ledgerscope.cli.operations.shown import Column, show_json, show_result, show_table
from ledgerscope.customers.access.grants import Grants

if TYPE_CHECKING:
    from ledgerscope.cli.operations.session import Place
    from ledgerscope.customers.operations import Note

__all__ = ["command"]

_COLUMNS: Final = (
    Column("TO", "actor", long=True),
    Column("GRANTED BY", "granted_by", long=True),
    Column("GRANTED (UTC)", "granted_at"),
)


@click.group("grants")
def command() -> None:
    """Grants: let an actor see a single customer, end that, list.

    TO is the identifier of a user or a service.

    \b
    Examples:
      ledgerscope grants give   --company acme C-000001 partner-3
      ledgerscope grants list   --company acme C-000001
      ledgerscope grants revoke --company acme C-000001 partner-3
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


@command.command("give")
@operation_options
@note_options
@customer_argument
@click.argument("to", metavar="TO")
def give(place: Place, note: Note, *, as_json: bool, customer: str, to: str) -> None:
    """Let an actor see a customer.

    \b
    Example:
      ledgerscope grants give --company acme C-000001 partner-3 --reason "joint project"
    """  # noqa: D301 - same
    with opened(place) as operations:
        done = accepted(Grants(operations).give(customer_of(operations, customer), to, note))
    show_result(done, as_json=as_json)


@command.command("revoke")
@operation_options
@note_options
@customer_argument
@click.argument("to", metavar="TO")
def revoke(place: Place, note: Note, *, as_json: bool, customer: str, to: str) -> None:
    """Let an actor see a customer no longer.

    \b
    Example:
      ledgerscope grants revoke --company acme C-000001 partner-3
    """  # noqa: D301 - same
    with opened(place) as operations:
        done = accepted(Grants(operations).revoke(customer_of(operations, customer), to, note))
    show_result(done, as_json=as_json)


@command.command("list")
@operation_options
@customer_argument
def list_(place: Place, *, as_json: bool, customer: str) -> None:
    """List who may see a customer by a grant, oldest first.

    \b
    Example:
      ledgerscope grants list --company acme C-000001
    """  # noqa: D301 - same
    with opened(place) as operations:
        grants = accepted(Grants(operations).of_customer(customer_of(operations, customer)))
    if as_json:
        show_json(grants)
    else:
        show_table(_COLUMNS, grants, empty="no grants")
