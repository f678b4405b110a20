"""`ledgerscope sync`: synchronisation of customers with their outside systems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from ledgerscope.cli.operations.paging import page_options
from ledgerscope.cli.operations.references import customer_argument, customer_of, numbers_of
from ledgerscope.cli.operations.session import accepted, note_options, opened, operation_options
from ledgerscope.cli.operations.shown import Column, show_done, show_json, show_page, show_record
from ledgerscope.cli.operations.sync_worker import run
from ledgerscope.customers.sync import (
    MOST_CUSTOMERS,
    ListRuns,
    ListSchedules,
    ListWorkflows,
    RequestedMany,
    Syncs,
)
from ledgerscope.store.tables.values import OUTCOMES, SYNC_FREQUENCIES, SYNC_STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.cli.operations.session import Place
    from ledgerscope.customers import Refused
    from ledgerscope.customers.operations import Note
    from ledgerscope.customers.sync import SyncDone

__all__ = ["command"]

_SCHEDULES: Final = (
    Column("NUMBER", "customer_number"),
    Column("EVERY", "frequency"),
    Column("STATUS", "status"),
    Column("NEXT (UTC)", "next_due_at"),
    Column("SUCCESS (UTC)", "last_success_at"),
    Column("LAST ERROR", "last_error_class", long=True),
)
_RUNS: Final = (
    Column("STARTED (UTC)", "started_at"),
    Column("TRIGGER", "trigger"),
    Column("OUTCOME", "outcome"),
    Column("ERROR", "error_class", long=True),
    Column("CALLS", "api_calls", number=True),
    Column("RECORDS", "records", number=True),
)
_WORKFLOWS: Final = (
    Column("ID", "workflow_id"),
    Column("NAME", "name", long=True),
    Column("STATE", "state"),
    Column("TRIGGERS", "triggers", long=True),
    Column("CHANGED (UTC)", "changed_at"),
)
_PAGE: Final = 500


@click.group("sync")
def command() -> None:
    """Synchronise customers with their outside systems, by schedule or at once.

    CUSTOMER is a customer number, as C-000001, or an identifier. `run` is the worker; the other commands say
    what it does and show what came of it.

    \b
    Examples:
      ledgerscope sync schedule --company acme C-000001 daily
      ledgerscope sync run      --company acme --company bolt
      ledgerscope sync status   --company acme C-000001
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


@command.command("schedule")
@operation_options
@note_options
@customer_argument
@click.argument("frequency", type=click.Choice(SYNC_FREQUENCIES))
def schedule(place: Place, note: Note, *, as_json: bool, customer: str, frequency: str) -> None:
    """Synchronise a customer hourly, daily or weekly; the first time also at once.

    \b
    Example:
      ledgerscope sync schedule --company acme C-000001 daily
    """  # noqa: D301 - same
    _change(place, customer, lambda syncs, found: syncs.schedule(found, frequency, note), as_json=as_json)


@command.command("pause")
@operation_options
@note_options
@customer_argument
def pause(place: Place, note: Note, *, as_json: bool, customer: str) -> None:
    """Synchronise a customer no more until it is resumed; what runs goes on.

    \b
    Example:
      ledgerscope sync pause --company acme C-000001 --reason "their maintenance"
    """  # noqa: D301 - same
    _change(place, customer, lambda syncs, found: syncs.pause(found, note), as_json=as_json)


@command.command("resume")
@operation_options
@note_options
@customer_argument
def resume(place: Place, note: Note, *, as_json: bool, customer: str) -> None:
    """Go on with a customer that was paused.

    \b
    Example:
      ledgerscope sync resume --company acme C-000001
    """  # noqa: D301 - same
    _change(place, customer, lambda syncs, found: syncs.resume(found, note), as_json=as_json)


