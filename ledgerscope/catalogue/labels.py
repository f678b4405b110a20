"""Labels that more than one area uses."""

from __future__ import annotations

from ledgerscope.catalogue.metric import Label

__all__ = ["COMPANY", "CURRENCY", "TIER", "WINDOW"]

COMPANY = Label(name="company_id", help="Tenant whose data the value is about.", bound=1)
CURRENCY = Label(name="currency", help="ISO 4217 code of the amount; do not sum over it.", bound=8)
TIER = Label(name="tier", help="Tier of the plan, as the plan table names it.", bound=8)
WINDOW = Label(
    name="window",
    help="Period that ends at the collection: 30d is 30 days back to the second, mtd is the calendar month "
    "to date in the company's time zone.",
    values=("30d", "mtd"),
)
