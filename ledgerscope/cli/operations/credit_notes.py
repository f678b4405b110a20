"""`ledgerscope credit-notes`: credit for customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledgerscope.cli.exits import WrongUsage
from ledgerscope.cli.operations.amounts import amount_option, currency_of, currency_option, minor_of
from ledgerscope.cli.operations.paging import page_options
from ledgerscope.cli.operations.references import (
    currency_of_customer,
    customer_argument,
    customer_of,
    invoice_of,
)
from ledgerscope.cli.operations.session import accepted, note_options, opened, operation_options
from ledgerscope.cli.operations.shown import Column, show_json, show_page, show_record, show_result
from ledgerscope.customers.receivables.operations import CreditNotes, ListSources, NewCreditNote

if TYPE_CHECKING:
    from decimal import Decimal

    from ledgerscope.cli.operations.session import Place
    from ledgerscope.customers.operations import Note

__all__ = ["command"]


@click.group("credit-notes")
def command() -> None:
    """Credit notes: issue, allocate to invoices, pay out, list.

    CUSTOMER is a customer number or an identifier, NOTE a number, as CN-000001, or an identifier.

    \b
    Examples:
      ledgerscope credit-notes issue --company acme C-000001 --amount 90 --reason "delivered late"
      ledgerscope credit-notes list  --company acme C-000001
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


@command.command("issue")
@operation_options
@note_options
@amount_option()
@currency_option()
@click.option("--invoice", metavar="INVOICE", help="Number or identifier of what it is set against at once.")
@click.option("--number", help="[default: the next of the series]")
@customer_argument
def issue(
    place: Place, note: Note, *, as_json: bool, customer: str, amount: Decimal, currency: str | None,
    invoice: str | None, number: str | None,
) -> None:  # fmt: skip
    """Give credit, for the reason of --reason, which stands on the credit note.

    \b
    Example:
      ledgerscope credit-notes issue --company acme C-000001 --amount 90 --reason late --invoice INV-000001
    """  # noqa: D301 - same
    if note.reason is None:
        raise WrongUsage('--reason: a credit note needs one, as --reason "delivered late"')
    with opened(place) as operations:
        customer_id = customer_of(operations, customer)
        code = currency_of(currency, currency_of_customer(operations, customer_id))
        new = NewCreditNote(
            customer_id=customer_id, amount_minor=minor_of(amount, code), reason=note.reason, currency=code,
            number=number, invoice_id=None if invoice is None else invoice_of(operations, invoice),
        )  # fmt: skip
        done = accepted(CreditNotes(operations).issue(new, note))
    show_result(done, as_json=as_json, amount_minor=new.amount_minor, currency=code)


@command.command("allocate")
@operation_options
@note_options
@amount_option(required=False, text="At most so much.  [default: all that is left]")
@currency_option("the credit note's")
@click.option("--invoice", metavar="INVOICE", help="Number or identifier.  [default: what is due first]")
@click.argument("reference", metavar="NOTE")
def allocate(
    place: Place, note: Note, *, as_json: bool, reference: str, amount: Decimal | None, currency: str | None,
    invoice: str | None,
) -> None:  # fmt: skip
    """Settle invoices with what is left of a credit note.

    \b
    Example:
      ledgerscope credit-notes allocate --company acme CN-000001 --invoice INV-000001
    """  # noqa: D301 - same
    with opened(place) as operations:
        notes = CreditNotes(operations)
        note_id = accepted(notes.identify(reference))
        code = currency_of(currency, accepted(notes.get(note_id)).currency, "the credit note")
        wanted = None if invoice is None else invoice_of(operations, invoice)
        most = None if amount is None else minor_of(amount, code)
        done = accepted(notes.allocate(note_id, wanted, note, limit_minor=most))
    show_result(done, as_json=as_json, currency=code)


@command.command("refund")
@operation_options
@note_options
@amount_option()
@currency_option("the credit note's")
@click.argument("reference", metavar="NOTE")
def refund(
    place: Place, note: Note, *, as_json: bool, reference: str, amount: Decimal, currency: str | None
) -> None:
    """Pay out credit that settles nothing.

    \b
    Example:
      ledgerscope credit-notes refund --company acme CN-000001 --amount 20
    """  # noqa: D301 - same
    with opened(place) as operations:
        notes = CreditNotes(operations)
        note_id = accepted(notes.identify(reference))
        code = currency_of(currency, accepted(notes.get(note_id)).currency, "the credit note")
        done = accepted(notes.refund(note_id, minor_of(amount, code), note))
    show_result(done, as_json=as_json, currency=code)


@command.command("show")
@operation_options
@click.argument("reference", metavar="NOTE")
def show(place: Place, *, as_json: bool, reference: str) -> None:
    """Show one credit note, and what is left of it.

    \b
    Example:
      ledgerscope credit-notes show --company acme CN-000001
    """  # noqa: D301 - same
    with opened(place) as operations:
        notes = CreditNotes(operations)
        found = accepted(notes.get(accepted(notes.identify(reference))))
    (show_json if as_json else show_record)(found)


@command.command("list")
@operation_options
@page_options
@customer_argument
def list_(place: Place, *, as_json: bool, customer: str, **asked: Any) -> None:
    """List the credit notes of a customer, the latest first.

    \b
    Example:
      ledgerscope credit-notes list --company acme C-000001
    """  # noqa: D301 - same
    with opened(place) as operations:
        customer_id = customer_of(operations, customer)
        page = accepted(CreditNotes(operations).list(customer_id, ListSources(**asked)))
    columns = (
        Column("NUMBER", "number"),
        Column("ISSUED ON", "dated"),
        Column("AMOUNT", "amount_minor", money="currency"),
        Column("LEFT", "left_minor", money="currency"),
        Column("CUR", "currency"),
        Column("REASON", "reason", long=True),
    )
    show_page(columns, page, page.sources, empty="no credit notes", as_json=as_json)
