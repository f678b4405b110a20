"""The events of a company, as the database keeps them."""

from __future__ import annotations

from ledgerscope.customers.events.events import EventPage, Events, EventView, ListEvents

__all__ = ["EventPage", "EventView", "Events", "ListEvents"]
