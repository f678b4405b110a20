"""`ledgerscope customers`: customer records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from ledgerscope.cli.operations.customer_settings import command as settings
from ledgerscope.cli.operations.paging import page_options
from ledgerscope.cli.operations.session import accepted, note_options, opened, operation_options
from ledgerscope.cli.operations.shown import Column, show_done, show_json, show_page, show_record
from ledgerscope.customers.lifecycle import CHANGEABLE, Customers, ListCustomers, NewCustomer
from ledgerscope.store.tables.values import ACCOUNT_STATUSES, DELETION_REASONS, SIGNUP_CHANNELS, SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.cli.operations.session import Place
    from ledgerscope.customers.operations import Note

__all__ = ["command"]

_COLUMNS: Final = (
    Column("NUMBER", "customer_number"),
    Column("NAME", "name", long=True),
    Column("STATUS", "status"),
    Column("CURRENCY", "currency"),
    Column("TERMS", "terms_days", number=True),
    Column("CREATED (UTC)", "created_at"),
)


@click.group("customers")
def command() -> None:
    """Customer records: list, search, create, change, delete.

    CUSTOMER is a customer number, as C-000001, or an identifier. The login must be able to take on the role
    ledgerscope_app. --company can also be set once, as LEDGERSCOPE_COMPANY; the database as DATABASE_URL.

    \b
    Examples:
      ledgerscope customers list --company acme --text north
      ledgerscope customers create --company acme --name Northwind --terms-days 14
      ledgerscope customers status --company acme C-000001 blocked --reason "invoices overdue"
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


@command.command("list")
@operation_options
@click.option("--text", help="Found in name, e-mail address, external id or customer number.")
@click.option("--status", type=click.Choice(ACCOUNT_STATUSES))
@click.option("--source", type=click.Choice(SOURCES), help="The way the customer came in.")
@click.option("--deleted", is_flag=True, help="List deleted customers too.")
@click.option("--oldest-first", is_flag=True, help="Oldest first.  [default: newest first]")
@page_options
def list_(place: Place, *, as_json: bool, **asked: Any) -> None:
    """List customers, newest first, page by page.

    \b
    Example:
      ledgerscope customers list --company acme --status blocked --json
    """  # noqa: D301 - same
    with opened(place) as operations:
        page = accepted(Customers(operations).list(ListCustomers(**asked)))
    show_page(_COLUMNS, page, page.customers, empty="no customers match", as_json=as_json)


@command.command("show")
@operation_options
@click.argument("customer", metavar="CUSTOMER")
def show(place: Place, *, as_json: bool, customer: str) -> None:
    """Show one customer, deleted or not.

    \b
    Example:
      ledgerscope customers show --company acme C-000001
    """  # noqa: D301 - same
    with opened(place) as operations:
        customers = Customers(operations)
        found = accepted(customers.get(accepted(customers.identify(customer))))
    (show_json if as_json else show_record)(found)


