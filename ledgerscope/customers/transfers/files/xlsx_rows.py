"""Rows of the first sheet of an XLSX workbook, once its parts are known to be harmless."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ledgerscope.customers.transfers.columns import Columns, Names
from ledgerscope.customers.transfers.errors import Unreadable
from ledgerscope.customers.transfers.files.row import FileRow
from ledgerscope.customers.transfers.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["XlsxRows"]

_MOST_PARTS: Final = 2_000
_LARGEST_PART: Final = 1 << 30
_LARGEST_KEPT_PART: Final = 64 << 20
"""What is not read row by row: texts that cells share, styles."""
_HIGHEST_RATIO: Final = 250
"""Sheets of nothing but equal rows are compressed to a hundredth."""
_SMALL: Final = 1 << 20
_LONGEST_CELL: Final = 32_767
_MOST_ROWS: Final = 1_048_576
_MOST_EMPTY: Final = 10_000
"""Rows between others."""
_FAULTS: Final = (
    zipfile.BadZipFile, InvalidFileException, ParseError, expat.ExpatError, KeyError, ValueError, TypeError,
    IndexError, AttributeError, EOFError, NotImplementedError, OverflowError,
)  # fmt: skip
"""What openpyxl and zipfile raise on files that are no workbooks."""


class _Doubtful(Exception):
    """A part that no spreadsheet writes so."""


class XlsxRows:
    """The header of the first sheet, read at once, and its rows, read as they are asked for."""

    def __init__(self, stream: BinaryIO, names: Names) -> None:
        _refuse_bombs(stream)
        try:
            book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            with suppress(AttributeError):  # only sheets that are read row by row have sizes to forget
                sheet.reset_dimensions()
            self.expected = 0
            self._rows = sheet.iter_rows(
                max_row=_MOST_ROWS, values_only=True
            )  # no most columns: it would fill up every row to them
            self.close = book.close
            header = self._header()
        except _FAULTS as error:
            raise Unreadable(f"the file is no workbook that can be read: {error}") from None
        self.columns = Columns.of(header, names)

    def __iter__(self) -> Iterator[FileRow]:
        """The rows without the empty ones at the end, of which sheets can have a million."""
        empty: list[FileRow] = []
        for number, cells in enumerate(self._cells(), 1):
            row = self._row(number, cells)
            if row.cells or row.problems:
                yield from empty
                empty = []
                yield row
            elif len(empty) < _MOST_EMPTY:
                empty.append(row)
            elif any(any(cell is not None for cell in cells) for cells in self._cells()):
                raise Unreadable(f"more than {_MOST_EMPTY:,} empty rows, and then others", number)

    def _cells(self) -> Iterator[tuple[Any, ...]]:
        number = 0
        try:
            for cells in self._rows:
                number += 1
                yield cells
        except _FAULTS as error:
            raise Unreadable(f"the sheet cannot be read on: {error}", number + 1) from None

    def _header(self) -> list[str]:
        for cells in self._rows:
            header = ["" if cell is None else str(cell) for cell in cells]
            while header and not header[-1].strip():
                header.pop()
            if header:
                return header
        raise Unreadable("the sheet has no header: it is empty")

    def _row(self, number: int, cells: tuple[Any, ...]) -> FileRow:
        width = self.columns.width
        if any(cell is not None for cell in cells[width:]):
            told = f"has more cells than the header, which has {width}"
            return FileRow(number, problems=(Problem(number, "", told),))
        found = {field: cells[place] for place, field in self.columns.fields if place < len(cells)}
        if all(cell is None for cell in found.values()):
            return FileRow(number)
        return FileRow(number, {field: "" if cell is None else cell for field, cell in found.items()})


def _refuse_bombs(stream: BinaryIO) -> None:
    """Raise Unreadable unless every part is of a size and a make that can be read in little memory.

    The sizes are those of the archive's directory; the reader gives out no byte more than they say.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            _check_parts(archive.infolist())
            for part in archive.infolist():
                if part.filename.endswith((".xml", ".rels", ".vml")):
                    _check_xml(archive, part)
    except _Doubtful as doubt:
        raise Unreadable(f"the workbook {doubt}") from None
    except expat.ExpatError as error:
        raise Unreadable(f"the workbook holds XML that cannot be read: {error}") from None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Unreadable(f"the file is no workbook that can be read: {error}") from None
    stream.seek(0)


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > _MOST_PARTS:
        raise _Doubtful(f"has {len(parts):,} parts; at most {_MOST_PARTS:,}")
    if len({part.filename for part in parts}) != len(parts):
        raise _Doubtful("has a part twice")
    for part in parts:
        _check_size(part)


def _check_size(part: zipfile.ZipInfo) -> None:
    size = part.file_size
    most = _LARGEST_PART if "/worksheets/" in part.filename else _LARGEST_KEPT_PART
    if size > most:
        raise _Doubtful(f"has a part of {size:,} bytes ({part.filename}); at most {most:,}")
    if size > _SMALL and size > _HIGHEST_RATIO * max(1, part.compress_size):
        raise _Doubtful(
            f"has a part that grows from {part.compress_size:,} to {size:,} bytes ({part.filename})"
        )


def _check_xml(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuse declared entities, which can multiply, and texts longer than a cell may be."""
    parser, length = expat.ParserCreate(), 0

    def declared(*_: object) -> None:
        raise _Doubtful(f"declares a document type ({part.filename})")

    def text(piece: str) -> None:
        nonlocal length
        length += len(piece)
        if length > _LONGEST_CELL:
            raise _Doubtful(f"has a cell of more than {_LONGEST_CELL:,} characters ({part.filename})")

    def tag(*_: object) -> None:
        nonlocal length
        length = 0

    parser.StartDoctypeDeclHandler = declared
    if part.filename.endswith("sharedStrings.xml") or "/worksheets/" in part.filename:
        parser.CharacterDataHandler = text
        parser.StartElementHandler = tag
    with archive.open(part) as content:
        parser.ParseFile(cast("Any", content))
