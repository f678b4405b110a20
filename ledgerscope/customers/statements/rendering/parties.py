"""Who sends a statement and who gets it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Parties"]


@dataclass(frozen=True, slots=True)
class Parties:
    """The name of the company; name, number and address (lines) of the customer, as they stand."""

    company: str
    customer: str
    customer_number: str | None = None
    address: str | None = None
