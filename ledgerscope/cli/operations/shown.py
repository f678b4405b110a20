"""Results on the terminal: tables at most as wide as it, one record as lines, or JSON for programs."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Column", "as_plain", "show_json", "show_record", "show_table"]

_NOTHING: Final = "-"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title and the field that it shows.

    `number`: to the right. `long`: cut where the table would not fit; others are always shown whole.
    """

    title: str
    field: str
    number: bool = False
    long: bool = False


def show_table(columns: Sequence[Column], records: Iterable[object], *, empty: str) -> None:
    """Print records as a table; `empty` is the line for none at all."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column.title, justify="right" if column.number else "left", no_wrap=not column.long)
    for record in records:
        cells = (_words(getattr(record, column.field)) for column in columns)
        table.add_row(*(Text(cell, no_wrap=True, overflow="ellipsis") for cell in cells))
    if table.row_count:
        _console().print(table)
    else:
        click.echo(empty)


def show_record(record: object) -> None:
    """Print one record, a line for each field."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _fields(record).items():
        table.add_row(name.replace("_", " "), Text(_words(value)))
    _console().print(table)


def show_json(value: object) -> None:
    """Print a record, or whatever holds records, as JSON."""
    click.echo(json.dumps(as_plain(value), indent=2, ensure_ascii=False))


def _console() -> Console:
    """Standard output; what is no terminal gets 80 columns."""
    return Console(highlight=False)


def _fields(record: object) -> dict[str, Any]:
    return {each.name: getattr(record, each.name) for each in fields(record)}  # type: ignore[arg-type] # a dataclass


def _words(value: Any) -> str:
    match value:
        case None | "":
            return _NOTHING
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case _:
            return "".join(each if each.isprintable() else " " for each in str(value))


def as_plain(value: object) -> Any:
    """Records, and whatever holds records, as JSON has them."""
    match value:
        case dict():
            return {str(name): as_plain(each) for name, each in value.items()}
        case list() | tuple():
            return [as_plain(each) for each in value]
        case date() | datetime():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _ if is_dataclass(value):
            return as_plain(_fields(value))
        case _:
            return value
