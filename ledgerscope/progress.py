"""Shows how far long work has come: a bar on a terminal, two lines elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import click

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

__all__ = ["Advance", "on_stream", "silent"]


class Advance(Protocol):
    """Hears that so many more rows are written."""

    def __call__(self, rows: int, /) -> None:
        """So many more."""


def silent(rows: int, /) -> None:
    """Shows nothing."""


@contextmanager
def on_stream(what: str, expected: int, stream: TextIO) -> Iterator[Advance]:
    """Show the progress of `what` on a stream; `expected` rows are an estimate."""
    yield from (_bar if stream.isatty() else _lines)(what, expected, stream)


def _bar(what: str, expected: int, stream: TextIO) -> Iterator[Advance]:
    with click.progressbar(length=expected, label=what, file=stream, show_pos=True) as bar:
        yield bar.update
        bar.length = bar.pos
        bar.render_progress()


def _lines(what: str, _expected: int, stream: TextIO) -> Iterator[Advance]:
    written = 0

    def advance(rows: int, /) -> None:
        nonlocal written
        if not written:
            print(f"{what} ...", file=stream, flush=True)
        written += rows

    yield advance
    if written:
        print(f"{what}: {written:,} rows", file=stream, flush=True)
