"""The rows of a file, some hundreds at a time, each read into values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.lifecycle.fields import check_fields
from ledgerscope.customers.transfers.columns import Names
from ledgerscope.customers.transfers.errors import Unreadable
from ledgerscope.customers.transfers.files import FileRow, open_file
from ledgerscope.customers.transfers.problems import WARNING, Problem, from_refused
from ledgerscope.customers.transfers.rows import WantedRow
from ledgerscope.customers.transfers.seen import Seen
from ledgerscope.customers.transfers.values import read_values

if TYPE_CHECKING:
    from collections.abc import Generator

    from ledgerscope.customers.transfers.request import ImportCustomers

__all__ = ["CHUNK_ROWS", "Chunk", "Reading"]

CHUNK_ROWS: Final = 1_000
"""Written together: so many rows others may have to wait for, and at most so many are done again."""
_NO_ROWS: Final = Problem(0, "", "has no rows, only a header or nothing but blanks", WARNING)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows that follow each other, and the hash of all rows of the file up to the last of them."""

    rows: tuple[WantedRow, ...]
    until: int
    rows_hash: bytes


class Reading:
    """One pass through a file; what is found out about the file as a whole is known when the pass ends."""

    def __init__(self, asked: ImportCustomers, file_format: str) -> None:
        self._asked = asked
        self.format = file_format
        self.encoding: str | None = None
        self.delimiter: str | None = None
        self.rows = 0
        self.warnings: tuple[Problem, ...] = ()
        self.broken: Problem | None = None
        """Why the file cannot be read, or not to its end."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Those of the file as a whole."""
        return self.warnings if self.broken is None else (*self.warnings, self.broken)

    def chunks(self, done: int = 0) -> Generator[Chunk]:
        """All rows, `CHUNK_ROWS` at a time; a chunk ends with row `done`, where an earlier run stopped."""
        asked = self._asked
        try:
            with (
                open_file(
                    asked.path, self.format, Names(asked.mapping), encoding=asked.encoding,
                    delimiter=asked.delimiter,
                ) as opened,
                Seen() as seen,
            ):  # fmt: skip
                self.encoding, self.delimiter = opened.encoding, opened.delimiter
                digest, waiting = sha256(), list[FileRow]()
                try:
                    for row in opened.rows:
                        self.rows = row.no
                        digest.update(repr((row.cells, row.problems)).encode("utf-8", "surrogatepass"))
                        waiting.append(row)
                        if len(waiting) == CHUNK_ROWS or row.no == done:
                            yield self._chunk(waiting, seen, digest.digest())
                            waiting = []
                except (Unreadable, OSError) as error:
                    self.broken = _cut_short(_broken(error, self.rows))
                if waiting:
                    yield self._chunk(waiting, seen, digest.digest())
                self.warnings = (*opened.warnings, *(() if self.rows or self.broken else (_NO_ROWS,)))
        except (Unreadable, OSError) as error:
            self.broken = _broken(error, None)

    def _chunk(self, rows: list[FileRow], seen: Seen, rows_hash: bytes) -> Chunk:
        return Chunk(_wanted(rows, seen, clear=self._asked.clear), rows[-1].no, rows_hash)


def _broken(error: Unreadable | OSError, read: int | None) -> Problem:
    """The problem of a file that was read up to a row; None: not even opened."""
    if isinstance(error, Unreadable):
        return Problem(error.row, error.field, error.reason)
    return Problem(0 if read is None else read + 1, "", f"the file cannot be read: {error.strerror}")


def _cut_short(broken: Problem) -> Problem:
    return replace(broken, message=f"{broken.message}; the file was not read any further")


def _wanted(rows: list[FileRow], seen: Seen, *, clear: bool) -> tuple[WantedRow, ...]:
    wanted = [_read(row, clear=clear) for row in rows]
    repeated = seen.add((row.external_id, row.no) for row in wanted if row.external_id is not None)
    return tuple(
        row
        if row.no not in repeated
        else _without_id(
            row,
            Problem(row.no, "external_id", f"row {repeated[row.no]} has it already", value=row.external_id),
        )
        for row in wanted
    )


def _read(row: FileRow, *, clear: bool) -> WantedRow:
    values, problems = read_values(row.no, row.cells, clear=clear)
    read = WantedRow(row.no, values, (*row.problems, *problems))
    if "external_id" not in values:
        return read
    if values["external_id"] is None:
        return WantedRow(row.no, {n: v for n, v in values.items() if n != "external_id"}, read.problems)
    fault = check_fields({"external_id": read.external_id}, currencies=(), channels=())
    return read if fault is None else _without_id(read, from_refused(row.no, fault, read.external_id))


def _without_id(row: WantedRow, problem: Problem) -> WantedRow:
    """A row that names nobody: its external id cannot be looked for, or names a customer of another row."""
    values = {name: value for name, value in row.values.items() if name != "external_id"}
    return WantedRow(row.no, values, (*row.problems, problem))
