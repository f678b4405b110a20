"""Finds personal data and secrets in what tests let out: logs, pages, events, audit log.

What is personal stands in the columns of `PERSONAL`; what a test wrote there must not stand anywhere else.
That of a test's own database is looked for after the test; that of every other one that is still there (demo
businesses, databases that tests share) at the end of the file, in the lines and pages of all its tests. Lines
of programs that tests start count, too.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass, field
from gzip import decompress
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import sql

from tests.processes import SAID

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from starlette.responses import Response

    from exporter.http.api.problems import Problem
    from exporter.reporting.scrape import Scrape
    from exporter.runtime import Exporter

__all__ = [
    "LET_OUT",
    "PERSONAL",
    "SECRET_WORDS",
    "Listener",
    "Outputs",
    "find_leaks",
    "find_secrets",
    "leaks_of_database",
    "leaks_where_it_still_is",
    "listen_to_pages",
    "listen_to_problems",
    "secrets_of",
]

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
_MOST_ROWS: Final = 200_000
"""Distinct texts of a column: more than any test writes."""
_MOST_LINES: Final = 50_000
_LONGEST_WAIT: Final = "30s"
_MOST_PAGES: Final = 60
"""Pages kept of a test, and of a file: each is all that is served, and the next differs in values only."""
SECRET_WORDS: Final = ("s3cr3t-", "t0k3n-", "canary-secret-", "b0dy-0f-")
"""How the secrets begin that tests make up: of clients, tokens of an outside system, and what it says."""
_SECRETS: Final = re.compile(
    "|".join(
        (
            *(rf"(?<!\w){word}[\w-]*" for word in SECRET_WORDS),
            r"\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*",  # a token of the API
            r"\bgAAAA[\w-]{40,}",  # what is encrypted for the database
            r"-----BEGIN [A-Z ]*PRIVATE KEY",
            r"\w://[^\s:/@]+:(?!\*\*\*@)[^\s:/@]+@",  # a password in a URL that is not masked
        )
    )
)
_WORD: Final = re.compile(r"\w+")
_HARMLESS: Final = frozenset(
    {"billing", "general", "active", "support_ticket", "meeting", "feedback", "erased"}
)
"""Words of closed lists that tests also use as texts."""


@dataclass
class Outputs:
    """What was let out so far: lines of the log and pages that were served. `beside` keeps them, too.

    `folder` has the logs of programs that were started, and what commands `said`; what is new is read before
    each search. A command may tell whoever asks about customers, so only secrets are looked for in that.
    """

    lines: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    folder: Path | None = None
    beside: Outputs | None = None
    _read: dict[Path, int] = field(default_factory=dict)

    def clear(self) -> None:
        self.lines.clear()
        self.pages.clear()
        self.said.clear()

    def add_line(self, line: str) -> None:
        if len(self.lines) < _MOST_LINES:
            self.lines.append(line)
        if self.beside is not None:
            self.beside.add_line(line)

    def add_page(self, page: str) -> None:
        if len(self.pages) < _MOST_PAGES:
            self.pages.append(page)
        if self.beside is not None:
            self.beside.add_page(page)

    def add_said(self, line: str) -> None:
        if len(self.said) < _MOST_LINES:
            self.said.append(line)
        if self.beside is not None:
            self.beside.add_said(line)

    def read_logs(self) -> None:
        """Add the lines that programs have written since the last time."""
        for path in () if self.folder is None else sorted(self.folder.iterdir()):
            with path.open("rb") as file:
                file.seek(self._read.get(path, 0))
                new = file.read()
            self._read[path] = self._read.get(path, 0) + len(new)
            add = self.add_said if path.suffix == SAID else self.add_line
            for line in new.decode("utf-8", "replace").splitlines():
                add(line)


class Listener(logging.NullHandler):
    """Keeps what is written to the library's log; stays where a process lets its lines go elsewhere."""

    def __init__(self, outputs: Outputs) -> None:
        super().__init__()
        self._outputs = outputs

    def handle(self, record: logging.LogRecord) -> bool:
        self._outputs.add_line(f"{record.getMessage()} {getattr(record, 'context', '')}")
        return True


def listen_to_pages(scrape: type[Scrape], exporter: type[Exporter], outputs: Outputs) -> None:
    """Keep the pages that are served, as text, whole and in part, compressed and as JSON."""
    body, restricted, json_page = scrape.body, scrape.restricted, exporter.json

    def heard(self: Scrape, form: Any, *, gzip: bool) -> bytes:
        served = body(self, form, gzip=gzip)
        outputs.add_page(_text(served, gzip=gzip))
        return served

    def heard_in_part(self: Scrape, form: Any, restriction: Any, *, gzip: bool) -> bytes:
        served = restricted(self, form, restriction, gzip=gzip)
        outputs.add_page(_text(served, gzip=gzip))
        return served

    def heard_as_json(self: Exporter) -> dict[str, object]:
        served = json_page(self)
        outputs.add_page(json.dumps(served))
        return served

    scrape.body = heard  # type: ignore[method-assign] # what is served stays what it is
    scrape.restricted = heard_in_part  # type: ignore[method-assign] # same
    exporter.json = heard_as_json  # type: ignore[method-assign] # same


