"""Types of settings: each says what is wrong with a value that is not of it, and what would be right."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Protocol

from ledgerscope.customers.settings.webhook_url import fault_of_webhook_url

__all__ = ["Choice", "Kind", "Mapping", "Number", "Switch", "Text", "WebhookUrl", "Whole", "Words"]

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


class Kind(Protocol):
    """A type with its bounds."""

    def bounds(self) -> str:
        """The values there are, in words."""
        ...

    def accepts(self, value: object) -> bool:
        """Whether the value is one of them."""
        ...


@dataclass(frozen=True, slots=True)
class Switch:
    """Yes or no."""

    def bounds(self) -> str:
        """In words."""
        return "true or false"

    def accepts(self, value: object) -> bool:
        """A boolean."""
        return isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number."""

    least: int
    greatest: int

    def bounds(self) -> str:
        """In words."""
        return f"a whole number from {self.least} to {self.greatest}"

    def accepts(self, value: object) -> bool:
        """An integer within the bounds; true and false are none."""
        return isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.greatest


@dataclass(frozen=True, slots=True)
class Number:
    """A number, also between whole ones."""

    least: float
    greatest: float

    def bounds(self) -> str:
        """In words."""
        return f"a number from {self.least:g} to {self.greatest:g}"

    def accepts(self, value: object) -> bool:
        """A number within the bounds; NaN is within none."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        return self.least <= value <= self.greatest


@dataclass(frozen=True, slots=True)
class Choice:
    """One word of a list."""

    words: tuple[str, ...]

    def bounds(self) -> str:
        """In words."""
        return f"one of {', '.join(self.words)}"

    def accepts(self, value: object) -> bool:
        """A word of the list."""
        return isinstance(value, str) and value in self.words


@dataclass(frozen=True, slots=True)
class Words:
    """A list of different words, of a closed list where `words` is given."""

    words: tuple[str, ...] = ()
    most: int = 50

    def bounds(self) -> str:
        """In words."""
        known = f" out of {', '.join(self.words)}" if self.words else " of up to 100 printable characters"
        return f"a list of up to {self.most} different words{known}"

    def accepts(self, value: object) -> bool:
        """Such a list."""
        if not isinstance(value, list) or len(value) > self.most:
            return False
        return all(map(self._is_word, value)) and len(set(value)) == len(value)

    def _is_word(self, value: object) -> bool:
        if not isinstance(value, str):
            return False
        return value in self.words if self.words else _is_line(value, 100)


@dataclass(frozen=True, slots=True)
class Text:
    """Text on one line, or null for none."""

    longest: int

    def bounds(self) -> str:
        """In words."""
        return f"null, or 1 to {self.longest} printable characters on one line"

    def accepts(self, value: object) -> bool:
        """Such a text, or null."""
        return value is None or (isinstance(value, str) and _is_line(value, self.longest))


@dataclass(frozen=True, slots=True)
class Mapping:
    """Names of fields to names of fields."""

    most: int

    def bounds(self) -> str:
        """In words."""
        return (
            f"an object of up to {self.most} field names to field names, no two the same; a field name has "
            "1 to 64 letters, digits and underscores and begins with a letter"
        )

    def accepts(self, value: object) -> bool:
        """Such an object."""
        if not isinstance(value, dict) or len(value) > self.most:
            return False
        names = [*value, *value.values()]
        right = all(isinstance(name, str) and _NAME.fullmatch(name) for name in names)
        return right and len(set(value.values())) == len(value)


@dataclass(frozen=True, slots=True)
class WebhookUrl:
    """An address to send to, or null for none."""

    def bounds(self) -> str:
        """In words."""
        return (
            "null, or an https:// address of a public host, without user, password, query and fragment: "
            "a secret is no setting"
        )

    def accepts(self, value: object) -> bool:
        """Such an address, or null."""
        return value is None or (isinstance(value, str) and fault_of_webhook_url(value) is None)


def _is_line(value: str, longest: int) -> bool:
    return bool(value.strip()) and len(value) <= longest and value.isprintable()
