"""Customers as text: CSV that spreadsheets read and do not compute (RFC 4180), and JSON lines."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TextIO

from ledgerscope.customers.transfers.columns import EXPORTED
from ledgerscope.customers.transfers.guard import guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Row

__all__ = ["WRITERS"]


def write_csv(text: TextIO, pages: Iterable[Sequence[Row[Any]]]) -> int:
    """A header and a line for each customer; what is not known is empty."""
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(EXPORTED)
    rows = 0
    for page in pages:
        writer.writerows([_cell(getattr(row, name)) for name in EXPORTED] for row in page)
        rows += len(page)
    return rows


def write_json_lines(text: TextIO, pages: Iterable[Sequence[Row[Any]]]) -> int:
    """An object on each line; what is not known is null."""
    encode = json.JSONEncoder(ensure_ascii=False, default=datetime.isoformat).encode
    rows = 0
    for page in pages:
        text.writelines(f"{encode({name: getattr(row, name) for name in EXPORTED})}\n" for row in page)
        rows += len(page)
    return rows


WRITERS: Final[dict[str, Callable[[TextIO, Iterable[Sequence[Row[Any]]]], int]]] = {
    "csv": write_csv,
    "json": write_json_lines,
}
"""By format."""


def _cell(value: Any) -> Any:
    match value:
        case str():
            return guarded(value)
        case datetime():
            return value.isoformat()
        case _:
            return value
