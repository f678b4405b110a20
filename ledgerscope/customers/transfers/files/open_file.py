"""Opens a file of customers: finds out its format, encoding and delimiter, and gives its rows."""

from __future__ import annotations

import io
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from ledgerscope.customers.transfers.errors import Unreadable
from ledgerscope.customers.transfers.files.csv_rows import CsvRows
from ledgerscope.customers.transfers.files.encoding import Scan, scan
from ledgerscope.customers.transfers.files.json_rows import JsonRows
from ledgerscope.customers.transfers.problems import WARNING, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ledgerscope.customers.transfers.columns import Names
    from ledgerscope.customers.transfers.files.row import FileRow

__all__ = ["OpenFile", "format_of", "open_file"]

_BY_SUFFIX: Final = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv",
    ".json": "json", ".jsonl": "json", ".ndjson": "json",
    ".xlsx": "xlsx", ".xlsm": "xlsx",
}  # fmt: skip
_ZIP: Final = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class OpenFile:
    """Rows as they are read, how they are read, and what to say about the file; `expected` is an estimate."""

    rows: Iterable[FileRow]
    encoding: str | None
    delimiter: str | None
    expected: int
    warnings: list[Problem]


def format_of(path: Path) -> str:
    """The format: by the name of the file, or else by its first bytes; raises Unreadable."""
    known = _BY_SUFFIX.get(path.suffix.lower())
    if known is not None:
        return known
    try:
        with path.open("rb") as stream:
            begun = stream.read(64)
    except OSError as error:
        raise Unreadable(f"the file cannot be opened: {error.strerror}") from None
    if begun.startswith(_ZIP):
        return "xlsx"
    text = begun.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00")
    return "json" if text.startswith((b"[", b"{")) else "csv"


@contextmanager
def open_file(
    path: Path, file_format: str, names: Names, *, encoding: str | None, delimiter: str | None
) -> Iterator[OpenFile]:
    """The rows of a file, which is closed afterwards; raises Unreadable, also while rows are read."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise Unreadable(f"the file cannot be opened: {error.strerror}") from None
    with ExitStack() as stack:
        stack.enter_context(stream)
        yield _opened(stack, stream, file_format, names, encoding, delimiter)


def _opened(
    stack: ExitStack,
    stream: BinaryIO,
    file_format: str,
    names: Names,
    encoding: str | None,
    delimiter: str | None,
) -> OpenFile:
    if file_format == "xlsx":
        # Only whoever reads workbooks needs the library.
        from ledgerscope.customers.transfers.files.xlsx_rows import XlsxRows  # noqa: PLC0415

        if not stream.read(1):
            raise Unreadable("the file is empty")
        sheet = XlsxRows(stream, names)
        stack.callback(sheet.close)
        return OpenFile(sheet, None, None, sheet.expected, [*sheet.columns.warnings])
    begun = _first_sign(stream) if file_format == "json" else ""
    found = scan(stream, encoding, by_lines=begun != "[")
    text = stack.enter_context(io.TextIOWrapper(stream, encoding=found.encoding, newline=""))
    warnings = [_guess(found)] if found.guessed else []
    if file_format == "csv":
        table = CsvRows(text, names, delimiter)
        warnings += table.columns.warnings
        return OpenFile(table, found.encoding, table.delimiter, max(0, found.lines - 1), warnings)
    objects = JsonRows(text, names, warnings.append)
    rows = objects.array() if begun == "[" else objects.lines()
    return OpenFile(rows, found.encoding, None, found.lines, warnings)


def _first_sign(stream: BinaryIO) -> str:
    begun = stream.read(4096).lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
    return begun[:1].decode("latin-1")


def _guess(found: Scan) -> Problem:
    name = {"cp1252": "Windows-1252", "latin-1": "Latin-1"}[found.encoding]
    return Problem(
        0,
        "",
        f"is not UTF-8 and was read as {name}; if that is wrong, name the encoding: --encoding",
        WARNING,
    )
