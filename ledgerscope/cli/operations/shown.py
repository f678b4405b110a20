"""Results on the terminal: tables at most as wide as it, one record as lines, or JSON for programs.

Amounts are shown in major units with all their decimals and groups of thousands; JSON has minor units.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import click
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ledgerscope.customers.amounts import amount_number, amount_words
from ledgerscope.text.one_line import on_one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = [
    "Column",
    "amount_number",
    "amount_words",
    "as_plain",
    "counted",
    "show_done",
    "show_json",
    "show_page",
    "show_record",
    "show_result",
    "show_table",
]

_NOTHING: Final = "-"
_MINOR: Final = "_minor"
_CURRENCIES: Final = ("currency", "limit_currency")
"""Where records say what their amounts are in."""
_WITHOUT_END: Final = 100_000
"""Columns of what is no terminal: nothing is cut."""
_LEAST: Final = 12
"""Columns that a long text has at least."""
_GAP: Final = 2
_TO_THE_MINUTE: Final = len("2026-03-31 12:00")
_SIX_PLACES: Final = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title and the field that it shows, or what makes its value of a record.

    `number`: to the right. `long`: cut where the table would not fit, with `whole` on further lines instead;
    others are always on one line. `money` names the field with the currency of an amount in minor units.
    `none` stands for None.
    """

    title: str
    field: str | Callable[[Any], object]
    number: bool = False
    long: bool = False
    whole: bool = False
    money: str | None = None
    none: str = _NOTHING

    def words(self, record: object) -> str:
        """What the column shows of a record."""
        value: Any = getattr(record, self.field) if isinstance(self.field, str) else self.field(record)
        if value is None:
            return self.none
        return _words(value) if self.money is None else amount_number(value, getattr(record, self.money))

    @property
    def right(self) -> bool:
        """Whether it stands to the right."""
        return self.number or self.money is not None


def show_table(columns: Sequence[Column], records: Iterable[object], *, empty: str) -> None:
    """Print records as a table; `empty` is the line for none at all.

    Where the columns that are never cut are wider than the terminal, each record is a block of lines.
    """
    rows = [[column.words(record) for column in columns] for record in records]
    if not rows:
        click.echo(empty)
    elif _least_width(columns, rows) <= _console().width:
        _draw(_table(columns, rows))
    else:
        for place, row in enumerate(rows):
            if place:
                click.echo()
            _draw(_lines({column.title: cell for column, cell in zip(columns, row, strict=True)}))


def show_page(
    columns: Sequence[Column],
    page: Any,
    records: Iterable[object],
    *,
    empty: str,
    as_json: bool,
    more: str = "--cursor",
    follows: object = None,
) -> None:
    """Print a page of a list, and where it goes on: `follows`, else the cursor of the page."""
    if as_json:
        show_json(page)
        return
    show_table(columns, records, empty=empty)
    place = getattr(page, "next_cursor", None) if follows is None else follows
    if place is not None:
        click.echo(f"\nmore: {more} {place}")


def show_record(record: object, *, without: Sequence[str] = (), currency: str | None = None) -> None:
    """Print one record, a line for each field; `currency` is that of amounts where the record has none."""
    shown = {name: value for name, value in _fields(record).items() if name not in without}
    code = next((shown[name] for name in _CURRENCIES if shown.get(name)), currency)
    lines = {
        name.removesuffix(_MINOR).replace("_", " "): (
            f"{amount_number(value, code)} {code}"
            if name.endswith(_MINOR) and isinstance(value, int) and code
            else _words(value)
        )
        for name, value in shown.items()
    }
    _draw(_lines(lines))


def show_result(record: object, *, as_json: bool, currency: str | None = None, **more: object) -> None:
    """Print what an operation returned, with what it does not say itself, as the currency of its amounts."""
    shown = {**_fields(record), **more}
    if as_json:
        show_json(shown if currency is None else {**shown, "currency": currency})
    else:
        show_record(shown, currency=currency)


def show_done(done: Any, *, as_json: bool) -> None:
    """Print whether a change changed anything."""
    if as_json:
        show_json(done)
    else:
        click.echo("changed" if done.changed else "nothing to change: it is so already")


def counted(count: int, one: str, many: str | None = None) -> str:
    """A number of things, in words: `many` is `one` with an s unless it is named."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def show_json(value: object) -> None:
    """Print a record, or whatever holds records, as JSON."""
    click.echo(json.dumps(as_plain(value), indent=2, ensure_ascii=False))


def _console() -> Console:
    """Standard output. What is no terminal is as wide as it needs to be, unless COLUMNS says otherwise."""
    free = not sys.stdout.isatty() and not os.environ.get("COLUMNS", "").isdigit()
    return Console(highlight=False, width=_WITHOUT_END if free else None)


def _draw(table: Table) -> None:
    """Print a table without spaces at the ends of its lines."""
    console = _console()
    with console.capture() as drawn:
        console.print(table)
    click.echo("\n".join(line.rstrip() for line in drawn.get().rstrip("\n").split("\n")))


def _table(columns: Sequence[Column], rows: list[list[str]]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    for column in columns:
        table.add_column(column.title, justify="right" if column.right else "left", no_wrap=not column.long)
    for row in rows:
        table.add_row(*(_cell(column, cell) for column, cell in zip(columns, row, strict=True)))
    return table


def _cell(column: Column, words: str) -> Text:
    if column.whole:
        return Text(words, overflow="fold")
    return Text(words, no_wrap=True, overflow="ellipsis")


def _lines(shown: Mapping[str, str]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, words in shown.items():
        table.add_row(Text(name), Text(words))
    return table


def _least_width(columns: Sequence[Column], rows: list[list[str]]) -> int:
    """How wide a table is at least, with everything whole that has to be."""
    widths = []
    for place, column in enumerate(columns):
        cells = max((cell_len(row[place]) for row in rows), default=0)
        widths.append(max(cell_len(column.title), min(cells, _LEAST) if column.long else cells))
    return sum(widths) + _GAP * (len(columns) - 1)


def _fields(record: object) -> dict[str, Any]:
    if isinstance(record, Mapping):
        return dict(record)
    return {each.name: getattr(record, each.name) for each in fields(record)}  # type: ignore[arg-type] # a dataclass


def _words(value: Any) -> str:
    if isinstance(value, str) or not value:
        return _text(value) if value or isinstance(value, (int, Decimal, Fraction)) else _NOTHING
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_words(each)}" for name, each in value.items() if each) or _NOTHING
    return ", ".join(map(_words, value)) if isinstance(value, (list, tuple)) else _text(value)


def _text(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.isoformat(" ", "minutes")[:_TO_THE_MINUTE]  # %Y of strftime leaves out zeros
        case Fraction():
            return f"{float(value):.1%}"
        case _:
            return on_one_line(str(value))


def as_plain(value: object) -> Any:
    """Records, and whatever holds records, as JSON has them."""
    if isinstance(value, Mapping):
        return {str(name): as_plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_plain(each) for each in value]
    return as_plain(_fields(value)) if is_dataclass(value) else _scalar(value)


def _scalar(value: object) -> Any:
    match value:
        case date() | datetime():
            return value.isoformat()
        case Decimal():
            return str(value)
        case Fraction():
            return str((Decimal(value.numerator) / value.denominator).quantize(_SIX_PLACES))
        case _:
            return value
