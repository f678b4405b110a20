"""Shows how far long work has come: a bar on a terminal, two quiet lines elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

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
    console = Console(file=stream)
    if console.is_terminal:
        with _bar(console) as bar:
            task = bar.add_task(what, total=expected)
            yield lambda rows: bar.advance(task, rows)
            bar.update(task, total=bar.tasks[0].completed)
    else:
        yield from _lines(what, stream)


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)


def _lines(what: str, stream: TextIO) -> Iterator[Advance]:
    written = 0

    def advance(rows: int, /) -> None:
        nonlocal written
        if not written:
            print(f"{what} ...", file=stream, flush=True)
        written += rows

    yield advance
    if written:
        print(f"{what}: {written:,} rows", file=stream, flush=True)
