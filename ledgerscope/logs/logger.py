"""Loggers of the library: they mask, and hand over to `logging`, where nobody listens until a process asks.

What arrives there is a record with a plain message, and everything else masked as its attribute `context`. So
an application that has a log of its own gets lines that it can use.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import structlog

from ledgerscope.logs.masking import mask, mask_text

if TYPE_CHECKING:
    from structlog.typing import EventDict, FilteringBoundLogger

__all__ = ["ROOT", "get_logger"]

ROOT: Final = "ledgerscope"
logging.getLogger(ROOT).addHandler(
    logging.NullHandler()
)  # as every library does: silent where nobody listens


def get_logger(name: str) -> FilteringBoundLogger:
    """A logger below `ledgerscope`."""
    logger: FilteringBoundLogger = structlog.wrap_logger(
        logging.getLogger(f"{ROOT}.{name}"),
        processors=[structlog.stdlib.filter_by_level, structlog.processors.format_exc_info, _as_record],
        wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET),
    )
    return logger


def _as_record(_logger: Any, _method: str, line: EventDict) -> tuple[tuple[str], dict[str, Any]]:
    message = mask_text(str(line.pop("event")))
    return (message,), {"extra": {"context": mask(line)}}