def listen_to_problems(problem: type[Problem], outputs: Outputs) -> None:
    """Keep the bodies of the API's answers to what is wrong with a request."""
    response = problem.response

    def heard(self: Problem, instance: str) -> Response:
        made = response(self, instance)
        outputs.add_page(bytes(made.body).decode())
        return made

    problem.response = heard  # type: ignore[method-assign] # what is served stays what it is


def _text(served: bytes, *, gzip: bool) -> str:
    return (decompress(served) if gzip else served).decode()


def find_leaks(values: Iterable[str], outputs: Iterable[tuple[str, str]]) -> list[str]:
    """The places, by name, whose text holds one of the values as words of its own."""
    by_word: dict[str, list[tuple[int, str]]] = {}
    for value in values:
        word = _WORD.search(value)
        if word is not None and _is_telling(value):
            by_word.setdefault(word[0], []).append((word.start(), value))
    found = ((name, _first_value(text, by_word)) for name, text in outputs)
    return [f"{name} holds {value!r}" for name, value in found if value is not None]


def _first_value(text: str, by_word: dict[str, list[tuple[int, str]]]) -> str | None:
    """A value that stands in the text; each is looked for where its first word is."""
    for word in _WORD.finditer(text):
        for offset, value in by_word.get(word[0], ()):
            start = word.start() - offset
            end = start + len(value)
            if start >= 0 and text.startswith(value, start) and _is_apart(text, start, end):
                return value
    return None


def _is_apart(text: str, start: int, end: int) -> bool:
    return not (
        (start and _is_word(text[start - 1]) and _is_word(text[start]))
        or (end < len(text) and _is_word(text[end]) and _is_word(text[end - 1]))
    )


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def find_secrets(outputs: Iterable[tuple[str, str]]) -> list[str]:
    """The places, by name, whose text holds a secret; it is not shown whole."""
    found = ((name, _SECRETS.search(text)) for name, text in outputs)
    return [f"{name} holds a secret: {match[0][:12]}..." for name, match in found if match is not None]


def secrets_of(outputs: Outputs) -> list[str]:
    """Secrets in lines of the log and in pages."""
    outputs.read_logs()
    return find_secrets([*_named(outputs), *_said(outputs)])


def leaks_of_database(url: str, outputs: Outputs) -> list[str]:
    """What the personal data of a database is found in: its own rows that outlive it, log lines and pages.

    Secrets are looked for in the same places.
    """
    outputs.read_logs()
    with psycopg.connect(url, autocommit=True, connect_timeout=30) as connection:
        connection.execute(f"set lock_timeout = '{_LONGEST_WAIT}'")
        if not _is_our_schema(connection):
            return []
        values = set(_texts(connection, PERSONAL))
        rows = [("a row", text) for text in _texts(connection, LET_OUT)]
    places = [*rows, *_named(outputs)]
    return [*find_leaks(values, places), *find_secrets([*places, *_said(outputs)])]


def leaks_where_it_still_is(url: str, outputs: Outputs) -> list[str]:
    """The same; nothing where the database has gone."""
    try:
        return leaks_of_database(url, outputs)
    except psycopg.errors.LockNotAvailable as locked:
        return [f"a test ended with a transaction that locks what is searched: {locked.diag.message_primary}"]
    except psycopg.OperationalError:
        return []


def _named(outputs: Outputs) -> list[tuple[str, str]]:
    lines = [("a line of the log", line) for line in outputs.lines]
    return [*lines, *(("a page", page) for page in outputs.pages)]


def _said(outputs: Outputs) -> list[tuple[str, str]]:
    return [("what a command printed", line) for line in outputs.said]


def _is_our_schema(connection: psycopg.Connection[Any]) -> bool:
    """Whether the tables are tables: a test may have moved them away, and put views in their places."""
    names = [*PERSONAL, *LET_OUT]
    query = (
        "select count(*) from unnest(%s::text[]) as named join pg_class on pg_class.oid = to_regclass(named)"
        " where relkind = 'r'"
    )
    row = connection.execute(query, (names,)).fetchone()
    return row is not None and row[0] == len(names)


def _texts(connection: psycopg.Connection[Any], columns: dict[str, tuple[str, ...]]) -> Iterator[str]:
    for table, names in columns.items():
        for name in names:
            query = sql.SQL("select distinct {0}::text from {1} where {0} is not null limit {2}").format(
                sql.Identifier(name), sql.Identifier(table), sql.Literal(_MOST_ROWS)
            )
            yield from (row[0] for row in connection.execute(query))


def _is_telling(value: str) -> bool:
    return len(value) >= _SHORTEST and value.strip() == value and value not in _HARMLESS
