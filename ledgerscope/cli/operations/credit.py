"""`ledgerscope credit`: credit limits and how far they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from ledgerscope.cli.exits import CommandFailed, WrongUsage
from ledgerscope.cli.operations.amounts import amount_option, currency_of, currency_option, minor_of
from ledgerscope.cli.operations.dates import INSTANT
from ledgerscope.cli.operations.paging import page_options
from ledgerscope.cli.operations.references import (
    currency_of_customer,
    customer_argument,
    customer_of,
    numbers_of,
)
from ledgerscope.cli.operations.session import accepted, note_options, opened, operation_options
from ledgerscope.cli.operations.shown import Column, amount_words, show_json, show_page, show_result
from ledgerscope.customers.credit import Adjustment, Credit, ListLimits, NewLimit
from ledgerscope.store.tables.values import CREDIT_LIMIT_STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from decimal import Decimal

    from ledgerscope.cli.operations.session import Place
    from ledgerscope.customers.credit import CreditCheck
    from ledgerscope.customers.operations import Note, Operations
    from ledgerscope.store.records import Id

__all__ = ["command"]

_UNLIMITED: Final = "unlimited"


@click.group("credit")
def command() -> None:
    """Credit: grant, ask for, approve, reject limits; hold and release; and how far a limit is used.

    CUSTOMER is a customer number or an identifier, LIMIT the identifier that a request printed. Amounts are
    major units: --amount 1500.00 --currency EUR. Whoever asked for a limit may not approve it.

    \b
    Examples:
      ledgerscope credit grant   --company acme C-000001 --amount 1000
      ledgerscope credit request --company acme C-000001 --amount 1500 --reason "order 4711"
      ledgerscope credit approve --company acme 0f3c... --actor user-4
      ledgerscope credit show    --company acme C-000001
      ledgerscope credit hold    --company acme C-000001 --reason "invoices overdue"
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


