"""`ledgerscope aging`: snapshots of what customers owe, by days past due."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import click

from ledgerscope.cli.exits import WrongUsage
from ledgerscope.cli.operations.amounts import currency_of
from ledgerscope.cli.operations.dates import DAY
from ledgerscope.cli.operations.paging import page_options
from ledgerscope.cli.operations.references import customer_argument, customer_of, numbers_of
from ledgerscope.cli.operations.session import accepted, note_options, opened, operation_options
from ledgerscope.cli.operations.shown import (
    Column,
    amount_number,
    show_json,
    show_page,
    show_result,
    show_table,
)
from ledgerscope.customers.aging import Agings, RefreshAging
from ledgerscope.domain.aging import BUCKETS, UNALLOCATED
from ledgerscope.store.tables.values import AGING_TRIGGERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.cli.operations.session import Place
    from ledgerscope.customers.aging import AccountAging
    from ledgerscope.customers.operations import Note

__all__ = ["command"]

_SNAPSHOTS: Final = (
    Column("DAY", "as_of"),
    Column("ACCOUNTS", lambda each: f"{each.accounts:,}", number=True),
    Column("TRIGGER", "trigger"),
    Column("REFRESHED (UTC)", "refreshed_at"),
)


@click.group("aging")
def command() -> None:
    """Aging snapshots: keep one, show it, list the days that are kept, follow a customer.

    \b
    Examples:
      ledgerscope aging refresh --company acme
      ledgerscope aging show    --company acme
      ledgerscope aging history --company acme C-000001 --from 2026-01-01
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


@command.command("refresh")
@operation_options
@note_options
@click.option("--day", type=DAY, metavar="DAY", help="[default: today]")
@click.option("--trigger", type=click.Choice(AGING_TRIGGERS), default="on_demand", show_default=True)
def refresh(place: Place, note: Note, *, as_json: bool, day: date | None, trigger: str) -> None:
    """Keep what all customers owe at the end of a day; a second refresh of a day replaces the first.

    \b
    Example:
      ledgerscope aging refresh --company acme --day 2026-10-31 --trigger scheduled
    """  # noqa: D301 - same
    with opened(place) as operations:
        done = accepted(Agings(operations).refresh(RefreshAging(trigger, day), note))
    show_result(done, as_json=as_json)


@command.command("show")
@operation_options
@page_options
@click.option("--day", type=DAY, metavar="DAY", help="[default: the latest that is kept]")
def show(place: Place, *, as_json: bool, day: date | None, **asked: Any) -> None:
    """Show a snapshot: what each customer owes, by days past due, and CREDIT not yet allocated.

    \b
    Example:
      ledgerscope aging show --company acme --limit 20
    """  # noqa: D301 - same
    with opened(place) as operations:
        page = accepted(Agings(operations).accounts(day, **asked))
        numbers = numbers_of(operations, (each.customer_id for each in page.accounts))
    if not as_json:
        refreshed = f"{page.snapshot.refreshed_at:%Y-%m-%d %H:%M}"
        click.echo(f"at the end of {page.snapshot.as_of}, refreshed {refreshed} UTC\n")
    first = Column("CUSTOMER", lambda each: numbers[each.customer_id])
    show_page(
        (first, *_amounts()), page, page.accounts, empty="nobody owes anything, and nothing is unallocated",
        as_json=as_json,
    )  # fmt: skip


@command.command("list")
@operation_options
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@click.option("--before", type=DAY, metavar="DAY", help="Where to go on: printed below the page before.")
def list_(place: Place, *, as_json: bool, limit: int, before: date | None) -> None:
    """List the snapshots that are kept, the latest day first.

    \b
    Example:
      ledgerscope aging list --company acme --limit 12
    """  # noqa: D301 - same
    with opened(place) as operations:
        page = accepted(Agings(operations).snapshots(before=before, limit=limit))
    show_page(
        _SNAPSHOTS, page, page.snapshots, empty="no snapshots", as_json=as_json, more="--before",
        follows=page.next_before,
    )  # fmt: skip


@command.command("history")
@operation_options
@click.option("--from", "since", type=DAY, metavar="DAY", help="The first day.  [default: the earliest]")
@click.option("--to", "until", type=DAY, metavar="DAY", help="The last day.  [default: the latest]")
@click.option("--currency", metavar="CODE", help="ISO 4217, as EUR.  [default: all]")
@customer_argument
def history(
    place: Place,
    *,
    as_json: bool,
    customer: str,
    since: date | None,
    until: date | None,
    currency: str | None,
) -> None:
    """Show what a customer owed in the snapshots of a span of days, oldest first.

    \b
    Example:
      ledgerscope aging history --company acme C-000001 --from 2026-01-01 --to 2026-12-31
    """  # noqa: D301 - same
    first, last = since or date.min, until or date.max
    if first > last:
        raise WrongUsage(f"--from: {first} is after --to {last}; the first day comes first")
    wanted = None if currency is None else currency_of(currency, currency)
    with opened(place) as operations:
        customer_id = customer_of(operations, customer)
        found = accepted(Agings(operations).history(customer_id, first, last))
    kept = [each for each in found if wanted in {None, each.currency}]
    if as_json:
        show_json(kept)
    else:
        show_table(
            (Column("DAY", "as_of"), *_amounts()), kept, empty="nothing was owed on the days that are kept"
        )


def _amounts() -> tuple[Column, ...]:
    return (
        Column("CUR", "currency"),
        *(Column(name.upper(), _bucket(name), number=True) for name, _ in BUCKETS),
        Column("CREDIT", _bucket(UNALLOCATED), number=True),
    )


def _bucket(name: str) -> Callable[[AccountAging], str]:
    return lambda account: amount_number(account.buckets[name], account.currency)
