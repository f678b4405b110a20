"""A company, its time, its windows and its exchange rates."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tests.integration.oracle.recurring import Payer, Recurrence, recurrence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.integration.oracle.values import Row


@dataclass(frozen=True)
class Company:
    """One company's rows, and what does not depend on the instant."""

    tenant: Row
    exponents: Mapping[str, int]
    rows: Mapping[str, Sequence[Row]]

    def of(self, table: str) -> Sequence[Row]:
        return self.rows.get(table, ())

    def by(self, table: str, column: str) -> dict[Any, list[Row]]:
        found: dict[Any, list[Row]] = defaultdict(list)
        for row in self.of(table):
            found[getattr(row, column)].append(row)
        return found

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.tenant.timezone)

    @cached_property
    def customers(self) -> dict[Any, Row]:
        return {row.customer_id: row for row in self.of("customer")}

    @cached_property
    def history(self) -> dict[Any, list[Row]]:
        return self.by("customer_status_history", "customer_id")

    @cached_property
    def dues(self) -> dict[Any, list[Row]]:
        return self.by("invoice_due", "invoice_id")

    @cached_property
    def reversals(self) -> dict[Any, list[Row]]:
        return self.by("payment_reversal", "payment_id")

    @cached_property
    def refunds(self) -> dict[Any, list[Row]]:
        found: dict[Any, list[Row]] = defaultdict(list)
        for row in self.of("refund"):
            found[row.payment_id or row.credit_note_id].append(row)
        return found

    @cached_property
    def versions(self) -> dict[Any, list[Row]]:
        return self.by("subscription_version", "subscription_id")

    @cached_property
    def payers(self) -> list[Payer]:
        """Every customer with a version that recurs at any time."""
        plans = {row.plan_id: row for row in self.of("plan")}
        subscriptions = {row.subscription_id: row for row in self.of("subscription")}
        found: dict[Any, list[Recurrence]] = defaultdict(list)
        for row in self.of("subscription_version"):
            subscription, customer = subscriptions[row.subscription_id], self.customers[row.customer_id]
            if one := recurrence(row, plans[row.plan_id], subscription, customer):
                found[row.customer_id].append(one)
        return [Payer(self, self.customers[key], recurrences) for key, recurrences in found.items()]

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def window_start(self, window: str, as_of: datetime) -> datetime:
        """Where midnight comes twice, the first of them."""
        if window == "30d":
            return as_of - timedelta(hours=720)
        first = self.day(as_of).replace(day=1)
        return datetime(first.year, first.month, first.day, tzinfo=self.zone).astimezone(UTC)

    def major(self, minor: int | Fraction, currency: str) -> Fraction:
        return Fraction(minor) / int(10 ** self.exponents[currency])

    def rate(self, source: str, target: str, day: date) -> Fraction | None:
        """One unit of the one currency in the other."""
        if source == target:
            return Fraction(1)
        base, found = self.tenant.base_currency, self._direct(source, target, day)
        if found is not None or base in {source, target}:
            return found
        first, second = self._direct(source, base, day), self._direct(base, target, day)
        return None if first is None or second is None else first * second

    def _direct(self, source: str, target: str, day: date) -> Fraction | None:
        age = timedelta(days=int(self.tenant.settings.get("fx_max_age_days", 366)))
        found = [one for one in self.quotes[source, target] if day - age <= one[0] <= day]
        return max(found)[2] if found else None

    @cached_property
    def quotes(self) -> dict[tuple[str, str], list[tuple[date, int, Fraction]]]:
        """The rates of each pair: day, whether the row is the direct one, and rate."""
        found: dict[tuple[str, str], list[tuple[date, int, Fraction]]] = defaultdict(list)
        for row in self.of("fx_rate"):
            rate = Fraction(row.rate)
            found[row.from_currency, row.to_currency].append((row.day, 1, rate))
            found[row.to_currency, row.from_currency].append((row.day, 0, 1 / rate))
        return found
