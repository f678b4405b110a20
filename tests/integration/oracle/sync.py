"""Synchronisation with outside systems."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from tests.integration.oracle.values import INSTANT, Row, Values, total

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.integration.oracle.moment import Moment

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
INTERVALS: Final = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(days=7)}


def runs_of(now: Moment, schedule: Row) -> list[Row]:
    rows = [row for row in now.company.of("sync_run") if row.customer_id == schedule.customer_id]
    return sorted(rows, key=lambda row: row.started_at)


def ended(now: Moment, rows: Sequence[Row], outcome: str) -> list[Row]:
    return [row for row in rows if row.outcome == outcome and row.finished_at <= now.t]


def last_success(now: Moment) -> Values:
    began = [row.started_at for row in ended(now, now.company.of("sync_run"), "success")]
    return {(): Fraction((max(began) - EPOCH) // INSTANT, 1_000_000)} if began else {}


def has_moved(now: Moment, schedule: Row) -> bool:
    """Whether the last run began or ended after the instant."""
    last = runs_of(now, schedule)[-1:]
    return any(
        row.started_at > now.t or (row.finished_at is not None and row.finished_at > now.t) for row in last
    )


def counted_from(now: Moment, schedule: Row) -> datetime | None:
    """The begin of the last success, else of the first run, else when a schedule without runs was made."""
    runs = runs_of(now, schedule)
    if has_moved(now, schedule):
        successes = [row.started_at for row in ended(now, runs, "success")]
        success = max(successes, default=None)
    else:
        success = schedule.last_success_at
    begun = [row.started_at for row in runs if row.started_at <= now.t]
    made = schedule.next_due_at if schedule.last_attempt_at is None else None
    found: datetime | None = success or (begun[0] if begun else made)
    return found


def first_turn(now: Moment, schedule: Row) -> str | None:
    turns = [
        row
        for row in now.company.of("event")
        if row.event_type in {"SyncPaused", "SyncResumed"}
        if row.customer_id == schedule.customer_id and row.occurred_at > now.t
    ]
    first = min(turns, key=lambda row: (row.occurred_at, row.event_id), default=None)
    return None if first is None else str(first.event_type)


def status_of(now: Moment, schedule: Row) -> str:
    turn = first_turn(now, schedule)
    if turn == "SyncResumed" or (turn is None and schedule.status == "paused"):
        return "paused"
    if turn is None and not has_moved(now, schedule):
        return str(schedule.status)
    runs = runs_of(now, schedule)
    since = max((row.finished_at for row in ended(now, runs, "success")), default=EPOCH)
    failures = [
        row for row in ended(now, runs, "failure") if row.error_class != "stopped" and row.finished_at > since
    ]
    return "error" if len(failures) >= 3 else "active"


def standing(now: Moment) -> Iterator[tuple[str, bool]]:
    """The status of each customer, and whether two intervals have passed."""
    existing = {row.customer_id for row in now.existing}
    for schedule in now.company.of("sync_schedule"):
        since = counted_from(now, schedule)
        if schedule.customer_id in existing and since is not None and since <= now.t:
            late = now.t - since > 2 * INTERVALS[schedule.frequency]
            yield status_of(now, schedule), late


def overdue(now: Moment) -> Values:
    return {(): sum(late for status, late in standing(now) if status != "paused")}


def customers_by_sync_status(now: Moment) -> Values:
    return total(((status,), 1) for status, _ in standing(now))
