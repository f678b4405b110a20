"""Makes event rows, and only those that `EVENT_SHAPES` describes."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

from ledgerscope.domain.events import EVENT_SHAPES, EventType
from ledgerscope.store.records.operations import Event

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.store.records.base import Id

__all__ = ["make_event"]


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