@command.command("now")
@operation_options
@note_options
@click.argument("customers", metavar="[CUSTOMER]...", nargs=-1)
@click.option("--all", "everybody", is_flag=True, help="All customers that are synchronised and not paused.")
def now(place: Place, note: Note, *, as_json: bool, customers: tuple[str, ...], everybody: bool) -> None:
    """Let the worker synchronise customers at once.

    \b
    Examples:
      ledgerscope sync now --company acme C-000001 C-000002
      ledgerscope sync now --company acme --all
    """  # noqa: D301 - same
    if everybody == bool(customers):
        raise click.UsageError("name customers, or give --all")
    if everybody and note.key is not None:
        raise click.UsageError("--key goes with customers that are named")
    with opened(place) as operations:
        syncs = Syncs(operations)
        if len(customers) == 1:
            done = accepted(syncs.request_now(customer_of(operations, customers[0]), note))
            show_done(done, as_json=as_json)
            return
        named = [customer_of(operations, each) for each in customers] or [*_everybody(syncs)]
        result = RequestedMany([], [], [])
        for start in range(0, len(named), MOST_CUSTOMERS):
            part = accepted(syncs.request_many(named[start : start + MOST_CUSTOMERS], note))
            result = RequestedMany(
                result.requested + part.requested,
                result.already + part.already,
                result.left_out + part.left_out,
            )
    if as_json:
        show_json(result)
    else:
        click.echo(
            f"{len(result.requested)} due now, {len(result.already)} were so already, "
            f"{len(result.left_out)} are paused or not synchronised"
        )


@command.command("status")
@operation_options
@customer_argument
def status(place: Place, *, as_json: bool, customer: str) -> None:
    """Show the schedule of a customer, its figures and its health score.

    \b
    Example:
      ledgerscope sync status --company acme C-000001
    """  # noqa: D301 - same
    with opened(place) as operations:
        syncs, found = Syncs(operations), customer_of(operations, customer)
        schedule, health = accepted(syncs.status(found)), accepted(syncs.health(found))
    if as_json:
        show_json({"schedule": schedule, "health": health})
        return
    show_record(schedule)
    show_record(health.figures)
    score = "-" if health.score is None else f"{health.score:.2f}"
    click.echo(f"health score {score}{', which is low' if health.is_low else ''}")


@command.command("list")
@operation_options
@click.option("--status", type=click.Choice(SYNC_STATUSES))
@page_options
def list_(place: Place, *, as_json: bool, **asked: Any) -> None:
    """List schedules, page by page.

    \b
    Example:
      ledgerscope sync list --company acme --status error
    """  # noqa: D301 - same
    with opened(place) as operations:
        page = accepted(Syncs(operations).list(ListSchedules(**asked)))
    show_page(_SCHEDULES, page, page.schedules, empty="no customers are synchronised", as_json=as_json)


@command.command("runs")
@operation_options
@click.argument("customer", metavar="[CUSTOMER]", required=False)
@click.option("--outcome", type=click.Choice(OUTCOMES))
@page_options
def runs(place: Place, *, as_json: bool, customer: str | None, **asked: Any) -> None:
    """List runs of a customer, or of all, newest first.

    \b
    Example:
      ledgerscope sync runs --company acme C-000001 --outcome failure
    """  # noqa: D301 - same
    with opened(place) as operations:
        wanted = None if customer is None else customer_of(operations, customer)
        page = accepted(Syncs(operations).runs(ListRuns(customer_id=wanted, **asked)))
        numbers = numbers_of(operations, (each.customer_id for each in page.runs))
    number = Column("NUMBER", lambda each: numbers[each.customer_id])
    columns = _RUNS if wanted else (_RUNS[0], number, *_RUNS[1:])
    show_page(columns, page, page.runs, empty="no runs match", as_json=as_json)


@command.command("workflows")
@operation_options
@customer_argument
@click.option("--state", help="In this state only, as Active.")
@click.option("--gone", is_flag=True, help="List workflows that are gone, too.")
@page_options
def workflows(place: Place, *, as_json: bool, customer: str, **asked: Any) -> None:
    """List the workflows of a customer, as the last success met them.

    \b
    Example:
      ledgerscope sync workflows --company acme C-000001 --state Active
    """  # noqa: D301 - same
    with opened(place) as operations:
        found = customer_of(operations, customer)
        page = accepted(Syncs(operations).workflows(found, ListWorkflows(**asked)))
    show_page(_WORKFLOWS, page, page.workflows, empty="no workflows match", as_json=as_json)


command.add_command(run)


def _everybody(syncs: Syncs) -> Iterator[str]:
    cursor = None
    while True:
        page = accepted(syncs.list(ListSchedules(limit=_PAGE, cursor=cursor)))
        yield from (each.customer_id for each in page.schedules)
        if (cursor := page.next_cursor) is None:
            return


def _change(
    place: Place, customer: str, act: Callable[[Syncs, str], SyncDone | Refused], *, as_json: bool
) -> None:
    with opened(place) as operations:
        done = accepted(act(Syncs(operations), customer_of(operations, customer)))
    show_done(done, as_json=as_json)
