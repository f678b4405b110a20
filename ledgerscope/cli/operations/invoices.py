"""`ledgerscope invoices`: claims on customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from ledgerscope.cli.exits import CommandFailed, WrongUsage
from ledgerscope.cli.operations.amounts import AMOUNT, amount_option, currency_of, currency_option, minor_of
from ledgerscope.cli.operations.dates import DAY
from ledgerscope.cli.operations.paging import page_options
from ledgerscope.cli.operations.references import (
    currency_of_customer,
    customer_argument,
    customer_of,
    numbers_of,
)
from ledgerscope.cli.operations.session import accepted, note_options, opened, operation_options
from ledgerscope.cli.operations.shown import (
    Column,
    amount_words,
    show_json,
    show_page,
    show_record,
    show_result,
    show_table,
)
from ledgerscope.customers import Refused
from ledgerscope.customers.credit import NAME_WHO
from ledgerscope.customers.receivables.operations import (
    Finalise,
    Instalment,
    Invoices,
    ListInvoices,
    NewInvoice,
)
from ledgerscope.store.tables.values import INVOICE_KINDS, INVOICE_STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from decimal import Decimal

    from ledgerscope.cli.operations.session import Place
    from ledgerscope.customers.operations import Note, Operations

__all__ = ["command"]

Result = TypeVar("Result")
_LISTED: Final = tuple(each for each in INVOICE_STATUSES if each != "draft")


@click.group("invoices")
def command() -> None:
    """Invoices: issue within the credit limit, draft and finalise, void, list.

    CUSTOMER is a customer number or an identifier, INVOICE a number, as INV-000001, or an identifier. Amounts
    are major units: --amount 1190.00 --currency EUR.

    \b
    Examples:
      ledgerscope invoices issue --company acme C-000001 --amount 1190 --tax 190
      ledgerscope invoices list  --company acme --customer C-000001 --status open
      ledgerscope invoices void  --company acme INV-000001 --reason "wrong customer"
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


