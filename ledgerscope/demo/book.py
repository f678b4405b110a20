"""The book of the demo: every row that was written, by kind, and the events that go with them.

Guards the list of event types: an event whose labels or measures differ from its shape cannot be written.
"""

from __future__ import annotations

import json
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Self

from ledgerscope.demo.records import TABLE_OF, Event
from ledgerscope.domain.events import EVENT_SHAPES, EventType
from ledgerscope.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from ledgerscope.demo.records import Id, Record

__all__ = ["Book", "make_event"]

_PLACE = {table.name: place for place, table in enumerate(metadata.sorted_tables)}


@lru_cache(maxsize=4096)
def _labels(event_type: EventType, values: tuple[str, ...], *, amount: bool, duration: bool) -> str:
    """The labels as JSON; raises ValueError where they or the measures are not what the shape says."""
    shape = EVENT_SHAPES[event_type]
    if (amount, duration) != (shape.amount, shape.duration):
        raise ValueError(f"{event_type} carries amount: {shape.amount}, duration: {shape.duration}")
    return json.dumps(dict(zip(shape.labels, values, strict=True)), sort_keys=True)


def make_event(
    tenant_id: str,
    event_type: EventType,
    when: datetime,
    *values: str,
    customer_id: Id | None = None,
    amount: int | None = None,
    currency: str | None = None,
    duration_ms: int | None = None,
) -> Event:
    """An event with its label values in the order of its shape; raises ValueError on any other shape."""
    labels = _labels(event_type, values, amount=amount is not None, duration=duration_ms is not None)
    return Event(tenant_id, event_type.value, customer_id, labels, amount, currency, duration_ms, when)


class Book:
    """Rows by kind, each kind in the order it was written."""

    __slots__ = ("_pages",)

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._pages: defaultdict[type[Record], list[Record]] = defaultdict(list)
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        self._pages[type(record)].append(record)

    def of(self, kind: type[Record]) -> list[Record]:
        """The rows of one kind so far."""
        return self._pages[kind]

    def pages(self) -> Iterator[tuple[type[Record], list[Record]]]:
        """Every kind with its rows, those that others point to first."""
        kinds = [kind for kind, rows in self._pages.items() if rows]
        for kind in sorted(kinds, key=lambda kind: _PLACE[TABLE_OF[kind].name]):
            yield kind, self._pages[kind]

    def in_order_of_time(self) -> Self:
        """The same book with its events as they happened: their ids are given in the order of writing."""
        self._pages[Event].sort(key=lambda event: event[-1])
        return self

    def __len__(self) -> int:
        return sum(map(len, self._pages.values()))
