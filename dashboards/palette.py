"""Colours that carry a meaning: the same value of a label has the same colour on every panel.

The order of a table is the order in which the values are shown: from bottom to top where they are stacked,
from top to bottom in bars and legends. Tables are checked against the catalogue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.catalogue import aging, credit, lifecycle, revenue, satisfaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledgerscope.catalogue import Label

__all__ = ["BUCKETS", "CATEGORIES", "INVOICE_BUCKETS", "MOVEMENTS", "PALETTES", "STATUSES", "USE"]

INVOICE_BUCKETS = {
    "current": "green",
    "1-30": "yellow",
    "31-60": "orange",
    "61-90": "red",
    "90+": "dark-red",
}
BUCKETS = {**INVOICE_BUCKETS, aging.UNALLOCATED: "blue"}
MOVEMENTS = {
    "new": "dark-green",
    "expansion": "green",
    "reactivation": "light-green",
    "resumed": "light-blue",
    "contraction": "light-red",
    "churn": "dark-red",
    "paused": "dark-blue",
}
USE = {
    "0-25%": "green",
    "25-50%": "light-green",
    "50-75%": "yellow",
    "75-100%": "orange",
    "100%+": "red",
}
STATUSES = {"active": "green", "inactive": "yellow", "blocked": "red"}
CATEGORIES = {"detractor": "red", "passive": "yellow", "promoter": "green"}

PALETTES: tuple[tuple[Label, Mapping[str, str]], ...] = (
    (aging.OPEN_AMOUNT.label("bucket"), BUCKETS),
    (aging.OPEN_INVOICES.label("bucket"), INVOICE_BUCKETS),
    (revenue.MRR_MOVEMENT.label("movement"), MOVEMENTS),
    (credit.UTILIZATION_CUSTOMERS.label("utilization_bucket"), USE),
    (lifecycle.ACCOUNTS.label("status"), STATUSES),
    (satisfaction.NPS_RESPONSES.label("category"), CATEGORIES),
)
"""Which table is for which label: a value that the catalogue adds must not be left out of a panel."""
