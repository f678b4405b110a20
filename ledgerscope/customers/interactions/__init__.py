"""Interactions: pieces of work with a customer, from the first call until they are completed or cancelled."""

from __future__ import annotations

from ledgerscope.customers.interactions.interactions import InteractionDone, Interactions, LoggedInteraction
from ledgerscope.customers.interactions.logging import NewInteraction
from ledgerscope.customers.interactions.reading import InteractionPage, InteractionView, ListInteractions

__all__ = [
    "InteractionDone",
    "InteractionPage",
    "InteractionView",
    "Interactions",
    "ListInteractions",
    "LoggedInteraction",
    "NewInteraction",
]
