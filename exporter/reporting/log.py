"""The log: structured lines on standard error, one per change of a collector's state.

`configure` is called once by the process; `Journal` compares what it sees with what it saw and says only
what is new, so an outage of any length costs one line per collector and change instead of one per attempt.
"""

from __future__ import annotations

import logging
import sys
from threading import Lock
from typing import TYPE_CHECKING

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


class Journal:
    """Writes what has changed about the collectors and the database since it last looked."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        self._log = log
        self._seen: dict[str, tuple[object, ...]] = {}
        self._isolated: dict[str, frozenset[str]] = {}
        self._database: bool | None = None
        self._lock = Lock()

    def note(self, page: Page, now: datetime) -> None:
        """Write a line for each collector in another state than before. Any thread may call.

        And one for each company that is isolated now or healthy again.
        """
        with self._lock:
            if page.database is not self._database:
                self._database = page.database
                self._log.log(logging.INFO if page.database else logging.ERROR, "database", up=page.database)
            for name, record in page.records.items():
                self._note(name, record, now)
                self._note_companies(name, record)

    def _note_companies(self, name: str, record: Record) -> None:
        before, now = self._isolated.get(name, frozenset()), frozenset(record.isolated)
        self._isolated[name] = now
        for company in sorted(now - before):
            reason = record.isolated[company]
            self._log.warning("company isolated", collector=name, company_id=company, reason=reason)
        for company in sorted(before - now):
            self._log.info("company healthy again", collector=name, company_id=company)

    def _note(self, name: str, record: Record, now: datetime) -> None:
        state = record.state(now)
        failure = record.last_failure if record.succeeded is False else None
        current = (state, failure.kind if failure else None, record.disabled)
        if self._seen.get(name) == current:
            return
        self._seen[name] = current
        details: dict[str, object] = {"collector": name, "state": state.value}
        if failure:
            details |= {"failure": failure.kind.value, "reason": failure.message}
        elif record.disabled:
            details |= {"reason": record.disabled}
        self._log.log(logging.WARNING if failure or record.disabled else logging.INFO, "collector", **details)
