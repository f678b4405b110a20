"""Functions of the application that are told what has happened, after it has been committed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.domain.events import EventType
from ledgerscope.logs import correlation_id, get_logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from ledgerscope.store.records import Event

__all__ = ["CommittedEvent", "Subscribers"]

_LOG: Final = get_logger("subscribers")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommittedEvent:
    """An event in its envelope, as it stands in the database.

    `metadata` cannot be changed: the labels of the type, and where it has them `amount_minor` (minor units),
    `currency` and `duration_ms`. No personal data.
    """

    event_type: EventType
    company_id: str
    user_id: str | None
    customer_id: str | None
    timestamp: datetime
    metadata: Mapping[str, Any]
    correlation_id: str | None


class Subscribers:
    """Who is told. One registry serves any number of `Operations`, in any number of threads.

    Told are the events of a transaction in their order, once it has been committed, in the thread of the
    operation and before it returns; never those of a request that was refused, rolled back or repeated. A
    process that ends between the commit and the telling tells nobody: what must not be missed is read from
    the database (`Events`). A subscriber that raises is logged with its name; the operation and the other
    subscribers go on.
    """

    def __init__(self) -> None:
        self._all: tuple[tuple[Callable[[CommittedEvent], object], frozenset[EventType]], ...] = ()
        self._lock = Lock()

    def subscribe(
        self, subscriber: Callable[[CommittedEvent], object], *types: EventType
    ) -> Callable[[], None]:
        """Tell the function about events of these types, of all where none is named; the result ends that."""
        entry = (subscriber, frozenset(types or EventType))
        with self._lock:
            self._all = (*self._all, entry)

        def end() -> None:
            with self._lock:
                self._all = tuple(each for each in self._all if each is not entry)

        return end

    def __bool__(self) -> bool:
        return bool(self._all)

    def tell(self, events: Iterable[Event]) -> None:
        """Hand over events that have been committed; nothing that a subscriber raises comes back."""
        wanted = self._all
        for event in events if wanted else ():
            told = _in_envelope(event)
            for subscriber, types in wanted:
                if told.event_type in types:
                    _hand_over(subscriber, told)


def _hand_over(subscriber: Callable[[CommittedEvent], object], told: CommittedEvent) -> None:
    try:
        subscriber(told)
    except Exception as error:  # noqa: BLE001 - whatever it raises is no fault of the operation
        _LOG.exception(
            "A subscriber failed", subscriber=_name_of(subscriber), event_type=told.event_type.value,
            error=type(error).__name__, company_id=told.company_id, customer_id=told.customer_id,
            correlation_id=told.correlation_id or correlation_id(),
        )  # fmt: skip


def _name_of(subscriber: Callable[[CommittedEvent], object]) -> str:
    named = getattr(subscriber, "__qualname__", type(subscriber).__qualname__)
    return f"{getattr(subscriber, '__module__', '')}.{named}"


def _in_envelope(event: Event) -> CommittedEvent:
    measures = {
        "amount_minor": event.amount_minor, "currency": event.currency, "duration_ms": event.duration_ms
    }  # fmt: skip
    metadata = json.loads(event.labels) | {
        name: value for name, value in measures.items() if value is not None
    }
    return CommittedEvent(
        event_type=EventType(event.event_type), company_id=event.tenant_id, user_id=event.user_id,
        customer_id=event.customer_id, timestamp=event.occurred_at, metadata=MappingProxyType(metadata),
        correlation_id=event.correlation_id,
    )  # fmt: skip
