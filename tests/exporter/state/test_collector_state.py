"""What is known about a collector follows from its runs, and its state from the time that is asked about."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collectors.base import Reading
from exporter.settings.policy import Policy
from exporter.state.collector_state import Missing, Outcome, Record, State
from exporter.state.failures import Failure, FailureClass
from exporter.state.snapshot import Slot, take
from ledgerscope.catalogue import jobs
from tests.exporter.doubles import NOON

POLICY = Policy(timedelta(seconds=15), timedelta(seconds=22.5), timedelta(seconds=45))
NEW = Record("jobs", POLICY)


def slot(value: float = 1.0) -> Slot:
    return take([Reading(jobs.QUEUE_DEPTH, ("acme", "q"), value)], as_of=NOON, finished_at=NOON)


def succeeded(record: Record = NEW) -> Record:
    return record.after(Outcome("jobs", 0.25, slot(), rebases=2))


def failed(kind: FailureClass, record: Record = NEW) -> Record:
    return record.after(Outcome("jobs", 0.5, Failure(kind, "why", NOON)))


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (-1, State.FRESH),
        (0, State.FRESH),
        (22.4, State.FRESH),
        (22.5, State.STALE),
        (44.9, State.STALE),
        (45, State.EXPIRED),
        (10**9, State.EXPIRED),
    ],
)
def test_values_go_from_fresh_to_stale_to_expired_by_age_alone(age: float, expected: State) -> None:
    now = NOON + timedelta(seconds=age)
    assert succeeded().state(now) is expected
    assert (succeeded().served(now) is None) == (expected is State.EXPIRED)


def test_before_the_first_success_values_are_pending_whatever_happens() -> None:
    assert NEW.state(NOON) is State.PENDING
    assert failed(FailureClass.TIMEOUT).state(NOON) is State.PENDING
    assert NEW.expires_at is None


def test_a_success_is_remembered_with_its_duration_and_ends_the_row_of_failures() -> None:
    record = succeeded(failed(FailureClass.TIMEOUT, failed(FailureClass.DATA)))
    assert (record.succeeded, record.duration, record.rebases) == (True, 0.25, 2)
    assert record.consecutive == 0
    assert (record.failures[FailureClass.TIMEOUT], record.failures[FailureClass.DATA]) == (1, 1)


def test_a_failure_keeps_the_values_and_counts_itself() -> None:
    record = failed(FailureClass.UNREACHABLE, failed(FailureClass.TIMEOUT, succeeded()))
    assert record.slot is not None
    assert (record.succeeded, record.consecutive, record.duration) == (False, 2, 0.5)
    assert sum(record.failures.values()) == 2


@pytest.mark.parametrize("kind", FailureClass)
def test_what_only_a_change_in_the_database_resolves_disables(kind: FailureClass) -> None:
    disabling = kind in {FailureClass.PERMISSION, FailureClass.SCHEMA}
    record = failed(kind, succeeded())
    assert (record.state(NOON) is State.DISABLED) == disabling
    assert (record.served(NOON) is None) == disabling
    assert succeeded(record).state(NOON) is State.FRESH


def test_a_disabled_collector_stays_disabled_while_the_database_is_away() -> None:
    lacking = NEW.after(Missing("jobs", "job_run does not exist"))
    away = failed(FailureClass.UNREACHABLE, lacking)
    assert (lacking.state(NOON), away.state(NOON)) == (State.DISABLED, State.DISABLED)
    assert away.disabled == "job_run does not exist"


def test_skipping_is_counted() -> None:
    assert NEW.skip().skip().skipped == 2


def test_the_isolated_companies_are_those_of_the_run_that_is_served() -> None:
    isolated = take([], as_of=NOON, finished_at=NOON, isolated={"acme": "zone Mars/Olympus is unknown"})
    record = NEW.after(Outcome("jobs", 0.25, isolated))
    assert NEW.isolated == {}
    assert record.isolated == {"acme": "zone Mars/Olympus is unknown"}
    assert failed(FailureClass.TIMEOUT, record).isolated == record.isolated, "its values are still served"
    assert succeeded(record).isolated == {}
