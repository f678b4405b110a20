"""The health tells what kind of failure there is to whoever may look; what a driver says is for the log."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exporter.exposition.text import Format
from exporter.http.index_page import index_page
from exporter.reporting.health import ApiHealth, Status, examine
from exporter.settings.policy import Policy
from exporter.state.collector_state import Missing, Outcome, Record
from exporter.state.failures import Failure, FailureClass
from exporter.state.page import Page
from exporter.state.snapshot import take
from tests.exporter.doubles import NOON

POLICY = Policy(timedelta(seconds=15), timedelta(seconds=22), timedelta(seconds=45), enabled=True)
SAID = 'connection to server at "db.internal" (10.1.2.3), port 5432 failed'
FRESH = Record("jobs", POLICY).after(Outcome("jobs", 0.1, take([], as_of=NOON, finished_at=NOON)))


def page(record: Record) -> Page:
    return Page({record.name: record}, dict.fromkeys(Format), database=True)  # type: ignore[arg-type]  # not shown


def failed(kind: FailureClass, message: str) -> Record:
    return FRESH.after(Outcome("jobs", 0.1, Failure(kind, message, NOON)))


@pytest.mark.parametrize("kind", [FailureClass.UNREACHABLE, FailureClass.INTERNAL])
def test_what_the_driver_says_is_not_shown(kind: FailureClass) -> None:
    health = examine(page(failed(kind, SAID)), NOON)
    shown = health.collectors["jobs"]
    assert shown.failure == kind.value
    assert shown.reason is not None
    assert shown.reason.endswith("the log has the reason")
    assert "db.internal" not in str(health) + index_page(health, "1")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (FRESH, None),
        (failed(FailureClass.TIMEOUT, "the server did not answer within 1 s"), "did not answer within 1 s"),
        (failed(FailureClass.PERMISSION, "permission denied for view job"), "permission denied for view job"),
        (FRESH.after(Missing("jobs", "job: there is no such view")), "there is no such view"),
    ],
)
def test_what_says_how_to_mend_it_is_shown(record: Record, reason: str | None) -> None:
    shown = examine(page(record), NOON).collectors["jobs"].reason
    assert (shown is None) if reason is None else (shown is not None and shown.endswith(reason))


@pytest.mark.parametrize(
    ("api", "status", "words"),
    [
        (None, Status.OK, "Database: answers."),
        (ApiHealth(None, None), Status.OK, "Database of the API: not asked yet."),
        (ApiHealth(True, None), Status.OK, "Database of the API: answers."),
        (
            ApiHealth(False, "unreachable"),
            Status.DEGRADED,
            "Database of the API: does not answer (unreachable).",
        ),
    ],
)
def test_the_database_of_the_api_is_a_part_by_itself(
    api: ApiHealth | None, status: Status, words: str
) -> None:
    health = examine(page(FRESH), NOON, api)
    assert (health.status, health.database, health.api) == (status, True, api)
    shown = index_page(health, "1")
    assert words in shown
    assert ("of the API" in shown) is (api is not None)


def test_the_api_alone_never_makes_the_exporter_fail() -> None:
    stale = examine(page(FRESH), NOON + timedelta(seconds=30), ApiHealth(False, "timeout"))
    assert stale.status is Status.DEGRADED
