"""Cells of a file as values of fields."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.transfers.problems import WARNING, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["read_values"]

_WHOLE: Final = re.compile(r"\s*[+-]?[0-9]{1,40}\s*", re.ASCII)
_EXACT: Final = 1e15
_LOST: Final = "\ufffd"
_NUMBERS: Final = frozenset({"terms_days"})


def read_values(
    row: int, cells: Mapping[str, Any], *, clear: bool
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """The values that a row names, and what is wrong with cells or looks wrong.

    An empty cell names no value, or with `clear` says that there is none, as JSON's null does.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for field, cell in cells.items():
        if cell == "":
            if not clear:
                continue
            cell = None  # noqa: PLW2901 - the same cell, read
        if cell is None:
            if field not in _NUMBERS:  # there is no number of days that says "none"
                values[field] = None
            continue
        value = _number(cell) if field in _NUMBERS else _text(cell)
        if value is None:
            wanted = "a whole number" if field in _NUMBERS else "a text"
            problems.append(Problem(row, field, f"{_kind(cell)} is not {wanted}", value=cell))
            continue
        values[field] = value
        if isinstance(value, str) and not value.isascii() and (doubt := _doubt(row, field, value)):
            problems.append(doubt)
    return values, tuple(problems)


def _number(cell: Any) -> int | None:
    match cell:
        case bool():
            return None
        case int():
            return cell
        case float():
            return int(cell) if cell.is_integer() and abs(cell) < _EXACT else None
        case str():
            return int(cell) if _WHOLE.fullmatch(cell) else None
        case _:
            return None


def _text(cell: Any) -> str | None:
    match cell:
        case str():
            return cell
        case bool():
            return None
        case int():
            return str(cell) if abs(cell) < 10**40 else None
        case float():  # a spreadsheet's number, as a telephone number is; a larger one has lost digits
            exact = f"{cell:.0f}" if cell.is_integer() else repr(cell)
            return exact if abs(cell) < _EXACT else None
        case date():
            return cell.isoformat()
        case _:
            return None


def _kind(cell: Any) -> str:
    if isinstance(cell, (dict, list)):
        return "a list" if isinstance(cell, list) else "an object"
    return repr(cell) if not isinstance(cell, int) or isinstance(cell, bool) else "so long a number"


def _doubt(row: int, field: str, text: str) -> Problem | None:
    """What looks as if it had been decoded wrongly before it was written to this file."""
    if _LOST in text:
        told = f"{text!r} holds U+FFFD: characters were lost before the file was written"
        return Problem(row, field, told, WARNING, text)
    try:
        meant = text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return None
    told = f"{text!r} looks like UTF-8 that was read as Windows-1252; {meant!r} may be meant"
    return Problem(row, field, told, WARNING, text, meant)
