"""Why a statement could not be made or delivered.

StatementError
├── MissingExtra       the packages for PDF are not installed
├── MissingGlyphs      no font has a character of a name, an address or a reference
├── RendererFailed     the typesetter refused the page: a fault of ours
└── DeliveryFailed     a mail server or a folder did not take it
"""

from __future__ import annotations

__all__ = ["DeliveryFailed", "MissingExtra", "MissingGlyphs", "RendererFailed", "StatementError"]


class StatementError(Exception):
    """A statement could not be made or delivered; messages hold no address and no name."""


class MissingExtra(StatementError):
    """PDF needs packages that are not installed."""

    def __init__(self, package: str) -> None:
        super().__init__(
            f"PDF statements need the package {package}: install ledgerscope[statements], or ask for CSV"
        )


class MissingGlyphs(StatementError):
    """A page would show boxes in place of characters."""

    def __init__(self, characters: str) -> None:
        self.characters = characters
        codes = ", ".join(f"U+{ord(each):04X}" for each in characters)
        super().__init__(
            f"no font has the characters {codes}; name a folder with a font that has them in font_folders"
        )


class RendererFailed(StatementError):
    """The typesetter refused the page."""


class DeliveryFailed(StatementError):
    """A statement was not taken; `temporary`: trying again later may succeed."""

    def __init__(self, message: str, *, temporary: bool, failure_class: str = "delivery") -> None:
        super().__init__(message)
        self.temporary = temporary
        self.failure_class = failure_class
