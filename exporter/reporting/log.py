"""The log: structured lines on standard error, one per change.

`configure` is called once by the process; `Journal` compares what it sees with what it saw and writes only
what is new. Collectors that change in the same way at the same time share a line. So an outage of any length
costs one line when it begins and one when it ends, instead of one per collector and attempt.
"""

from __future__ import annotations

import logging
import sys
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import structlog

if TYPE_CHECKING:
    from datetime import datetime
    from typing import TextIO

    from structlog.typing import FilteringBoundLogger, Processor

    from exporter.settings.model import Log
    from exporter.state.collector_state import Record
    from exporter.state.page import Page

__all__ = ["Journal", "configure"]

_FOREIGN = {"uvicorn": logging.WARNING, "uvicorn.error": logging.WARNING, "apscheduler": logging.ERROR}
"""Libraries whose faults belong in our log; what is below that our own lines and counters say."""


def configure(log: Log, stream: TextIO | None = None) -> FilteringBoundLogger:
    """The process's logger, which also receives the warnings of the libraries."""
    level = logging.getLevelNamesMapping()[log.level.upper()]
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if log.format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    target = stream or sys.stderr
    _redirect(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=renderer), target)
    logger: FilteringBoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(target),
        processors=[*shared, structlog.processors.format_exc_info, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    return logger


def _redirect(formatter: logging.Formatter, stream: TextIO) -> None:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    for name, least in _FOREIGN.items():
        library = logging.getLogger(name)
        library.handlers = [handler]
        library.propagate = False
        library.setLevel(least)


class _Status(NamedTuple):
    """What a line says about collectors: the state of their values, and why they fail where they do."""

    state: str
    failure: str | None
    reason: str


class Journal:
    """Writes what has changed about the collectors and the database since it last looked."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        self._log = log
        self._seen: dict[str, tuple[object, ...]] = {}
        self._isolated: dict[str, frozenset[str]] = {}
        self._database: bool | None = None
        self._lock = Lock()

    def note(self, page: Page, now: datetime) -> None:
        """Write a line for collectors in another state than before. Any thread may call.

        And one for each company that is isolated now or healthy again.
        """
        with self._lock:
            if page.database is not self._database:
                self._database = page.database
                self._log.log(logging.INFO if page.database else logging.ERROR, "database", up=page.database)
            for change, names in self._changes(page, now).items():
                self._write(change, names)
            for name, record in page.records.items():
                self._note_companies(name, record)

    def _changes(self, page: Page, now: datetime) -> dict[_Status, list[str]]:
        """The collectors whose status is another than before, by their status now."""
        changes: dict[_Status, list[str]] = {}
        for name, record in page.records.items():
            failure = record.failure.kind.value if record.failure else None
            current = (record.state(now).value, failure, record.disabled)
            if self._seen.get(name) != current:
                self._seen[name] = current
                changes.setdefault(_Status(current[0], failure, record.reason), []).append(name)
        return changes

    def _write(self, status: _Status, names: list[str]) -> None:
        details = {"failure": status.failure, "reason": status.reason}
        self._log.log(
            logging.WARNING if status.reason else logging.INFO,
            "collectors",
            collectors=names,
            state=status.state,
            **{name: value for name, value in details.items() if value},
        )

    def _note_companies(self, name: str, record: Record) -> None:
        before, now = self._isolated.get(name, frozenset()), frozenset(record.isolated)
        self._isolated[name] = now
        for company in sorted(now - before):
            reason = record.isolated[company]
            self._log.warning("company isolated", collector=name, company_id=company, reason=reason)
        for company in sorted(before - now):
            self._log.info("company healthy again", collector=name, company_id=company)