def _limit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add how high a limit is: --amount or --unlimited, and --currency."""
    unlimited = click.option("--unlimited", is_flag=True, help="Without a limit, in place of --amount.")
    text = "Major units, as 1500.00; 0 is no credit at all."
    return amount_option(required=False, text=text)(unlimited(currency_option()(command)))


def _height(
    operations: Operations, reference: str, amount: Decimal | None, currency: str | None, *, unlimited: bool
) -> tuple[Id, str, int | None]:
    if (amount is None) is not unlimited:
        raise WrongUsage("give --amount or --unlimited, one of the two")
    customer_id = customer_of(operations, reference)
    code = currency_of(currency, currency_of_customer(operations, customer_id))
    return customer_id, code, None if amount is None else minor_of(amount, code, zero=True)


@command.command("grant")
@operation_options
@note_options
@_limit_options
@click.option("--until", type=INSTANT, metavar="INSTANT", help="When it ends.  [default: never]")
@customer_argument
def grant(
    place: Place, note: Note, *, as_json: bool, customer: str, amount: Decimal | None, unlimited: bool,
    currency: str | None, until: datetime | None,
) -> None:  # fmt: skip
    """Give a first limit to a customer that has none in this currency.

    \b
    Example:
      ledgerscope credit grant --company acme C-000001 --amount 1000.00 --currency USD
    """  # noqa: D301 - same
    with opened(place) as operations:
        customer_id, code, minor = _height(operations, customer, amount, currency, unlimited=unlimited)
        new = NewLimit(customer_id=customer_id, currency=code, limit_minor=minor, until=until)
        done = accepted(Credit(operations).grant(new, note))
    show_result(done, as_json=as_json, limit_minor=_shown(minor, as_json=as_json), currency=code)


@command.command("request")
@operation_options
@note_options
@_limit_options
@customer_argument
def request(
    place: Place, note: Note, *, as_json: bool, customer: str, amount: Decimal | None, unlimited: bool,
    currency: str | None,
) -> None:  # fmt: skip
    """Ask for another limit; it holds once somebody else approves it.

    \b
    Example:
      ledgerscope credit request --company acme C-000001 --amount 1500 --reason "order 4711"
    """  # noqa: D301 - same
    with opened(place) as operations:
        customer_id, code, minor = _height(operations, customer, amount, currency, unlimited=unlimited)
        asked = Adjustment(customer_id=customer_id, currency=code, limit_minor=minor)
        done = accepted(Credit(operations).request_adjustment(asked, note))
    show_result(done, as_json=as_json, limit_minor=_shown(minor, as_json=as_json), currency=code)


@command.command("approve")
@operation_options
@note_options
@click.option("--until", type=INSTANT, metavar="INSTANT", help="When it ends.  [default: never]")
@click.argument("limit_id", metavar="LIMIT")
def approve(place: Place, note: Note, *, as_json: bool, limit_id: str, until: datetime | None) -> None:
    """Let a limit that somebody else asked for hold from now on.

    \b
    Example:
      ledgerscope credit approve --company acme 0f3c... --actor user-4
    """  # noqa: D301 - same
    with opened(place) as operations:
        done = accepted(Credit(operations).approve(limit_id, note, until=until))
    show_result(done, as_json=as_json)


@command.command("reject")
@operation_options
@note_options
@click.argument("limit_id", metavar="LIMIT")
def reject(place: Place, note: Note, *, as_json: bool, limit_id: str) -> None:
    """Turn down a limit that was asked for, or take one's own request back; needs --reason.

    \b
    Example:
      ledgerscope credit reject --company acme 0f3c... --reason "no accounts filed"
    """  # noqa: D301 - same
    with opened(place) as operations:
        done = accepted(Credit(operations).reject(limit_id, note))
    show_result(done, as_json=as_json)


@command.command("hold")
@operation_options
@note_options
@customer_argument
def hold(place: Place, note: Note, *, as_json: bool, customer: str) -> None:
    """Sell nothing more to a customer on credit, whatever its limit; what it owes stays as it is.

    \b
    Example:
      ledgerscope credit hold --company acme C-000001 --reason "invoices overdue"
    """  # noqa: D301 - same
    with opened(place) as operations:
        done = accepted(Credit(operations).hold(customer_of(operations, customer), note))
    show_result(done, as_json=as_json)


@command.command("release")
@operation_options
@note_options
@customer_argument
def release(place: Place, note: Note, *, as_json: bool, customer: str) -> None:
    """Sell to a customer on credit again, within its limit.

    \b
    Example:
      ledgerscope credit release --company acme C-000001 --reason "paid up"
    """  # noqa: D301 - same
    with opened(place) as operations:
        done = accepted(Credit(operations).release(customer_of(operations, customer), note))
    show_result(done, as_json=as_json)


@command.command("show")
@operation_options
@currency_option()
@customer_argument
def show(place: Place, *, as_json: bool, customer: str, currency: str | None) -> None:
    """Show the limit that invoices in a currency count against, what is owed, and how far it is used.

    \b
    Example:
      ledgerscope credit show --company acme C-000001 --currency EUR
    """  # noqa: D301 - same
    with opened(place) as operations:
        credit, customer_id = Credit(operations), customer_of(operations, customer)
        code = currency_of(currency, currency_of_customer(operations, customer_id))
        view = accepted(credit.utilization(customer_id, code))
        owed = accepted(credit.exposure(customer_id, code))
    parts = {"currency": code, "open_minor": owed.open_minor, "unallocated_minor": owed.unallocated_minor}
    if as_json:
        show_result(view, as_json=True, available_minor=view.available_minor, owed=parts)
        return
    show_result(
        {
            "limit": amount_words(view.limit_minor, view.limit_currency)
            if view.limit_minor is not None
            else (_UNLIMITED if view.limited else "none, invoices are not checked"),
            **({} if view.has_rate else {"exchange rate": f"none from {code} to {view.limit_currency}"}),
            "exposure": amount_words(view.exposure_minor, view.limit_currency),
            "used": view.utilization,
            "available": None
            if view.available_minor is None
            else amount_words(view.available_minor, view.limit_currency),
            "open invoices": amount_words(owed.open_minor, code),
            "unallocated": amount_words(owed.unallocated_minor, code),
        },
        as_json=False,
    )


@command.command("check")
@operation_options
@amount_option()
@currency_option()
@customer_argument
def check(place: Place, *, as_json: bool, customer: str, amount: Decimal, currency: str | None) -> None:
    """Say whether an invoice would be issued; exit code 1 where it would be refused. Records nothing.

    \b
    Example:
      ledgerscope credit check --company acme C-000001 --amount 600
    """  # noqa: D301 - same
    with opened(place) as operations:
        customer_id = customer_of(operations, customer)
        code = currency_of(currency, currency_of_customer(operations, customer_id))
        checked = accepted(Credit(operations).check(customer_id, code, minor_of(amount, code)))
    if as_json:
        show_json(checked)
    elif checked.fits:
        click.echo(_fits(checked))
    if not checked.fits:
        raise CommandFailed(f"it does not fit: {checked.reason}")


@command.command("list")
@operation_options
@page_options
@click.option("--customer", metavar="CUSTOMER", help="Of one customer.  [default: all]")
@click.option("--status", type=click.Choice(CREDIT_LIMIT_STATUSES), help="requested: those that wait.")
def list_(place: Place, *, as_json: bool, customer: str | None, **asked: Any) -> None:
    """List limits that were asked for and granted, the latest first.

    \b
    Example:
      ledgerscope credit list --company acme --status requested
    """  # noqa: D301 - same
    with opened(place) as operations:
        customer_id = None if customer is None else customer_of(operations, customer)
        page = accepted(Credit(operations).list(ListLimits(customer_id=customer_id, **asked)))
        numbers = numbers_of(operations, (each.customer_id for each in page.limits))
    columns = (
        Column("LIMIT", "credit_limit_id"),
        Column("CUSTOMER", lambda each: numbers[each.customer_id]),
        Column("AMOUNT", "limit_minor", money="currency", none=_UNLIMITED),
        Column("CUR", "currency"),
        Column("STATUS", "status"),
        Column("BY", "requested_by", long=True),
    )
    show_page(columns, page, page.limits, empty="no limits match", as_json=as_json)


def _shown(minor: int | None, *, as_json: bool) -> int | str | None:
    return _UNLIMITED if minor is None and not as_json else minor


def _fits(checked: CreditCheck) -> str:
    if checked.limit_currency is None:
        return "it fits: the customer has no limit, so nothing is checked"
    return f"it fits: {_owed(checked)}"


def _owed(checked: CreditCheck) -> str:
    code, owed = checked.limit_currency or "", checked.exposure_minor or 0
    most = (
        "any amount" if checked.limit_minor is None else f"at most {amount_words(checked.limit_minor, code)}"
    )
    return f"with it the customer would owe {amount_words(owed, code)} of {most}"
