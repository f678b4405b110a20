"""From what can go wrong in the other packages to one clear message and an exit code."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from exporter.errors import ExporterError, InvalidSettings
from ledgerscope.cli.exits import CommandFailed, DatabaseFailed, SettingsFailed
from ledgerscope.store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["failures_reported"]


@contextmanager
def failures_reported() -> Iterator[None]:
    """End the command as the failure deserves; our own faults keep their traceback."""
    try:
        yield
    except InvalidSettings as invalid:
        problems = "".join(f"\n  {problem}" for problem in invalid.problems)
        raise SettingsFailed(f"the settings cannot be used:{problems}") from None
    except StoreError as failure:
        raise DatabaseFailed(f"database: {failure}") from None
    except ExporterError as failure:
        raise CommandFailed(str(failure)) from None
