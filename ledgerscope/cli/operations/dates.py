"""Days and instants as they are typed: ISO 8601."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import click

from ledgerscope.cli.exits import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DAY", "INSTANT", "Day", "Instant", "as_of_option"]


class Day(click.ParamType[date]):
    """A day, as 2026-03-31."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:  # noqa: ARG002 - click's
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            raise WrongUsage(f"{_name(param)}: {value!r} is no day; write it as 2026-03-31") from None


class Instant(click.ParamType[datetime]):
    """An instant with its offset, as 2026-03-31T12:00+02:00."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:  # noqa: ARG002 - click's
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            wanted = "write it with its offset, as 2026-03-31T12:00+02:00 or 2026-03-31T10:00Z"
            raise WrongUsage(f"{_name(param)}: {value!r} is no instant; {wanted}")
        return found


DAY: Final = Day()
INSTANT: Final = Instant()


def as_of_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --as-of, an instant that has passed, to a command."""
    text = "As it was then, as 2026-03-31T12:00+02:00.  [default: now]"
    return click.option("--as-of", type=INSTANT, metavar="INSTANT", help=text)(command)


def _name(param: click.Parameter | None) -> str:
    return "the value" if param is None else param.opts[0]
