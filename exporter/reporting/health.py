"""How the exporter is, for people and for orchestrators: per collector, for the database, and in one word.

Pure: from a page and an instant to a report that HTTP shows as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003  # the web framework reads the annotations
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from exporter.state.collector_state import State
from exporter.state.failures import FailureClass

if TYPE_CHECKING:
    from exporter.state.collector_state import Record
    from exporter.state.page import Page

__all__ = ["ApiHealth", "CollectorHealth", "Health", "Status", "examine"]


class Status(StrEnum):
    """`degraded`: something is missing, late or failing. `failing`: nothing that should be served can be."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class CollectorHealth:
    """One collector: the state of its values, their age in seconds, and why it fails where it does.

    `misplaced_events` have a label value that the catalogue does not know, so no counter holds them.
    `isolated_companies` are those whose values are left out, each with the reason.
    """

    state: State
    up: bool | None
    age_seconds: float | None
    as_of: datetime | None
    samples: int
    duration_seconds: float | None
    consecutive_failures: int
    misplaced_events: int
    isolated_companies: dict[str, str]
    failure: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class ApiHealth:
    """The API, whose login is another: whether the database answers it, and what kind of failure it is.

    `database` is None before the database was asked for the first time, `failure` where there is none.
    """

    database: bool | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class Health:
    """The whole exporter. `database` is None before the database was asked for the first time.

    `database` is that of the collectors. `api` is None where the API is not set up.
    """

    status: Status
    database: bool | None
    api: ApiHealth | None
    collectors: dict[str, CollectorHealth]


def examine(page: Page, now: datetime, api: ApiHealth | None = None) -> Health:
    """The health that a page shows at `now`, and the API with it."""
    collectors = {name: _collector(record, now) for name, record in page.records.items()}
    wanted = [collectors[name] for name, record in page.records.items() if record.policy.enabled]
    status = _status(wanted, page.database)
    if status is Status.OK and api is not None and api.database is False:
        status = Status.DEGRADED
    return Health(status, page.database, api, collectors)


def _status(wanted: list[CollectorHealth], database: bool | None) -> Status:  # a page's field
    if database and all(one.state is State.FRESH and one.up and not one.isolated_companies for one in wanted):
        return Status.OK
    served = any(one.state in {State.FRESH, State.STALE} for one in wanted)
    return Status.DEGRADED if served else Status.FAILING


def _collector(record: Record, now: datetime) -> CollectorHealth:
    slot, served = record.slot, record.served(now)
    return CollectorHealth(
        state=record.state(now),
        up=record.succeeded,
        age_seconds=(now - slot.as_of).total_seconds() if slot else None,
        as_of=slot.as_of if slot else None,
        samples=served.samples if served else 0,
        duration_seconds=record.duration,
        consecutive_failures=record.consecutive,
        misplaced_events=record.misplaced,
        isolated_companies=dict(record.isolated),
        failure=record.failure.kind.value if record.failure else None,
        reason=_shown_reason(record) or None,
    )


def _shown_reason(record: Record) -> str:
    """The reason for whoever may look: what a driver says names hosts, and a fault may repeat a value."""
    failure = record.failure
    if record.disabled or failure is None:
        return record.disabled
    return _WORDS.get(failure.kind, failure.message)


_WORDS: Final = {
    FailureClass.UNREACHABLE: "no connection to the database; the log has the reason",
    FailureClass.INTERNAL: "a fault of the program; the log has the reason",
}
"""What is said in place of the reason of a failure of this kind."""
