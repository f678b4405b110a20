"""Rows of a JSON file: an array of objects, or one object on each line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TextIO

from ledgerscope.customers.transfers.columns import Names, unknown
from ledgerscope.customers.transfers.errors import Unreadable
from ledgerscope.customers.transfers.files.encoding import LONGEST_LINE
from ledgerscope.customers.transfers.files.lines import bounded_lines
from ledgerscope.customers.transfers.files.row import FileRow
from ledgerscope.customers.transfers.problems import Problem
from ledgerscope.text.json_numbers import whole_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["JsonRows"]

_BLOCK: Final = 1 << 16
_BLANK: Final = "\ufeff \t\r\n"
_MOST_UNKNOWN: Final = 100
_DEEP: Final = "is nested too deeply"


class _Repeated(ValueError):
    """An object that has a key twice."""


class JsonRows:
    """The objects of a file, read as they are asked for."""

    def __init__(self, text: TextIO, names: Names, on_unknown: Callable[[Problem], object]) -> None:
        self._text = text
        self._names = names
        self._on_unknown = on_unknown
        self._told: set[str] = set()
        self._decoder = json.JSONDecoder(
            object_pairs_hook=_once, parse_constant=_no_number, parse_int=whole_number
        )

    def lines(self) -> Iterator[FileRow]:
        """One object on each line; a line that is none is a problem of its own."""
        number = 0
        try:
            for number, line in enumerate(bounded_lines(self._text), 1):
                text = line.strip()
                yield self._read_line(number, text) if text else FileRow(number)
        except Unreadable as error:
            raise Unreadable(error.reason, number + 1) from None

    def array(self) -> Iterator[FileRow]:
        """The objects of one array; nothing can be read beyond a mistake in its syntax."""
        buffer = _Buffer(self._text)
        buffer.skip("[")
        number = 0
        while True:
            number += 1
            sign = buffer.peek()
            if sign == "]" and number == 1:
                buffer.skip("]")
                break
            yield self._object(number, self._element(number, buffer))
            sign = buffer.peek()
            if sign not in {",", "]"}:
                found = repr(sign) if sign else "the end of the file"
                raise Unreadable(f"after the object comes {found} instead of a comma or ]", number + 1)
            buffer.skip(sign)
            if sign == "]":
                break
        if buffer.peek():
            raise Unreadable("something follows the end of the array", number + 1)

    def _read_line(self, number: int, text: str) -> FileRow:
        try:
            return self._object(number, self._decoder.decode(text))
        except RecursionError:
            told = _DEEP
        except ValueError as error:
            told = f"is no JSON: {error}"
        return FileRow(number, problems=(Problem(number, "", told),))

    def _element(self, number: int, buffer: _Buffer) -> Any:
        """The next element; read on until it is whole, or longer than any row may be."""
        while True:
            try:
                value, end = self._decoder.raw_decode(buffer.text, buffer.at)
            except RecursionError:
                raise Unreadable(_DEEP, number) from None
            except _Repeated as error:
                raise Unreadable(str(error), number) from None
            except ValueError as error:
                if buffer.fill():
                    continue
                too_long = buffer.left >= LONGEST_LINE
                told = f"has more than {LONGEST_LINE:,} characters" if too_long else f"is no JSON: {error}"
                raise Unreadable(told, number) from None
            if end < len(buffer.text) or not buffer.fill():  # else a number could go on
                buffer.at = end
                return value

    def _object(self, number: int, value: Any) -> FileRow:
        if not isinstance(value, dict):
            return FileRow(number, problems=(Problem(number, "", "is no object"),))
        cells: dict[str, Any] = {}
        problems: list[Problem] = []
        for key, cell in value.items():
            field = self._names.field(key)
            if field is None:
                self._tell(key)
            elif field in cells:
                problems.append(Problem(number, field, f"comes twice, also as {key!r}"))
            elif field:
                cells[field] = cell
        if value and not cells and not problems:
            problems.append(Problem(number, "", "has none of the known fields"))
        return FileRow(number, cells, tuple(problems))

    def _tell(self, key: str) -> None:
        if key not in self._told and len(self._told) < _MOST_UNKNOWN:
            self._told.add(key)
            self._on_unknown(unknown(key))


class _Buffer:
    """What of a text is read; what is before `at` is used, the rest is at most one element and a block."""

    def __init__(self, text: TextIO) -> None:
        self._stream = text
        self.text = ""
        self.at = 0

    @property
    def left(self) -> int:
        """How many characters are not used yet."""
        return len(self.text) - self.at

    def fill(self) -> bool:
        """Read on, as much again as there is; False at the end of the text or at the limit."""
        if self.left >= LONGEST_LINE:
            return False
        try:
            more = self._stream.read(max(_BLOCK, self.left))
        except UnicodeError as error:
            raise Unreadable(f"the file is not {self._stream.encoding}: {error}") from None
        self.text, self.at = self.text[self.at :] + more, 0
        return bool(more)

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            while self.at < len(self.text):
                sign = self.text[self.at]
                if sign not in _BLANK:
                    return sign
                self.at += 1
            if not self.fill():
                return ""

    def skip(self, sign: str) -> None:
        """Pass over a sign that comes next, and what is blank after it."""
        if self.peek() != sign:
            raise Unreadable(f"the file does not begin with {sign}")
        self.at += 1
        self.peek()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _Repeated(f"the key {next(key for key in keys if keys.count(key) > 1)!r} comes twice")
    return found


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")
