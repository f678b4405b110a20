"""Where the log of a process goes and how its lines look: called once by a process, never by the library.

A line as JSON has the schema of S0: `timestamp` (ISO 8601, UTC), `level`, `message`, and everything else in
`context`. All lines are masked, those of other libraries too.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

import structlog

from ledgerscope.logs.daily_files import DailyFiles
from ledgerscope.logs.logger import ROOT
from ledgerscope.logs.masking import mask, mask_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TextIO

__all__ = ["LogTo", "configured", "open_log"]

_DAY: Final = timedelta(days=1)
_FOREIGN: Final = {"uvicorn": logging.WARNING, "uvicorn.error": logging.WARNING, "apscheduler": logging.ERROR}
"""Libraries whose faults belong in our log; what is below that our own lines and counters say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTo:
    """Where lines go: to a stream from `level` on, and to daily files, each where one is named.

    `file` gets lines from `level` on, kept for `retention`; errors go also to a file beside it, kept for
    `error_retention`. Files hold JSON always.
    """

    level: str = "info"
    format: Literal["console", "json"] = "console"
    stream: TextIO | None = None
    file: Path | None = None
    retention: timedelta = timedelta(days=30)
    error_retention: timedelta = timedelta(days=365)


class _Lines(logging.Formatter):
    """A record as one line."""

    def __init__(self, render: Callable[[dict[str, Any]], str]) -> None:
        super().__init__()
        self._render = render

    def format(self, record: logging.LogRecord) -> str:
        given = getattr(record, "context", None)
        context = dict(given) if isinstance(given, dict) else {}
        if record.exc_info and record.exc_info[0] is not None:
            context["exception"] = self.formatException(record.exc_info)
        at = datetime.fromtimestamp(record.created, UTC)
        return self._render(
            {
                "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "level": record.levelname.lower(),
                "message": mask_text(record.getMessage()),
                "context": mask(context),
            }
        )


def _as_json(line: dict[str, Any]) -> str:
    rendered = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)(None, "", line)
    return rendered if isinstance(rendered, str) else rendered.decode()


def _as_text(line: dict[str, Any]) -> str:
    shown = {"event": line.pop("message"), **line.pop("context"), **line}
    return str(structlog.dev.ConsoleRenderer(colors=False)(None, "", shown))


_RENDERERS: Final[dict[str, Callable[[dict[str, Any]], str]]] = {"console": _as_text, "json": _as_json}


def open_log(to: LogTo) -> tuple[logging.Handler, ...]:
    """From now on the lines of the process go there, and nowhere else.

    Raises OSError where a file cannot be written.
    """
    level = logging.getLevelNamesMapping()[to.level.upper()]
    handlers = tuple(_handlers(to, level))
    _listen(ROOT, level, handlers)
    for name, least in _FOREIGN.items():
        _listen(name, least, handlers)
    return handlers


@contextmanager
def configured(to: LogTo) -> Iterator[None]:
    """The lines of the block go there, and those after it where they went before; raises OSError."""
    loggers = [logging.getLogger(name) for name in (ROOT, *_FOREIGN)]
    before = [(each, each.handlers, each.level, each.propagate) for each in loggers]
    opened = open_log(to)
    try:
        yield
    finally:
        for each, handlers, level, propagate in before:
            each.handlers, each.propagate = handlers, propagate
            each.setLevel(level)
        for handler in opened:
            handler.close()


def _handlers(to: LogTo, level: int) -> Iterator[logging.Handler]:
    if to.stream is not None:
        handler: logging.Handler = logging.StreamHandler(to.stream)
        handler.setFormatter(_Lines(_RENDERERS[to.format]))
        handler.setLevel(level)
        yield handler
    if to.file is not None:
        errors = to.file.with_name(f"{to.file.stem}-errors{to.file.suffix}")
        for path, kept, least in (
            (to.file, to.retention, level), (errors, to.error_retention, logging.ERROR)
        ):  # fmt: skip
            handler = DailyFiles(path, max(1, kept // _DAY), least)
            handler.setFormatter(_Lines(_as_json))
            yield handler


def _listen(name: str, least: int, handlers: tuple[logging.Handler, ...]) -> None:
    logger = logging.getLogger(name)
    kept = [each for each in logger.handlers if isinstance(each, logging.NullHandler)]
    logger.handlers = [*kept, *handlers]
    logger.propagate = False
    logger.setLevel(least)
