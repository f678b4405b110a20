"""A log in files of one day each, of which the oldest go.

The date is part of the name and lines are appended whole, so that several processes can share the files.
The handler of the standard library renames a file that others may still have open, and the second of two
processes to do so removes what the first has kept.
"""

from __future__ import annotations

import logging
import os
import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["DailyFiles"]

_MODE = 0o640


class DailyFiles(logging.Handler):
    """Writes to `name-2026-03-10.log` for the path `name.log`; the day is that of the record, in UTC.

    Files of days that are `days` or more in the past are removed when a new day begins. Raises OSError where
    the folder cannot be made or the first file not be opened; later failures are reported as `logging` does.
    """

    def __init__(self, path: Path, days: int, level: int = logging.NOTSET) -> None:
        super().__init__(level)
        self._path = path
        self._days = days
        self._day: date | None = None
        self._file = -1
        path.parent.mkdir(parents=True, exist_ok=True)
        self._open(datetime.now(UTC).date())

    def emit(self, record: logging.LogRecord) -> None:
        """Append one line."""
        try:
            line = self.format(record).encode("utf-8", "backslashreplace") + b"\n"
            day = datetime.fromtimestamp(record.created, UTC).date()
            if day != self._day:
                self._open(day)
            os.write(self._file, line)
        except Exception:  # noqa: BLE001 - as every handler: what cannot be written breaks nothing
            self.handleError(record)

    def close(self) -> None:
        """Close the file."""
        with self.lock:  # type: ignore[union-attr] # made by the constructor
            self._close()
        super().close()

    def file_of(self, day: date) -> Path:
        """The file that lines of a day are in."""
        return self._path.with_name(f"{self._path.stem}-{day.isoformat()}{self._path.suffix}")

    def _open(self, day: date) -> None:
        opened = os.open(self.file_of(day), os.O_WRONLY | os.O_APPEND | os.O_CREAT, _MODE)
        self._close()
        self._file, self._day = opened, day
        self._remove_before(day - timedelta(days=self._days - 1))

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _remove_before(self, first: date) -> None:
        stem, suffix = re.escape(self._path.stem), re.escape(self._path.suffix)
        pattern = re.compile(rf"{stem}-(\d{{4}}-\d\d-\d\d){suffix}")
        for file in self._path.parent.iterdir():
            found = pattern.fullmatch(file.name)
            if found is not None and found[1] < first.isoformat():
                file.unlink(missing_ok=True)  # another process may have been quicker
