"""How the bytes of a file are text: one pass over it decides, a megabyte at a time."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import BinaryIO, Final

from ledgerscope.customers.transfers.errors import Unreadable

__all__ = ["LONGEST_LINE", "Scan", "scan"]

LONGEST_LINE: Final = 1 << 20
"""Characters of a line, or of an object of a JSON array, with its end."""
_BLOCK: Final = 1 << 20
_SAMPLE: Final = 1 << 16
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC: Final = {
    b"PK\x03\x04": "a ZIP archive, as XLSX files are",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "compressed with gzip",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ": "compressed with xz",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"\x7fELF": "a program",
    b"\xd0\xcf\x11\xe0": "an old Office document (XLS, DOC); save it as XLSX or CSV",
    b"SQLite format 3": "a SQLite database",
}
_CONTROLS: Final = bytes(sorted({*range(32)} - set(b"\t\n\v\f\r\x1b")))
_MOST_CONTROLS: Final = 0.05
_FEW_CONTROLS: Final = 8
_NOT_IN_1252: Final = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


@dataclass(frozen=True, slots=True)
class Scan:
    """The encoding, whether it is a guess, and how many lines there are."""

    encoding: str
    guessed: bool
    lines: int
    sample: bytes


def scan(stream: BinaryIO, wanted: str | None, *, by_lines: bool) -> Scan:
    """Look at a whole file; raises Unreadable for what is no text, or has an endless line if `by_lines`.

    A file without a mark is UTF-8 if all of it is, else Windows-1252, or Latin-1 where bytes of it are
    none of Windows-1252.
    """
    stream.seek(0)
    sample = stream.read(_SAMPLE)
    if not sample:
        raise Unreadable("the file is empty")
    marked = next((name for mark, name in _MARKS if sample.startswith(mark)), None)
    if wanted is None and marked is None:
        _refuse_binary(sample)
    stream.seek(0)
    utf_8, in_1252, lines, open_line = codecs.getincrementaldecoder("utf-8")(), True, 0, 0
    is_utf_8 = True
    while block := stream.read(_BLOCK):
        ends = block.count(b"\n") or block.count(b"\r")
        if by_lines:
            open_line = _line_left_open(block, open_line, lines)
        lines += ends
        in_1252 = in_1252 and _NOT_IN_1252.search(block) is None
        is_utf_8 = is_utf_8 and _goes_on(utf_8, block)
    is_utf_8 = is_utf_8 and _goes_on(utf_8, b"", final=True)
    stream.seek(0)
    sure = wanted or marked or ("utf-8" if is_utf_8 else None)
    return Scan(sure or ("cp1252" if in_1252 else "latin-1"), sure is None, lines, sample)


def _refuse_binary(sample: bytes) -> None:
    for magic, what in _MAGIC.items():
        if sample.startswith(magic):
            raise Unreadable(f"the file is no text: it is {what}")
    if sample.count(0) * 3 > len(sample):
        raise Unreadable(
            "the file looks like UTF-16 without a byte order mark; name it: --encoding utf-16-le"
        )
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls >= _FEW_CONTROLS and controls > _MOST_CONTROLS * len(sample):
        raise Unreadable("the file is no text: it is full of control characters")


def _line_left_open(block: bytes, before: int, lines: int) -> int:
    """How long the line is that the block leaves open; `before` is what the blocks before left."""
    first = max(block.find(b"\n"), block.find(b"\r"))
    length = before + (len(block) if first < 0 else first)
    if length > LONGEST_LINE * 4:  # bytes of the longest line, in any encoding
        raise Unreadable(f"line {lines + 1} has more than {LONGEST_LINE:,} characters")
    return length if first < 0 else len(block) - 1 - max(block.rfind(b"\n"), block.rfind(b"\r"))


def _goes_on(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True
