"""The life of one customer: what it buys, owes, pays, says, and how it leaves and comes back."""

from __future__ import annotations

from ledgerscope.demo.life.customer import live

__all__ = ["live"]
