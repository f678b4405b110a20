"""`ledgerscope events`: what has happened in a company."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import click

from ledgerscope.cli.operations.dates import INSTANT
from ledgerscope.cli.operations.references import customer_of, numbers_of
from ledgerscope.cli.operations.session import accepted, opened, operation_options
from ledgerscope.cli.operations.shown import Column, as_plain, show_json, show_record, show_table
from ledgerscope.customers.amounts import amount_words
from ledgerscope.customers.events import Events, ListEvents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledgerscope.cli.operations.session import Place
    from ledgerscope.customers.events import EventView
    from ledgerscope.customers.operations import Operations
    from ledgerscope.store.records import Id

__all__ = ["command"]

_COLUMNS: Final = (
    Column("ID", "event_id", number=True),
    Column("AT (UTC)", "timestamp"),
    Column("EVENT", "event_type"),
    Column("CUSTOMER", "customer"),
    Column("WHAT", "what", long=True, whole=True),
)


class _Shown:
    """An event as a row of the table."""

    def __init__(self, event: EventView, numbers: Mapping[Id, str] = MappingProxyType({})) -> None:
        self.event_id = event.event_id
        self.timestamp = event.timestamp
        self.event_type = event.event_type
        self.customer_id = event.customer_id
        self.customer = None if event.customer_id is None else numbers.get(event.customer_id)
        self.what = " ".join(str(value) for value in _facts(event).values())


def _facts(event: EventView) -> dict[str, object]:
    """What an event says, with its amount in major units."""
    facts = dict(event.metadata)
    minor, currency = facts.pop("amount_minor", None), facts.get("currency")
    if minor is None or currency is None:
        return facts
    del facts["currency"]
    return {"amount": amount_words(minor, currency), **facts}


@click.group("events")
def command() -> None:
    """Business events: what has happened, in the order in which it happened.

    Each event was written in the transaction of the change that it tells of; counters are read from them.

    \b
    Examples:
      ledgerscope events list --company acme --type CustomerCreated
      ledgerscope events list --company acme --follow --json
      ledgerscope events show --company acme 4711
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


@command.command("list")
@operation_options
@click.option("--type", "event_type", metavar="TYPE", help="The type of event, as CustomerCreated.")
@click.option("--customer", metavar="CUSTOMER", help="The number or identifier of a customer.")
@click.option("--since", type=INSTANT, metavar="INSTANT", help="As 2026-03-01T12:00+00:00, or later.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@click.option("--before", type=int, metavar="ID", help="Where to go on: printed below the page before.")
@click.option("--follow", is_flag=True, help="Go on with new events as they happen, until Ctrl-C.")
@click.option(
    "--every", type=click.FloatRange(0.1), default=1.0, show_default=True, help="Seconds, with --follow."
)
def list_(
    place: Place, *, as_json: bool, customer: str | None, follow: bool, every: float, **asked: Any
) -> None:
    """List events, newest first; with --follow oldest first, one on a line.

    With --follow and --json each line is an object.

    \b
    Example:
      ledgerscope events list --company acme --since 2026-03-01T00:00+01:00 --json
    """  # noqa: D301 - same
    with opened(place) as operations:
        customer_id = None if customer is None else customer_of(operations, customer)
        wanted = ListEvents(customer_id=customer_id, **asked)
        if follow:
            _follow(operations, wanted, every, as_json=as_json)
            return
        page = accepted(Events(operations).list(wanted))
        numbers = numbers_of(operations, (each.customer_id for each in page.events if each.customer_id))
    if as_json:
        show_json(page)
        return
    show_table(_COLUMNS, [_Shown(each, numbers) for each in page.events], empty="no events match")
    if page.next is not None:
        click.echo(f"\nmore: --before {page.next}")


@command.command("show")
@operation_options
@click.argument("event_id", metavar="ID", type=int)
def show(place: Place, *, as_json: bool, event_id: int) -> None:
    """Show one event with all that it says.

    \b
    Example:
      ledgerscope events show --company acme 4711
    """  # noqa: D301 - same
    with opened(place) as operations:
        found = accepted(Events(operations).get(event_id))
    if as_json:
        show_json(found)
    else:
        show_record(replace(found, metadata=_facts(found)))


def _follow(operations: Operations, wanted: ListEvents, every: float, *, as_json: bool) -> None:
    events = Events(operations)
    try:
        page = accepted(events.list(wanted))
        shown = page.events[::-1]
        last = shown[-1].event_id if shown else 0
        while True:
            for event in shown:
                click.echo(_as_json(event) if as_json else _as_line(event))
            last = shown[-1].event_id if shown else last
            if len(shown) < wanted.limit:
                time.sleep(every)
            shown = accepted(events.list(replace(wanted, after=last, before=None))).events
    except KeyboardInterrupt:
        return


def _as_json(event: EventView) -> str:
    return json.dumps(as_plain(event), ensure_ascii=False)


def _as_line(event: EventView) -> str:
    row = _Shown(event)
    at = f"{row.timestamp:%Y-%m-%dT%H:%M:%SZ}"
    return f"{row.event_id} {at} {row.event_type} {row.customer_id or '-'} {row.what}"
