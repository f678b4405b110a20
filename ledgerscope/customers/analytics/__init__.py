"""Analytics: how a company deals with its customers, by customer, by segment and as a whole.

Everything is read as of an instant. What is there at it:

- a customer from its creation on, until it is deleted: what concerns several customers leaves deleted ones
  out, with their interactions and their stays in segments; a deleted one can still be looked at by itself;
- an interaction from the instant at which it took place on, with the status that it has now, because earlier
  ones are not kept;
- a stay in a segment in [start, end).

Days, weeks (from Monday) and months are calendar periods in the company's time zone, [start, end).
"""

from __future__ import annotations

from ledgerscope.customers.analytics.analytics import Analytics
from ledgerscope.customers.analytics.of_company import (
    ActivityView,
    DashboardMetrics,
    OrganisationSummary,
    SegmentSize,
)
from ledgerscope.customers.analytics.of_customer import CustomerAnalytics, RecentInteraction
from ledgerscope.customers.analytics.of_segment import DayOfActivity, SegmentAnalytics

__all__ = [
    "ActivityView",
    "Analytics",
    "CustomerAnalytics",
    "DashboardMetrics",
    "DayOfActivity",
    "OrganisationSummary",
    "RecentInteraction",
    "SegmentAnalytics",
    "SegmentSize",
]