def _profile_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The fields that a customer is created with and that an update changes, but for the name."""
    options = (
        click.option("--email"),
        click.option("--phone"),
        click.option("--address", help="May have several lines."),
        click.option("--currency", metavar="CODE", help="ISO 4217, as EUR.  [default: the company's]"),
        click.option("--terms-days", type=int, help="Days from an invoice to its due date.  [default: 30]"),
        click.option("--external-id", help="The company's own number.  [default: the customer number]"),
        click.option("--signup-channel", type=click.Choice(SIGNUP_CHANNELS)),
    )
    for option in reversed(options):
        command = option(command)
    return command


@command.command("create")
@operation_options
@note_options
@click.option("--name", required=True)
@_profile_options
def create(place: Place, note: Note, *, as_json: bool, **given: Any) -> None:
    """Create a customer and print its number and identifier.

    \b
    Example:
      ledgerscope customers create --company acme --name Northwind --key order-4711
    """  # noqa: D301 - same
    new = NewCustomer(**{name: value for name, value in given.items() if value is not None})
    with opened(place) as operations:
        created = accepted(Customers(operations).create(new, note))
    (show_json if as_json else show_record)(created)


@command.command("update")
@operation_options
@note_options
@click.option("--name")
@_profile_options
@click.option(
    "--clear",
    multiple=True,
    metavar="FIELD",
    type=click.Choice(["email", "phone", "address", "signup_channel"]),
    help="Empty a field: email, phone, address or signup_channel. May be given several times.",
)
@click.argument("customer", metavar="CUSTOMER")
def update(
    place: Place, note: Note, *, as_json: bool, customer: str, clear: tuple[str, ...], **given: Any
) -> None:
    """Change fields of a customer; those that are not named stay as they are.

    \b
    Example:
      ledgerscope customers update --company acme C-000001 --terms-days 30 --clear phone
    """  # noqa: D301 - same
    wanted = {name: given[name] for name in CHANGEABLE if given[name] is not None}
    both = sorted(set(wanted) & set(clear))
    if both:
        raise click.UsageError(f"--clear {both[0]} and --{both[0].replace('_', '-')} contradict each other")
    if not wanted and not clear:
        raise click.UsageError("name a field to change, for instance --terms-days 30")
    with opened(place) as operations:
        customers = Customers(operations)
        done = accepted(
            customers.update(accepted(customers.identify(customer)), wanted | dict.fromkeys(clear), note)
        )
    show_done(done, as_json=as_json)


@command.command("status")
@operation_options
@note_options
@click.argument("customer", metavar="CUSTOMER")
@click.argument("to", metavar="STATUS", type=click.Choice(ACCOUNT_STATUSES))
def status(place: Place, note: Note, *, as_json: bool, customer: str, to: str) -> None:
    """Make a customer active, inactive or blocked; needs --reason.

    \b
    Example:
      ledgerscope customers status --company acme C-000001 blocked --reason "invoices overdue"
    """  # noqa: D301 - same
    with opened(place) as operations:
        customers = Customers(operations)
        done = accepted(customers.change_status(accepted(customers.identify(customer)), to, note))
    show_done(done, as_json=as_json)


@command.command("delete")
@operation_options
@note_options
@click.option(
    "--deletion-reason", type=click.Choice(DELETION_REASONS), default="requested", show_default=True
)
@click.argument("customer", metavar="CUSTOMER")
def delete(place: Place, note: Note, *, as_json: bool, customer: str, deletion_reason: str) -> None:
    """Hide a customer; its data stays. Refused while it has subscriptions or owes money.

    \b
    Example:
      ledgerscope customers delete --company acme C-000001 --deletion-reason duplicate
    """  # noqa: D301 - same
    with opened(place) as operations:
        customers = Customers(operations)
        done = accepted(customers.delete(accepted(customers.identify(customer)), deletion_reason, note))
    show_done(done, as_json=as_json)


@command.command("erase")
@operation_options
@note_options
@click.option("--deletion-reason", type=click.Choice(DELETION_REASONS), default="erasure", show_default=True)
@click.confirmation_option(prompt="This cannot be undone. Erase the customer's personal data?")
@click.argument("customer", metavar="CUSTOMER")
def erase(place: Place, note: Note, *, as_json: bool, customer: str, deletion_reason: str) -> None:
    """Delete a customer and replace its personal data. It cannot be undone.

    Contacts, communications and interactions lose names, addresses and texts; invoices, payments, events and
    the audit log stay.

    \b
    Example:
      ledgerscope customers erase --company acme C-000001 --yes --reason "request 12"
    """  # noqa: D301 - same
    with opened(place) as operations:
        customers = Customers(operations)
        done = accepted(customers.erase(accepted(customers.identify(customer)), deletion_reason, note))
    show_done(done, as_json=as_json)


command.add_command(settings)
