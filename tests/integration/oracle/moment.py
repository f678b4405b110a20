"""A company at an instant: its date, and the customers that exist."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from tests.integration.oracle.company import Company
    from tests.integration.oracle.values import Row


@dataclass(frozen=True)
class Moment:
    """One company at one instant."""

    company: Company
    t: datetime

    @cached_property
    def day(self) -> date:
        return self.company.day(self.t)

    def has_come(self, day: date | None) -> bool:
        return day is not None and day <= self.day

    @cached_property
    def existing(self) -> list[Row]:
        return [
            row
            for row in self.company.of("customer")
            if row.created_at <= self.t and (row.deleted_at is None or self.t < row.deleted_at)
        ]
