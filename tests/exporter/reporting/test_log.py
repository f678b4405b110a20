"""The log says each change once, in the form that is set, and never a secret."""

from __future__ import annotations

import io
import json
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import structlog

from exporter.reporting.log import Journal, configure
from exporter.settings.model import Log
from exporter.settings.policy import Policy
from exporter.state.collector_state import Missing, Outcome, Record
from exporter.state.failures import Failure, FailureClass
from exporter.state.page import Publisher
from exporter.state.snapshot import take
from tests.exporter.doubles import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator

POLICY = Policy(timedelta(seconds=15), timedelta(seconds=20), timedelta(seconds=45))


@pytest.fixture(autouse=True)
def libraries_as_they_were() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("ledgerscope", "uvicorn", "uvicorn.error", "apscheduler")]
    before = [(each.handlers, each.propagate, each.level) for each in loggers]
    yield
    for each, (handlers, propagate, level) in zip(loggers, before, strict=True):
        each.handlers, each.propagate = handlers, propagate
        each.setLevel(level)


def failed(kind: FailureClass, message: str = "why") -> Outcome:
    return Outcome("jobs", 0.1, Failure(kind, message, NOON, answered=kind is not FailureClass.UNREACHABLE))


def test_only_changes_are_written() -> None:
    seen = structlog.testing.LogCapture()
    journal = Journal(structlog.wrap_logger(None, processors=[seen]))
    publisher = Publisher([Record("jobs", POLICY)])
    away, slow = failed(FailureClass.UNREACHABLE), failed(FailureClass.TIMEOUT)
    for event in (away, away, away, slow, slow, Missing("jobs", "job_run does not exist")):
        journal.note(publisher.report([event], NOON), NOON)
    written = [
        (entry.get("failure"), entry.get("reason"))
        for entry in seen.entries
        if entry["event"] == "collectors"
    ]
    assert written == [("unreachable", "why"), ("timeout", "why"), (None, "job_run does not exist")]
    assert [entry["up"] for entry in seen.entries if entry["event"] == "database"] == [False, True]


def test_collectors_that_fail_for_the_same_reason_share_a_line() -> None:
    seen = structlog.testing.LogCapture()
    journal = Journal(structlog.wrap_logger(None, processors=[seen]))
    publisher = Publisher([Record(name, POLICY) for name in ("jobs", "aging", "churn")])
    away = Failure(FailureClass.UNREACHABLE, "connection refused", NOON, answered=False)
    slow = Failure(FailureClass.TIMEOUT, "too slow", NOON)
    events = [Outcome("jobs", 0.1, away), Outcome("aging", 0.1, slow), Outcome("churn", 0.1, away)]
    journal.note(publisher.report(events, NOON), NOON)
    written = [(one["collectors"], one["reason"]) for one in seen.entries if one["event"] == "collectors"]
    assert written == [(["jobs", "churn"], "connection refused"), (["aging"], "too slow")]


def isolating(**companies: str) -> Outcome:
    return Outcome("jobs", 0.1, take([], as_of=NOON, finished_at=NOON, isolated=companies))


def test_a_company_is_written_when_it_is_isolated_and_when_it_is_healthy_again() -> None:
    seen = structlog.testing.LogCapture()
    journal = Journal(structlog.wrap_logger(None, processors=[seen]))
    publisher = Publisher([Record("jobs", POLICY)])
    zone, due = "zone Mars/Olympus is unknown", "due_on of invoice 7 is infinite"
    for event in (
        isolating(),
        isolating(acme=zone),
        isolating(acme=zone, zenith=due),
        failed(FailureClass.TIMEOUT),
        isolating(acme=f"{zone} again", zenith=due),
        isolating(zenith=due),
        isolating(zenith=due),
    ):
        journal.note(publisher.report([event], NOON), NOON)
    companies = [entry for entry in seen.entries if entry["event"].startswith("company")]
    assert [(entry["event"], entry["company_id"], entry.get("reason")) for entry in companies] == [
        ("company isolated", "acme", zone),
        ("company isolated", "zenith", due),
        ("company healthy again", "acme", None),
    ]
    assert {entry["collector"] for entry in companies} == {"jobs"}
    assert [entry["log_level"] for entry in companies] == ["warning", "warning", "info"]


def test_lines_are_json_where_a_machine_reads_them() -> None:
    stream = io.StringIO()
    configure(Log(format="json"), stream).info("collector", collector="jobs")
    line = json.loads(stream.getvalue())
    assert (line["level"], line["message"], line["context"]) == ("info", "collector", {"collector": "jobs"})
    assert line["timestamp"].endswith("Z")


def test_lines_below_the_level_are_not_written() -> None:
    stream = io.StringIO()
    log = configure(Log(level="warning"), stream)
    log.info("quiet")
    log.warning("loud")
    assert "quiet" not in stream.getvalue()
    assert "loud" in stream.getvalue()


def test_warnings_of_the_web_server_are_in_the_same_log() -> None:
    stream = io.StringIO()
    configure(Log(format="json"), stream)
    logging.getLogger("uvicorn.error").warning("odd request")
    logging.getLogger("uvicorn.error").info("chatter")
    assert json.loads(stream.getvalue())["message"] == "odd request"
