"""`ledgerscope analytics`: how the company deals with its customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from ledgerscope.cli.operations.dates import as_of_option
from ledgerscope.cli.operations.references import customer_argument, customer_of, numbers_of
from ledgerscope.cli.operations.session import accepted, opened, operation_options
from ledgerscope.cli.operations.shown import Column, show_json, show_record, show_table
from ledgerscope.customers.analytics import Analytics
from ledgerscope.store.tables.values import SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ledgerscope.cli.operations.session import Place

__all__ = ["command"]

_RECENT: Final = (
    Column("AT (UTC)", "at"),
    Column("TYPE", "type"),
    Column("STATUS", "status"),
    Column("SUBJECT", "subject", long=True),
)
_TIMELINE: Final = (
    Column("DAY", "day"),
    Column("INTERACTIONS", lambda each: f"{each.interactions:,}", number=True),
    Column("CUSTOMERS", lambda each: f"{each.customers:,}", number=True),
)
_SIZES: Final = (
    Column("SEGMENT", "segment"),
    Column("CUSTOMERS", lambda each: f"{each.customers:,}", number=True),
)
_QUIET: Final = "no interactions"


@click.group("analytics")
def command() -> None:
    """Analytics of a customer, a segment and the company, now or as of an instant.

    Days, weeks and months are calendar periods in the time zone of the company.

    \b
    Examples:
      ledgerscope analytics customer  --company acme C-000001
      ledgerscope analytics segment   --company acme premium --days 7
      ledgerscope analytics dashboard --company acme
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


@command.command("customer")
@operation_options
@as_of_option
@click.option("--recent", type=click.IntRange(1, 20), default=5, show_default=True, help="Latest so many.")
@customer_argument
def customer(place: Place, *, as_json: bool, customer: str, as_of: datetime | None, recent: int) -> None:
    """Show one customer: interactions by type and status, segments, the latest interactions.

    \b
    Example:
      ledgerscope analytics customer --company acme C-000001 --recent 10
    """  # noqa: D301 - same
    with opened(place) as operations:
        found = accepted(
            Analytics(operations).customer(customer_of(operations, customer), as_of, recent=recent)
        )
    if as_json:
        show_json(found)
        return
    names = [each.segment for each in found.segments]
    _show_head(found, ("segments", "recent", "recent_next"), segments=names)
    show_table(_RECENT, found.recent or (), empty=_QUIET)


@command.command("segment")
@operation_options
@as_of_option
@click.option(
    "--days", type=click.IntRange(7, 365), default=30, show_default=True, help="Days of the timeline."
)
@click.argument("segment", metavar="SEGMENT", type=click.Choice(SEGMENTS))
def segment(place: Place, *, as_json: bool, segment: str, as_of: datetime | None, days: int) -> None:
    """Show a segment, with a timeline by day.

    \b
    Example:
      ledgerscope analytics segment --company acme premium --days 14
    """  # noqa: D301 - same
    with opened(place) as operations:
        found = accepted(Analytics(operations).segment(segment, as_of, timeline_days=days))
    if as_json:
        show_json(found)
        return
    _show_head(found, ("timeline",))
    show_table(_TIMELINE, found.timeline or (), empty=_QUIET)


@command.command("summary")
@operation_options
@as_of_option
def summary(place: Place, *, as_json: bool, as_of: datetime | None) -> None:
    """Show all customers of the company, and what was done with them.

    \b
    Example:
      ledgerscope analytics summary --company acme --json
    """  # noqa: D301 - same
    with opened(place) as operations:
        found = accepted(Analytics(operations).summary(as_of))
    if as_json:
        show_json(found)
        return
    _show_head(found, ("segments",))
    show_table(_SIZES, found.segments, empty="no segments")


@command.command("dashboard")
@operation_options
@as_of_option
def dashboard(place: Place, *, as_json: bool, as_of: datetime | None) -> None:
    """Show interactions of the day, the week and the month, the largest segments, the latest activity.

    \b
    Example:
      ledgerscope analytics dashboard --company acme
    """  # noqa: D301 - same
    with opened(place) as operations:
        found = accepted(Analytics(operations).dashboard(as_of))
        numbers = numbers_of(operations, (each.customer_id for each in found.recent_activity))
    if as_json:
        show_json(found)
        return
    _show_head(found, ("top_segments", "recent_activity", "recent_next"))
    show_table(_SIZES, found.top_segments, empty="nobody is in a segment")
    click.echo()
    columns = (
        Column("AT (UTC)", "at"),
        Column("CUSTOMER", lambda each: numbers[each.customer_id]),
        Column("NAME", "customer_name", long=True),
        Column("TYPE", "type"),
        Column("STATUS", "status"),
    )
    show_table(columns, found.recent_activity, empty=_QUIET)


@command.command("segments")
@operation_options
@as_of_option
def segments(place: Place, *, as_json: bool, as_of: datetime | None) -> None:
    """Show every segment and how many customers are in it, the largest first.

    \b
    Example:
      ledgerscope analytics segments --company acme
    """  # noqa: D301 - same
    with opened(place) as operations:
        found = accepted(Analytics(operations).summary(as_of)).segments
    if as_json:
        show_json(found)
    else:
        show_table(_SIZES, found, empty="no segments")


def _show_head(found: Any, without: Sequence[str], **more: object) -> None:
    """The figures themselves, before the tables."""
    shown = {name: getattr(found, name) for name in found.__slots__ if name not in without}
    show_record(shown | more)
    click.echo()
