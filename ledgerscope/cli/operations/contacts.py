"""`ledgerscope contacts`: the people to talk to at a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from ledgerscope.cli.operations.paging import page_options
from ledgerscope.cli.operations.references import customer_argument, customer_of
from ledgerscope.cli.operations.session import accepted, note_options, opened, operation_options
from ledgerscope.cli.operations.shown import Column, show_done, show_page, show_result
from ledgerscope.customers.contacts import Contacts, ListContacts, NewContact
from ledgerscope.store.tables.values import CONTACT_TYPES

if TYPE_CHECKING:
    from ledgerscope.cli.operations.session import Place
    from ledgerscope.customers.operations import Note

__all__ = ["command"]

_COLUMNS: Final = (
    Column("CONTACT", "contact_id"),
    Column("NAME", "name", long=True),
    Column("TYPE", "contact_type"),
    Column("PRIMARY", lambda each: "removed" if each.removed_at else each.is_primary),
    Column("EMAIL", "email", long=True),
)


@click.group("contacts")
def command() -> None:
    """Contacts of customers: create, list, update, remove.

    As long as a customer has contacts, one of them is primary. CUSTOMER is a customer number or an
    identifier, CONTACT the identifier that `create` and `list` print.

    \b
    Examples:
      ledgerscope contacts create --company acme C-000001 --name "Jane Doe" --type billing
      ledgerscope contacts list   --company acme C-000001
      ledgerscope contacts update --company acme 0f3c... --primary
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


@command.command("create")
@operation_options
@note_options
@click.option("--name", required=True)
@click.option("--email")
@click.option("--phone")
@click.option(
    "--type", "contact_type", type=click.Choice(CONTACT_TYPES), default="general", show_default=True
)
@click.option("--primary", "is_primary", is_flag=True, help="Talked to first from now on.")
@customer_argument
def create(place: Place, note: Note, *, as_json: bool, customer: str, **given: Any) -> None:
    """Create a contact of a customer; the first is primary.

    \b
    Example:
      ledgerscope contacts create --company acme C-000001 --name "Jane Doe" --email jane@example.com
    """  # noqa: D301 - same
    with opened(place) as operations:
        created = accepted(
            Contacts(operations).create(customer_of(operations, customer), NewContact(**given), note)
        )
    show_result(created, as_json=as_json)


@command.command("list")
@operation_options
@page_options
@click.option("--type", "contact_type", type=click.Choice(CONTACT_TYPES))
@click.option("--removed", is_flag=True, help="List removed contacts too.")
@customer_argument
def list_(place: Place, *, as_json: bool, customer: str, **asked: Any) -> None:
    """List the contacts of a customer, oldest first.

    \b
    Example:
      ledgerscope contacts list --company acme C-000001 --type billing
    """  # noqa: D301 - same
    with opened(place) as operations:
        page = accepted(Contacts(operations).list(customer_of(operations, customer), ListContacts(**asked)))
    show_page(_COLUMNS, page, page.contacts, empty="no contacts", as_json=as_json)


@command.command("update")
@operation_options
@note_options
@click.option("--name")
@click.option("--email")
@click.option("--phone")
@click.option("--type", "contact_type", type=click.Choice(CONTACT_TYPES))
@click.option("--primary", "is_primary", is_flag=True, default=None, help="Talked to first from now on.")
@click.option(
    "--clear", multiple=True, type=click.Choice(["email", "phone"]), help="Empty a field; several times."
)
@click.argument("contact", metavar="CONTACT")
def update(
    place: Place, note: Note, *, as_json: bool, contact: str, clear: tuple[str, ...], **given: Any
) -> None:
    """Change fields of a contact; those that are not named stay as they are.

    \b
    Example:
      ledgerscope contacts update --company acme 0f3c... --primary --clear phone
    """  # noqa: D301 - same
    wanted = {name: value for name, value in given.items() if value is not None}
    both = sorted(set(wanted) & set(clear))
    if both:
        raise click.UsageError(f"--clear {both[0]} and --{both[0]} contradict each other")
    if not wanted and not clear:
        raise click.UsageError("name a field to change, for instance --phone 555")
    with opened(place) as operations:
        done = accepted(Contacts(operations).update(contact, wanted | dict.fromkeys(clear), note))
    show_done(done, as_json=as_json)


@command.command("remove")
@operation_options
@note_options
@click.argument("contact", metavar="CONTACT")
def remove(place: Place, note: Note, *, as_json: bool, contact: str) -> None:
    """Remove a contact; a primary one only as the last.

    \b
    Example:
      ledgerscope contacts remove --company acme 0f3c... --reason "left the company"
    """  # noqa: D301 - same
    with opened(place) as operations:
        done = accepted(Contacts(operations).remove(contact, note))
    show_done(done, as_json=as_json)
