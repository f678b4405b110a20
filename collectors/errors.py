"""What can go wrong in a collector besides the database (whose errors are StoreErrors).

CollectorError
├── MovingView         a transaction whose statements see different things
├── UnknownCollector   a name that no collector has
├── UnreadableCounter  a counter asks for a label that its event does not carry
└── UnusableData       the data of a company cannot be served; that company is left out
    ├── GivenTwice       two values for one label set in one run
    ├── NoLabelValue     a label without a value
    ├── NotFinite        NaN or an infinite value
    ├── TooManyValues    a label with more values than its bound
    ├── UnknownCurrency  an amount in a currency without known decimal places
    └── UnknownZone      a time zone that the time zone database does not have
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "CollectorError",
    "GivenTwice",
    "MovingView",
    "NoLabelValue",
    "NotFinite",
    "TooManyValues",
    "UnknownCollector",
    "UnknownCurrency",
    "UnknownZone",
    "UnreadableCounter",
    "UnusableData",
]


class CollectorError(Exception):
    """Base of all errors of this package."""


class UnusableData(CollectorError):
    """Data of one company that no value can be served from; the message holds nothing of a customer."""


class GivenTwice(UnusableData):
    """A run gave two values to one series."""

    def __init__(self, metric: str, labels: tuple[str, ...]) -> None:
        super().__init__(f"{metric}: two values for one label set in one run")
        self.metric, self.labels = metric, labels


class NoLabelValue(UnusableData):
    """A label is null."""

    def __init__(self, metric: str, label: str) -> None:
        super().__init__(f"{metric}: label {label} has no value")


class NotFinite(UnusableData):
    """A value is NaN, infinite or missing."""

    def __init__(self, metric: str) -> None:
        super().__init__(f"{metric}: the value is not a finite number")


class TooManyValues(UnusableData):
    """A company has more values of a label than the catalogue allows."""

    def __init__(self, metric: str, label: str, n: int, bound: int) -> None:
        super().__init__(f"{metric}: {n} values of label {label}, at most {bound} are served")


class UnknownCurrency(UnusableData):
    """An amount has a currency that is not in the list of currencies, or is there with several exponents."""

    def __init__(self, currency: str) -> None:
        super().__init__(f"currency {currency!r} has no exponent in the list of currencies, or several")


class UnknownZone(UnusableData):
    """A company's time zone does not exist."""

    def __init__(self, zone: str | None) -> None:
        super().__init__(f"time zone {zone!r:.60} is unknown; expected a name such as 'Europe/Berlin'")


class MovingView(CollectorError):
    """Events are compared with a snapshot that holds for the whole transaction."""

    def __init__(self, isolation: str) -> None:
        super().__init__(f"the transaction is {isolation}; counters need REPEATABLE READ")


class UnknownCollector(CollectorError):
    """A collector is asked for by a name that does not exist."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        close = get_close_matches(name, known, n=1)
        hint = f" (did you mean {close[0]!r}?)" if close else ""
        super().__init__(f"there is no collector {name!r}{hint}; there are {', '.join(known)}")


class UnreadableCounter(CollectorError):
    """A counter cannot be computed from the event it names."""

    def __init__(self, metric: str, event_type: str, missing: str) -> None:
        super().__init__(f"{metric} cannot be counted from {event_type}: the event carries no {missing}")
