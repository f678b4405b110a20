"""Finds personal data of a test's database in what the test let out: logs, pages, events, audit log, keys.

What is personal stands in the columns of `PERSONAL`; what a test wrote there must not stand anywhere else.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.reporting.scrape import Scrape

__all__ = ["PERSONAL", "Listener", "Outputs", "find_leaks", "leaks_of_database", "listen_to_pages"]

PERSONAL: Final = {
    "customer": ("name", "email", "phone", "address"),
    "contact": ("name", "email", "phone"),
    "communication": ("subject", "body"),
    "interaction": ("subject", "description"),
    "segment_assignment": ("description",),
}
"""Columns that hold personal data."""
LET_OUT: Final = {
    "event": ("labels", "user_id", "correlation_id"),
    "audit_log": ("details", "actor", "subject", "action"),
}
"""Columns that outlive what is personal, and so may hold none of it."""
_SHORTEST: Final = 6
"""Characters: shorter texts stand in other words by chance."""
_MOST_VALUES: Final = 300
_MOST_ROWS: Final = 2000
_KEPT: Final = 3000
_HARMLESS: Final = frozenset(
    {"billing", "general", "active", "support_ticket", "meeting", "feedback", "erased"}
)
"""Words of closed lists that tests also use as texts."""


@dataclass
class Outputs:
    """What a test has let out so far: the lines of its log and the pages that it was served."""

    lines: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)

    def clear(self) -> None:
        self.lines.clear()
        self.pages.clear()


class Listener(logging.NullHandler):
    """Keeps what is written to the library's log; stays where a process lets its lines go elsewhere."""

    def __init__(self, outputs: Outputs) -> None:
        super().__init__()
        self._outputs = outputs

    def handle(self, record: logging.LogRecord) -> bool:
        if len(self._outputs.lines) < _KEPT:
            self._outputs.lines.append(f"{record.getMessage()} {getattr(record, 'context', '')}")
        return True


def listen_to_pages(scrape: type[Scrape], outputs: Outputs) -> None:
    """Keep the pages that are served, as text."""
    body = scrape.body

    def heard(self: Scrape, form: Any, *, gzip: bool) -> bytes:
        served = body(self, form, gzip=gzip)
        if not gzip and len(outputs.pages) < _KEPT // 100:
            outputs.pages.append(served.decode())
        return served

    scrape.body = heard  # type: ignore[method-assign] # what is served stays what it is


def find_leaks(values: Iterable[str], outputs: Iterable[tuple[str, str]]) -> list[str]:
    """The places, by name, whose text holds one of the values as words of its own."""
    wanted = sorted({value for value in values if _is_telling(value)}, key=len, reverse=True)
    if not wanted:
        return []
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, wanted))})(?!\w)")
    found = ((name, pattern.search(text)) for name, text in outputs)
    return [f"{name} holds {match[0]!r}" for name, match in found if match is not None]


def leaks_of_database(url: str, outputs: Outputs) -> list[str]:
    """What the personal data of a database is found in: its own rows that outlive it, log lines and pages."""
    with psycopg.connect(url, autocommit=True) as connection:
        values = set(_texts(connection, PERSONAL, _MOST_VALUES))
        if not values:
            return []
        rows = [("a row", text) for text in _texts(connection, LET_OUT, _MOST_ROWS)]
    lines = [("a line of the log", line) for line in outputs.lines]
    pages = [("a page", page) for page in outputs.pages]
    return find_leaks(values, [*rows, *lines, *pages])


def _texts(
    connection: psycopg.Connection[Any], columns: dict[str, tuple[str, ...]], most: int
) -> Iterator[str]:
    for table, names in columns.items():
        for name in names:
            query = sql.SQL("select distinct {0}::text from {1} where {0} is not null limit {2}").format(
                sql.Identifier(name), sql.Identifier(table), sql.Literal(most)
            )
            yield from (row[0] for row in connection.execute(query))


def _is_telling(value: str) -> bool:
    return len(value) >= _SHORTEST and value.strip() == value and value not in _HARMLESS