def _content_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what is on an invoice."""
    options = (
        amount_option(text="The total with tax, in major units, as 1190.00."),
        amount_option("--tax", required=False, text="The part of the total that is tax.  [default: 0]"),
        currency_option(),
        click.option("--kind", type=click.Choice(INVOICE_KINDS), default="one_time", show_default=True),
        click.option(
            "--due", multiple=True, metavar="DAY=NUMBER",
            help="An instalment, as 2026-12-31=500.00; several times.  [default: the whole at the terms]",
        ),
        click.option("--subscription", metavar="ID", help="The subscription that it is for."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def _date_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what is said when an invoice becomes a claim."""
    options = (
        click.option("--number", help="[default: the next of the series]"),
        click.option("--issued-on", type=DAY, metavar="DAY", help="Today or before.  [default: today]"),
        click.option(
            "--override-by", metavar="ACTOR",
            help="Who lets it through over the limit, on hold or without a rate; needs --reason.",
        ),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@command.command("issue")
@operation_options
@note_options
@_content_options
@_date_options
@customer_argument
def issue(
    place: Place, note: Note, *, as_json: bool, number: str | None, issued_on: date | None,
    override_by: str | None, **content: Any,
) -> None:  # fmt: skip
    """Issue an invoice; one that takes the customer over its credit limit is refused.

    \b
    Examples:
      ledgerscope invoices issue --company acme C-000001 --amount 600 --due 2027-01-31=600
      ledgerscope invoices issue --company acme C-000001 --amount 9000 --override-by user-4 --reason "prepaid"
    """  # noqa: D301 - same
    said: dict[str, Any] = {"number": number, "issued_on": issued_on, "override_by": override_by}
    with opened(place) as operations:
        new = _invoice(operations, **content, **said)
        done = _within_limit(Invoices(operations).issue(new, note))
    show_result(done, as_json=as_json, total_minor=new.total_minor, currency=new.currency)


@command.command("draft")
@operation_options
@note_options
@_content_options
@customer_argument
def draft(place: Place, note: Note, *, as_json: bool, **content: Any) -> None:
    """Make an invoice that is owed once it is finalised.

    \b
    Example:
      ledgerscope invoices draft --company acme C-000001 --amount 1190 --tax 190
    """  # noqa: D301 - same
    with opened(place) as operations:
        new = _invoice(operations, **content)
        done = accepted(Invoices(operations).draft(new, note))
    show_result(done, as_json=as_json, total_minor=new.total_minor, currency=new.currency)


@command.command("finalise")
@operation_options
@note_options
@_date_options
@click.argument("invoice", metavar="INVOICE")
def finalise(place: Place, note: Note, *, as_json: bool, invoice: str, **said: Any) -> None:
    """Make a claim of a draft, as `issue` does.

    \b
    Example:
      ledgerscope invoices finalise --company acme 0f3c...
    """  # noqa: D301 - same
    with opened(place) as operations:
        invoices = Invoices(operations)
        asked = Finalise(invoice_id=accepted(invoices.identify(invoice)), **said)
        done = _within_limit(invoices.finalise(asked, note))
    show_result(done, as_json=as_json)


@command.command("void")
@operation_options
@note_options
@click.argument("invoice", metavar="INVOICE")
def void(place: Place, note: Note, *, as_json: bool, invoice: str) -> None:
    """Withdraw an invoice; what settled it is unallocated again. Needs --reason.

    \b
    Example:
      ledgerscope invoices void --company acme INV-000001 --reason "wrong customer"
    """  # noqa: D301 - same
    with opened(place) as operations:
        invoices = Invoices(operations)
        done = accepted(invoices.void(accepted(invoices.identify(invoice)), note))
    show_result(done, as_json=as_json)


@command.command("show")
@operation_options
@click.argument("invoice", metavar="INVOICE")
def show(place: Place, *, as_json: bool, invoice: str) -> None:
    """Show one invoice with its instalments and what is open of each.

    \b
    Example:
      ledgerscope invoices show --company acme INV-000001
    """  # noqa: D301 - same
    with opened(place) as operations:
        invoices = Invoices(operations)
        found = accepted(invoices.get(accepted(invoices.identify(invoice))))
        number = numbers_of(operations, [found.customer_id])[found.customer_id]
    if as_json:
        show_json(found)
        return
    show_record({"customer": number, **_named(found)})
    click.echo()
    columns = (
        Column("DUE ON", "due_on"),
        Column("AMOUNT", lambda part: amount_words(part.amount_minor, found.currency), number=True),
        Column("OPEN", lambda part: amount_words(part.open_minor, found.currency), number=True),
    )
    show_table(columns, found.instalments, empty="no instalments")


@command.command("list")
@operation_options
@page_options
@click.option("--customer", metavar="CUSTOMER", help="Of one customer.  [default: all]")
@click.option("--status", type=click.Choice(_LISTED))
def list_(place: Place, *, as_json: bool, customer: str | None, **asked: Any) -> None:
    """List invoices, the one finalised last first; drafts are none yet.

    \b
    Example:
      ledgerscope invoices list --company acme --status open --limit 20
    """  # noqa: D301 - same
    with opened(place) as operations:
        customer_id = None if customer is None else customer_of(operations, customer)
        page = accepted(Invoices(operations).list(ListInvoices(customer_id=customer_id, **asked)))
        numbers = numbers_of(operations, (each.customer_id for each in page.invoices))
    columns = (
        Column("NUMBER", "number"),
        Column("CUSTOMER", lambda each: numbers[each.customer_id]),
        Column("ISSUED ON", "issued_on"),
        Column("STATUS", "status"),
        Column("TOTAL", "total_minor", money="currency"),
        Column("OPEN", "open_minor", money="currency"),
        Column("CUR", "currency"),
    )
    show_page(columns, page, page.invoices, empty="no invoices match", as_json=as_json)


def _invoice(
    operations: Operations, *, customer: str, amount: Decimal, tax: Decimal | None, currency: str | None,
    due: tuple[str, ...], subscription: str | None, **said: Any,
) -> NewInvoice:  # fmt: skip
    customer_id = customer_of(operations, customer)
    code = currency_of(currency, currency_of_customer(operations, customer_id))
    total, parts = minor_of(amount, code, zero=True), tuple(_instalment(each, code) for each in due)
    owed = sum(part.amount_minor for part in parts)
    if parts and owed != total:
        differ = (
            f"the instalments add up to {amount_words(owed, code)}, --amount is {amount_words(total, code)}"
        )
        raise WrongUsage(f"--due: {differ}; make them equal")
    return NewInvoice(
        customer_id=customer_id, total_minor=total, currency=code,
        tax_minor=0 if tax is None else minor_of(tax, code, "--tax", zero=True),
        instalments=parts, subscription_id=subscription, **said,
    )  # fmt: skip


def _instalment(text: str, currency: str) -> Instalment:
    day, sign, amount = text.partition("=")
    if not sign:
        raise WrongUsage(f"--due: {text!r} is no instalment; write DAY=NUMBER, as 2026-12-31=500.00")
    due = click.Option(["--due"])
    return Instalment(
        DAY.convert(day, due, None), minor_of(AMOUNT.convert(amount, due, None), currency, "--due")
    )


def _within_limit(result: Result | Refused) -> Result:
    """The result; where somebody may let the invoice through, the refusal names the options for it."""
    if isinstance(result, Refused):
        said = result.reason.replace(NAME_WHO, "or give --override-by and --reason")
        raise CommandFailed(f"refused: {said}")
    return result


def _named(found: Any) -> dict[str, Any]:
    left_out = {"instalments", "customer_id"}
    return {name: getattr(found, name) for name in found.__slots__ if name not in left_out}
