"""The first schedule of a customer, which comes with its first credential."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.customers.sync.loading import hold_schedule
from ledgerscope.customers.sync.schedules import DEFAULT_FREQUENCY, initial_schedule
from ledgerscope.store.changes import Changes

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledgerscope.customers.decision import Call
    from ledgerscope.store.records import Id

__all__ = ["first_schedule"]


def first_schedule(connection: Connection, customer_id: Id, call: Call) -> Changes:
    """An hourly schedule whose initial run is due at once; nothing where the customer has one already."""
    if hold_schedule(connection, call.moment.tenant_id, customer_id) is not None:
        return Changes()
    return initial_schedule(customer_id, DEFAULT_FREQUENCY, call)
