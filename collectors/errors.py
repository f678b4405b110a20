"""What can go wrong in a collector besides the database (whose errors are StoreErrors).

CollectorError
├── GivenTwice         two values for one label set in one run
├── MovingView         a transaction whose statements see different things
├── UnknownCollector   a name that no collector has
└── UnreadableCounter  a counter asks for a label that its event does not carry
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.text.close_match import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CollectorError", "GivenTwice", "MovingView", "UnknownCollector", "UnreadableCounter"]


class CollectorError(Exception):
    """Base of all errors of this room; except for UnknownCollector they are mistakes of ours."""


class GivenTwice(CollectorError):
    """A run gave two values to one series."""

    def __init__(self, metric: str, labels: tuple[str, ...]) -> None:
        super().__init__(f"{metric}{labels!r} was given twice in one run; a label set has one value")


class MovingView(CollectorError):
    """Events are compared with a snapshot that holds for the whole transaction."""

    def __init__(self, isolation: str) -> None:
        super().__init__(f"the transaction is {isolation}; counters need REPEATABLE READ")


class UnknownCollector(CollectorError):
    """A collector is asked for by a name that does not exist."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        hint = did_you_mean(name, known)
        super().__init__(f"there is no collector {name!r}{hint}; there are {', '.join(known)}")


class UnreadableCounter(CollectorError):
    """A counter cannot be computed from the event it names."""

    def __init__(self, metric: str, event_type: str, missing: str) -> None:
        super().__init__(f"{metric} cannot be counted from {event_type}: the event carries no {missing}")
