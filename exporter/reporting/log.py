"""The log of the exporter: structured lines, one per change.

`configure` is called once by the process; `Journal` compares what it sees with what it saw and writes only
what is new. Collectors that change in the same way at the same time share a line. So an outage of any length
costs one line when it begins and one when it ends, instead of one per collector and attempt.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from ledgerscope.logs import LogTo, get_logger, open_log

if TYPE_CHECKING:
    from datetime import datetime
    from typing import TextIO

    from structlog.typing import FilteringBoundLogger

    from exporter.settings.model import Log
    from exporter.state.collector_state import Record
    from exporter.state.page import Page

__all__ = ["Journal", "configure", "destination"]


def configure(log: Log, stream: TextIO | None = None) -> FilteringBoundLogger:
    """The process's logger, whose lines go to the stream (standard error) and to the files that are set.

    The lines of the operations and the warnings of the libraries go there too. Raises OSError.
    """
    open_log(destination(log, stream or sys.stderr))
    return get_logger("exporter")


def destination(log: Log, stream: TextIO | None) -> LogTo:
    """Where the settings want the lines of a process that has this stream for them, or none."""
    return LogTo(
        level=log.level, format=log.format, stream=stream, file=Path(log.file) if log.file else None,
        retention=log.retention, error_retention=log.error_retention,
    )  # fmt: skip


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
