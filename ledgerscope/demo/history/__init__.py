"""The history of one customer: what it buys, owes, pays, says, and how it leaves and comes back."""

from __future__ import annotations

from ledgerscope.demo.history.customer import live

__all__ = ["live"]
