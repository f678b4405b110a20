"""`ledgerscope write-offs`: debts that are given up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledgerscope.cli.operations.amounts import amount_option, currency_of, currency_option, minor_of
from ledgerscope.cli.operations.paging import page_options
from ledgerscope.cli.operations.references import customer_argument, customer_of, invoice_of
from ledgerscope.cli.operations.session import accepted, note_options, opened, operation_options
from ledgerscope.cli.operations.shown import Column, show_page, show_result
from ledgerscope.customers.receivables.operations import Invoices, ListSources, WriteOffs
from ledgerscope.store.tables.values import WRITE_OFF_REVERSAL_REASONS

if TYPE_CHECKING:
    from decimal import Decimal

    from ledgerscope.cli.operations.session import Place
    from ledgerscope.customers.operations import Note

__all__ = ["command"]


@click.group("write-offs")
def command() -> None:
    """Write-offs: give up what is open of an invoice, let it stand again, list.

    \b
    Examples:
      ledgerscope write-offs create --company acme INV-000001 --approved-by user-4 --reason insolvent
      ledgerscope write-offs list   --company acme C-000001
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


@command.command("create")
@operation_options
@note_options
@click.option("--approved-by", required=True, metavar="ACTOR", help="The identifier of whoever allowed it.")
@click.argument("invoice", metavar="INVOICE")
def create(place: Place, note: Note, *, as_json: bool, invoice: str, approved_by: str) -> None:
    """Give up what is open of an invoice; needs --reason.

    \b
    Example:
      ledgerscope write-offs create --company acme INV-000001 --approved-by user-4 --reason insolvent
    """  # noqa: D301 - same
    with opened(place) as operations:
        invoice_id = invoice_of(operations, invoice)
        code = accepted(Invoices(operations).get(invoice_id)).currency
        done = accepted(WriteOffs(operations).write_off(invoice_id, note, approved_by=approved_by))
    show_result(done, as_json=as_json, currency=code)


@command.command("reverse")
@operation_options
@note_options
@amount_option(required=False, text="A part of it.  [default: the whole]")
@currency_option("the write-off's")
@click.argument("write_off", metavar="WRITE-OFF")
@click.argument("why", metavar="WHY", type=click.Choice(WRITE_OFF_REVERSAL_REASONS))
def reverse(
    place: Place, note: Note, *, as_json: bool, write_off: str, why: str, amount: Decimal | None,
    currency: str | None,
) -> None:  # fmt: skip
    """Let a debt stand again: it was given up in error, or is recovered.

    \b
    Example:
      ledgerscope write-offs reverse --company acme 0f3c... recovered --amount 100
    """  # noqa: D301 - same
    with opened(place) as operations:
        write_offs = WriteOffs(operations)
        code = currency_of(currency, accepted(write_offs.get(write_off)).currency, "the write-off")
        part = None if amount is None else minor_of(amount, code)
        done = accepted(write_offs.reverse(write_off, why, note, amount_minor=part))
    show_result(done, as_json=as_json)


@command.command("list")
@operation_options
@page_options
@customer_argument
def list_(place: Place, *, as_json: bool, customer: str, **asked: Any) -> None:
    """List the write-offs of a customer, the latest first; VALUE is what has not been taken back.

    \b
    Example:
      ledgerscope write-offs list --company acme C-000001
    """  # noqa: D301 - same
    with opened(place) as operations:
        page = accepted(WriteOffs(operations).list(customer_of(operations, customer), ListSources(**asked)))
    columns = (
        Column("WRITE-OFF", "source_id"),
        Column("DATE", "dated"),
        Column("VALUE", "value_minor", money="currency"),
        Column("CUR", "currency"),
        Column("REASON", "reason", long=True),
    )
    show_page(columns, page, page.sources, empty="no write-offs", as_json=as_json)
