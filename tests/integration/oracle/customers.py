"""Customers by the status they had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.oracle.values import Values, total

if TYPE_CHECKING:
    from tests.integration.oracle.moment import Moment


def accounts(now: Moment) -> Values:
    found = []
    for customer in now.existing:
        past = [row for row in now.company.history[customer.customer_id] if row.at <= now.t]
        if past:
            found.append(((max(past, key=lambda row: (row.at, row.history_id)).to_status,), 1))
    return total(found)
