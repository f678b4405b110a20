"""What is wrong with a row of a file, or with the file, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledgerscope.text.one_line import on_one_line

if TYPE_CHECKING:
    from ledgerscope.customers.decision import Refused

__all__ = ["ERROR", "WARNING", "Problem", "from_refused"]

ERROR: Final = "error"
"""The row was not taken in."""
WARNING: Final = "warning"
"""The row was taken in; somebody should look."""
_LONGEST_MESSAGE: Final = 400
_LONGEST_FIELD: Final = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """A message about a field of a row; `row` counts from 1 without the header, 0 is the file itself.

    `field` is empty where the row as a whole is at fault. `value` stood there, and `meant` may have been
    meant; a message may repeat both.
    """

    row: int
    field: str
    message: str
    severity: str = ERROR
    value: object = None
    meant: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "field", _cut(self.field, _LONGEST_FIELD))

    @property
    def shown(self) -> str:
        """The message for whoever has the file, cut where a value makes it long."""
        return _cut(self.message, _LONGEST_MESSAGE)

    @property
    def impersonal(self) -> str:
        """The message without the value, for the database, where the row itself is not kept."""
        told = self.message
        for value, word in ((self.value, "the value"), (self.meant, "another text")):
            told = told if value is None else told.replace(repr(value), word)
        return _cut(told, _LONGEST_MESSAGE)

    @property
    def without_value(self) -> Problem:
        """The problem as it is kept: it says the same, and not what stood there."""
        return Problem(self.row, self.field, self.impersonal, self.severity)


def from_refused(row: int, refused: Refused, value: object = None) -> Problem:
    """The problem that a decision names; the field stands apart from its message."""
    field = refused.field or ""
    return Problem(row, field, refused.reason.removeprefix(f"{field}: "), value=value)


def _cut(text: str, longest: int) -> str:
    """On one line, of characters that any terminal and database takes."""
    line = on_one_line(text[: longest + 1])
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
