"""`ledgerscope payments`: money from customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledgerscope.cli.operations.amounts import amount_option, currency_of, currency_option, minor_of
from ledgerscope.cli.operations.dates import DAY
from ledgerscope.cli.operations.paging import page_options
from ledgerscope.cli.operations.references import (
    currency_of_customer,
    customer_argument,
    customer_of,
    invoice_of,
)
from ledgerscope.cli.operations.session import accepted, note_options, opened, operation_options
from ledgerscope.cli.operations.shown import Column, show_json, show_page, show_record, show_result
from ledgerscope.customers.receivables.operations import ListSources, NewPayment, Payments
from ledgerscope.store.tables.values import GATEWAYS, PAYMENT_METHODS, PAYMENT_REVERSALS

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from ledgerscope.cli.operations.session import Place
    from ledgerscope.customers.operations import Note

__all__ = ["command"]


@click.group("payments")
def command() -> None:
    """Payments: receive, allocate to invoices, take back, refund, list.

    CUSTOMER is a customer number or an identifier, PAYMENT the identifier that `receive` and `list` print.
    Amounts are major units; those of a payment that is there are in its currency.

    \b
    Examples:
      ledgerscope payments receive --company acme C-000001 --amount 1190 --method card --gateway stripe
      ledgerscope payments list    --company acme C-000001
      ledgerscope payments refund  --company acme 0f3c... --amount 20.50
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


@command.command("receive")
@operation_options
@note_options
@amount_option()
@currency_option()
@click.option("--method", type=click.Choice(PAYMENT_METHODS), default="bank_transfer", show_default=True)
@click.option("--gateway", type=click.Choice(GATEWAYS), default="manual", show_default=True)
@click.option("--received-on", type=DAY, metavar="DAY", help="[default: today]")
@click.option("--unallocated", is_flag=True, help="Settle nothing yet.  [default: what is due first]")
@customer_argument
def receive(
    place: Place, note: Note, *, as_json: bool, customer: str, amount: Decimal, currency: str | None,
    method: str, gateway: str, received_on: date | None, unallocated: bool,
) -> None:  # fmt: skip
    """Take in money; it settles what is due first, and what is left stays unallocated.

    \b
    Example:
      ledgerscope payments receive --company acme C-000001 --amount 1190.00 --key bank-2026-11-27-1
    """  # noqa: D301 - same
    with opened(place) as operations:
        customer_id = customer_of(operations, customer)
        code = currency_of(currency, currency_of_customer(operations, customer_id))
        new = NewPayment(
            customer_id=customer_id, amount_minor=minor_of(amount, code), currency=code, method=method,
            gateway=gateway, received_on=received_on, allocate=not unallocated,
        )  # fmt: skip
        done = accepted(Payments(operations).receive(new, note))
    show_result(done, as_json=as_json, amount_minor=new.amount_minor, currency=code)


@command.command("allocate")
@operation_options
@note_options
@amount_option(required=False, text="At most so much.  [default: all that is left]")
@currency_option("the payment's")
@click.option("--invoice", metavar="INVOICE", help="Number or identifier.  [default: what is due first]")
@click.argument("payment", metavar="PAYMENT")
def allocate(
    place: Place, note: Note, *, as_json: bool, payment: str, amount: Decimal | None, currency: str | None,
    invoice: str | None,
) -> None:  # fmt: skip
    """Settle invoices with what is left of a payment.

    \b
    Example:
      ledgerscope payments allocate --company acme 0f3c... --invoice INV-000001 --amount 100
    """  # noqa: D301 - same
    with opened(place) as operations:
        payments = Payments(operations)
        own = accepted(payments.get(payment)).currency
        code = currency_of(currency, own, "the payment")
        wanted = None if invoice is None else invoice_of(operations, invoice)
        most = None if amount is None else minor_of(amount, code)
        done = accepted(payments.allocate(payment, wanted, note, limit_minor=most))
    show_result(done, as_json=as_json, currency=code)


@command.command("reverse")
@operation_options
@note_options
@amount_option(required=False, text="A part of it.  [default: the whole]")
@currency_option("the payment's")
@click.argument("payment", metavar="PAYMENT")
@click.argument("how", metavar="HOW", type=click.Choice(PAYMENT_REVERSALS))
def reverse(
    place: Place, note: Note, *, as_json: bool, payment: str, how: str, amount: Decimal | None,
    currency: str | None,
) -> None:  # fmt: skip
    """Record that a payment bounced, was charged_back or was refunded as a whole; invoices are open again.

    \b
    Example:
      ledgerscope payments reverse --company acme 0f3c... charged_back --amount 50
    """  # noqa: D301 - same
    with opened(place) as operations:
        payments = Payments(operations)
        code = currency_of(currency, accepted(payments.get(payment)).currency, "the payment")
        part = None if amount is None else minor_of(amount, code)
        done = accepted(payments.reverse(payment, how, note, amount_minor=part))
    show_result(done, as_json=as_json)


@command.command("refund")
@operation_options
@note_options
@amount_option()
@currency_option("the payment's")
@click.argument("payment", metavar="PAYMENT")
def refund(
    place: Place, note: Note, *, as_json: bool, payment: str, amount: Decimal, currency: str | None
) -> None:
    """Pay back money of a payment that settles nothing.

    \b
    Example:
      ledgerscope payments refund --company acme 0f3c... --amount 20.50
    """  # noqa: D301 - same
    with opened(place) as operations:
        payments = Payments(operations)
        code = currency_of(currency, accepted(payments.get(payment)).currency, "the payment")
        done = accepted(payments.refund(payment, minor_of(amount, code), note))
    show_result(done, as_json=as_json, currency=code)


@command.command("show")
@operation_options
@click.argument("payment", metavar="PAYMENT")
def show(place: Place, *, as_json: bool, payment: str) -> None:
    """Show one payment, and what is left of it.

    \b
    Example:
      ledgerscope payments show --company acme 0f3c...
    """  # noqa: D301 - same
    with opened(place) as operations:
        found = accepted(Payments(operations).get(payment))
    (show_json if as_json else show_record)(found)


@command.command("list")
@operation_options
@page_options
@customer_argument
def list_(place: Place, *, as_json: bool, customer: str, **asked: Any) -> None:
    """List the payments of a customer, the latest first.

    \b
    Example:
      ledgerscope payments list --company acme C-000001 --json
    """  # noqa: D301 - same
    with opened(place) as operations:
        page = accepted(Payments(operations).list(customer_of(operations, customer), ListSources(**asked)))
    columns = (
        Column("PAYMENT", "source_id"),
        Column("RECEIVED", "dated"),
        Column("AMOUNT", "amount_minor", money="currency"),
        Column("LEFT", "left_minor", money="currency"),
        Column("CUR", "currency"),
        Column("BACK", "reversal", long=True),
    )
    show_page(columns, page, page.sources, empty="no payments", as_json=as_json)
