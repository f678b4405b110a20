"""Rows of a CSV file (RFC 4180, with the delimiter that it uses)."""

from __future__ import annotations

import csv
import re
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, TextIO

from ledgerscope.customers.transfers.columns import Columns, Names
from ledgerscope.customers.transfers.errors import Unreadable
from ledgerscope.customers.transfers.files.lines import bounded_lines
from ledgerscope.customers.transfers.files.row import FileRow
from ledgerscope.customers.transfers.guard import unguarded
from ledgerscope.customers.transfers.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DELIMITERS", "CsvRows"]

DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_TRIED_LINES: Final = 20
_STATED: Final = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
"""A first line that some spreadsheets write."""
_ENDLESS: Final = "field larger than field limit"
_OPEN: Final = "unexpected end of data"


class CsvRows:
    """The header of a file, read at once, and its rows, read as they are asked for."""

    def __init__(self, text: TextIO, names: Names, delimiter: str | None) -> None:
        lines = bounded_lines(text)
        first = [*islice(lines, _TRIED_LINES)]
        if first and (stated := _STATED.fullmatch(first[0])):
            first, delimiter = first[1:], delimiter or stated[1]
        self.delimiter = delimiter or _detect(first, names)
        self._reader = csv.reader(chain(first, lines), delimiter=self.delimiter, strict=True)
        self.columns = Columns.of(self._header(), names)

    def __iter__(self) -> Iterator[FileRow]:
        number = 0
        while True:
            number += 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._broken(number, str(error))
                continue
            except Unreadable as error:
                raise Unreadable(error.reason, number) from None
            yield self._row(number, cells)

    def _header(self) -> list[str]:
        try:
            for cells in self._reader:
                if any(cell.strip() for cell in cells):
                    return cells
        except csv.Error as error:
            raise Unreadable(f"the header cannot be read: {error}") from None
        raise Unreadable("the file has no header: it holds only empty lines")

    def _row(self, number: int, cells: list[str]) -> FileRow:
        if not any(cells):
            return FileRow(number)
        width = self.columns.width
        if len(cells) != width:
            told = f"has {len(cells)} fields where the header has {width}"
            return FileRow(number, problems=(Problem(number, "", told),))
        return FileRow(number, {field: unguarded(cells[place]) for place, field in self.columns.fields})

    def _broken(self, number: int, error: str) -> FileRow:
        if error.startswith(_ENDLESS):
            most = csv.field_size_limit()
            raise Unreadable(
                f"a field has more than {most:,} characters; is a quotation mark left open?", number
            )
        told = "the file ends inside quotation marks" if error.startswith(_OPEN) else f"is no CSV: {error}"
        return FileRow(number, problems=(Problem(number, "", told),))


def _detect(lines: list[str], names: Names) -> str:
    """The delimiter that makes most fields of the header, then the most even rows."""
    return max(DELIMITERS, key=lambda delimiter: _merit(lines, names, delimiter))


def _merit(lines: list[str], names: Names, delimiter: str) -> tuple[int, int, int]:
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return (0, 0, 0)
    width = len(rows[0]) if rows else 0
    even = sum(len(row) == width for row in rows) if width > 1 else 0
    return (names.known(rows[0]) if rows else 0, even, width)
