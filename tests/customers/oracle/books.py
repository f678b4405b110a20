"""What docs/definitions.md says of receivables, aging and credit, slowly, from a list of what happened."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

__all__ = ["BUCKETS", "DIGITS", "Allocated", "Books", "Invoice", "Rate", "Source", "bucket_of"]

BUCKETS = ("current", "1-30", "31-60", "61-90", "90+", "unallocated")
DIGITS = {"EUR": 2, "USD": 2, "GBP": 2, "JPY": 0, "CHF": 2}
NO_DAY = date.max


@dataclass
class Invoice:
    invoice_id: str
    customer_id: str
    currency: str
    total: int
    issued: date
    parts: dict[int, tuple[date, int]]
    voided: date = NO_DAY

    def counts(self, day: date) -> bool:
        return self.issued <= day < self.voided


@dataclass
class Source:
    """A payment, a credit note or a write-off."""

    kind: str
    source_id: str
    customer_id: str
    currency: str
    amount: int
    dated: date
    gone: date = NO_DAY
    less: list[tuple[date, int]] = field(default_factory=list)

    def stands(self, day: date) -> bool:
        return self.dated <= day < self.gone

    def value(self, day: date) -> int:
        return self.amount - sum(amount for on, amount in self.less if on <= day) if self.stands(day) else 0


@dataclass(frozen=True)
class Allocated:
    source_id: str
    invoice_id: str
    seq: int
    amount: int
    day: date


@dataclass(frozen=True)
class Rate:
    day: date
    one: str
    other: str
    rate: Fraction


def bucket_of(day: date, due: date) -> str:
    late = (day - due).days
    if late <= 0:
        return "current"
    return next((name for name, most in (("1-30", 30), ("31-60", 60), ("61-90", 90)) if late <= most), "90+")


@dataclass
class Books:
    base: str = "EUR"
    invoices: dict[str, Invoice] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    allocations: list[Allocated] = field(default_factory=list)
    rates: list[Rate] = field(default_factory=list)

    def counting(self, day: date) -> list[Allocated]:
        return [
            each
            for each in self.allocations
            if each.day <= day
            and self.invoices[each.invoice_id].counts(day)
            and self.sources[each.source_id].stands(day)
        ]

    def open_parts(self, day: date, customer_id: str | None = None) -> list[tuple[Invoice, date, int]]:
        taken: dict[tuple[str, int], int] = defaultdict(int)
        for each in self.counting(day):
            taken[each.invoice_id, each.seq] += each.amount
        return [
            (invoice, due, amount - taken[invoice.invoice_id, seq])
            for invoice in self.invoices.values()
            if invoice.counts(day) and customer_id in {None, invoice.customer_id}
            for seq, (due, amount) in invoice.parts.items()
        ]

    def open_of(self, invoice_id: str, day: date) -> int:
        return sum(amount for invoice, _, amount in self.open_parts(day) if invoice.invoice_id == invoice_id)

    def left_of(self, source_id: str, day: date) -> int:
        used = sum(each.amount for each in self.counting(day) if each.source_id == source_id)
        return self.sources[source_id].value(day) - used

    def aging(self, day: date, customer_id: str | None = None) -> dict[tuple[str, str, str], int]:
        """By customer, currency and bucket; what is zero is left out."""
        figures: dict[tuple[str, str, str], int] = defaultdict(int)
        for invoice, due, amount in self.open_parts(day, customer_id):
            figures[invoice.customer_id, invoice.currency, bucket_of(day, due)] += amount
        for source in self.sources.values():
            if source.kind != "write_off" and customer_id in {None, source.customer_id}:
                figures[source.customer_id, source.currency, "unallocated"] -= self.left_of(
                    source.source_id, day
                )
        return {key: amount for key, amount in figures.items() if amount}

    def receivable(self, day: date, customer_id: str, currency: str) -> int:
        total = 0
        for invoice in self.invoices.values():
            if (invoice.customer_id, invoice.currency) == (customer_id, currency) and invoice.counts(day):
                total += invoice.total
        for source in self.sources.values():
            if (source.customer_id, source.currency) != (customer_id, currency):
                continue
            if source.kind == "write_off":
                total -= sum(each.amount for each in self.counting(day) if each.source_id == source.source_id)
            else:
                total -= source.value(day)
        return total

    def rate(self, one: str, other: str, day: date) -> Fraction | None:
        if one == other:
            return Fraction(1)
        direct = self._rate(one, other, day)
        if direct is not None:
            return direct
        first, second = self._rate(one, self.base, day), self._rate(self.base, other, day)
        return first * second if first is not None and second is not None else None

    def _rate(self, one: str, other: str, day: date) -> Fraction | None:
        if one == other:
            return Fraction(1)
        good = []
        for each in self.rates:
            if each.day <= day <= each.day + timedelta(days=366):
                if (each.one, each.other) == (one, other):
                    good.append((each.day, 1, each.rate))
                if (each.one, each.other) == (other, one):
                    good.append((each.day, 0, 1 / each.rate))
        return max(good)[2] if good else None

    def exposure(self, day: date, customer_id: str) -> dict[str, int]:
        figures: dict[str, int] = defaultdict(int)
        for (_, currency, _), amount in self.aging(day, customer_id).items():
            figures[currency] += amount
        return figures

    def measured(
        self, day: date, customer_id: str, own: str, limits: dict[str, int | None], more: dict[str, int]
    ) -> tuple[dict[str, Fraction], dict[str, int]]:
        """What counts against each limit, in minor units, and what no limit covers for want of a rate."""
        owed = self.exposure(day, customer_id)
        for currency, amount in more.items():
            owed[currency] += amount
        against = {currency: Fraction(owed.get(currency, 0)) for currency in limits}
        reference = own if own in limits else min(limits)
        uncovered: dict[str, int] = {}
        for currency, amount in owed.items():
            if currency in limits or not amount:
                continue
            rate = self.rate(currency, reference, day)
            if limits[reference] is None:
                continue
            if rate is None:
                uncovered[currency] = amount
            else:
                against[reference] += (
                    Fraction(amount, 10 ** DIGITS[currency]) * rate * 10 ** DIGITS[reference]
                )
        return against, uncovered
