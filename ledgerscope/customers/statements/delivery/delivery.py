"""What a way of delivery is: a seam, because mail servers and folders fail in ways of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.customers.statements.file import StatementFile
    from ledgerscope.customers.statements.statement import Period

__all__ = ["Delivery", "Download", "Letter"]


@dataclass(frozen=True, slots=True)
class Letter:
    """What is delivered, and to whom; `recipient` is None where the customer has no e-mail address."""

    file: StatementFile
    company: str
    period: Period
    at: datetime
    recipient: str | None = field(repr=False)


class Delivery(Protocol):
    """Takes a statement to its customer, once it is made.

    `method` is one of `DELIVERY_METHODS`. `deliver` raises DeliveryFailed and nothing else. Taking the same
    file a second time must do no harm: whoever repeats a request after a broken connection cannot know
    whether the first one arrived.
    """

    @property
    def method(self) -> str:
        """What the row and the event of the statement say."""
        ...

    @property
    def needs_address(self) -> bool:
        """Whether the customer must have an e-mail address."""
        ...

    def deliver(self, letter: Letter) -> None:
        """Take it there, or raise DeliveryFailed."""
        ...


@dataclass(frozen=True, slots=True)
class Download:
    """The caller gets the file and does with it what is right."""

    method: str = "download"
    needs_address: bool = False

    def deliver(self, letter: Letter) -> None:
        """Nothing is left to do."""
