"""A second opinion on every business metric, written from docs/definitions.md and from nothing else.

The rows of the tables are read once, with plain SQL; everything is computed from them with dates, whole
numbers and fractions, one function for each section of the page. Slow and obvious on purpose.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import text

from ledgerscope.catalogue import AREAS, Kind, Metric

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

Row = Any
Labels = tuple[str, ...]
Values = dict[Labels, Any]  # Fraction or int

METRICS: Final = tuple(metric for area in AREAS if area.name != "exporter" for metric in area.metrics)
INSTANT: Final = timedelta(microseconds=1)  # the least difference between two instants in the tables
WINDOWS: Final = ("30d", "mtd")
TABLES: Final = (
    "tenant", "currency", "fx_rate", "customer", "customer_status_history", "invoice", "invoice_due", "payment",
    "payment_reversal", "refund", "credit_note", "write_off", "allocation", "credit_limit", "plan", "subscription",
    "subscription_version", "survey_response", "job_run", "event", "event_rollup",
)  # fmt: skip
ABSENT: Final = frozenset(
    {
        "customer_credit_utilization_ratio", "chom_revenue_arpa", "chom_churn_ratio", "chom_revenue_retention_ratio",
        "chom_nps_score", "chom_nps_confidence_bound", "chom_csat_score",
    }
)  # fmt: skip
"""Metrics of which the page says when a series is absent."""
Z_95: Final = NormalDist().inv_cdf(0.975)


# Time and windows, exchange rates


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


@dataclass(frozen=True)
class Instalment:
    invoice: Row
    due_on: date
    open_minor: int


def contains(valid: Row, t: datetime) -> bool:
    return (valid.lower is None or valid.lower <= t) and (valid.upper is None or t < valid.upper)


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

    # Documents

    def invoice_counts(self, row: Row) -> bool:
        return row.status != "draft" and self.has_come(row.issued_on) and not self.has_come(row.voided_on)

    def payment_stands(self, row: Row) -> bool:
        return self.has_come(row.received_on) and not self.has_come(row.reversed_on)

    def credit_note_stands(self, row: Row) -> bool:
        return self.has_come(row.issued_on) and not self.has_come(row.voided_on)

    def refunded(self, key: Any) -> int:
        return sum(row.amount_minor for row in self.company.refunds[key] if self.has_come(row.refunded_on))

    def payment_value(self, row: Row) -> int:
        if not self.payment_stands(row):
            return 0
        back = sum(
            one.amount_minor
            for one in self.company.reversals[row.payment_id]
            if self.has_come(one.reversed_on)
        )
        return int(row.amount_minor - back - self.refunded(row.payment_id))

    def credit_note_value(self, row: Row) -> int:
        stands = self.credit_note_stands(row)
        return int(row.amount_minor - self.refunded(row.credit_note_id)) if stands else 0

    # Allocations

    @cached_property
    def allocations(self) -> list[Row]:
        """Those that count."""
        of = self.company.of
        invoices = {row.invoice_id for row in of("invoice") if self.invoice_counts(row)}
        sources = {row.payment_id for row in of("payment") if self.payment_stands(row)}
        sources |= {row.credit_note_id for row in of("credit_note") if self.credit_note_stands(row)}
        sources |= {row.write_off_id for row in of("write_off") if self.has_come(row.written_off_on)}
        return [
            row
            for row in of("allocation")
            if self.has_come(row.effective_on) and row.invoice_id in invoices and row.from_id in sources
        ]

    @cached_property
    def allocated(self) -> Counter[Any]:
        """What is allocated to each instalment, and from each source."""
        found: Counter[Any] = Counter()
        for row in self.allocations:
            found[row.invoice_id, row.due_seq] += row.amount_minor
            found[row.from_id] += row.amount_minor
        return found

    # Instalments

    @cached_property
    def instalments(self) -> list[Instalment]:
        """Every instalment of every invoice that counts, with what is open of it."""
        return [
            one for row in self.company.of("invoice") if self.invoice_counts(row) for one in self._of(row)
        ]

    def _of(self, invoice: Row) -> Iterator[Instalment]:
        dues = sorted(self.company.dues[invoice.invoice_id], key=lambda row: (row.due_on, row.seq))
        if not dues:
            terms = self.company.customers[invoice.customer_id].terms_days
            yield Instalment(invoice, invoice.issued_on + timedelta(days=terms), invoice.total_minor)
        missing = invoice.total_minor - sum(row.amount_minor for row in dues)
        for row in dues:
            amount = row.amount_minor + (missing if row is dues[-1] else 0)
            yield Instalment(invoice, row.due_on, amount - self.allocated[invoice.invoice_id, row.seq])

    @cached_property
    def unallocated(self) -> list[tuple[Any, str, int]]:
        """What is left of each payment and credit note: customer, currency and amount."""
        found = [
            (row.customer_id, row.currency, self.payment_value(row) - self.allocated[row.payment_id])
            for row in self.company.of("payment")
        ]
        for row in self.company.of("credit_note"):
            left = self.credit_note_value(row) - self.allocated[row.credit_note_id]
            found.append((row.customer_id, row.currency, left))
        return found

    # Limits and exposure

    @cached_property
    def limits(self) -> dict[Any, dict[str, int | None]]:
        """The limits in force, by customer and currency."""
        found: dict[Any, dict[str, int | None]] = defaultdict(dict)
        for row in self.company.of("credit_limit"):
            if row.status == "approved" and contains(row.valid, self.t):
                found[row.customer_id][row.currency] = row.limit_minor
        return found

    @cached_property
    def limited(self) -> list[Row]:
        """Existing customers with a finite limit in force."""
        return [
            row for row in self.existing if any(v is not None for v in self.limits[row.customer_id].values())
        ]

    @cached_property
    def exposures(self) -> dict[Any, dict[str, int]]:
        """What each customer owes, by customer and currency, in minor units."""
        found: dict[Any, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for one in self.instalments:
            found[one.invoice.customer_id][one.invoice.currency] += one.open_minor
        for customer_id, currency, left in self.unallocated:
            found[customer_id][currency] -= left
        return found

    @cached_property
    def measured(self) -> tuple[dict[tuple[Any, str], Fraction], dict[str, Fraction]]:
        """What is measured against each finite limit, in major units, and what no limit covers."""
        against: dict[tuple[Any, str], Fraction] = {}
        uncovered: dict[str, Fraction] = defaultdict(Fraction)
        for customer in self.limited:
            limits, key = self.limits[customer.customer_id], customer.customer_id
            against |= {(key, currency): Fraction(0) for currency in limits}
            reference = customer.currency if customer.currency in limits else min(limits)
            for currency, minor in self.exposures[key].items():
                amount = self.company.major(minor, currency)
                if currency in limits:
                    against[key, currency] += amount
                elif limits[reference] is not None:
                    rate = self.company.rate(currency, reference, self.day)
                    if rate is None:
                        uncovered[currency] += amount
                    else:
                        against[key, reference] += amount * rate
        return {key: v for key, v in against.items() if self.limits[key[0]][key[1]] is not None}, uncovered


def total(pairs: Iterable[tuple[Labels, Any]]) -> Values:
    found: Values = {}
    for labels, value in pairs:
        found[labels] = found.get(labels, 0) + value
    return found


# Customers


def accounts(now: Moment) -> Values:
    found = []
    for customer in now.existing:
        past = [row for row in now.company.history[customer.customer_id] if row.at <= now.t]
        if past:
            found.append(((max(past, key=lambda row: (row.at, row.history_id)).to_status,), 1))
    return total(found)


# Receivable and aging


def receivable(now: Moment) -> Values:
    of, major = now.company.of, now.company.major
    found = [(row.currency, row.total_minor) for row in of("invoice") if now.invoice_counts(row)]
    found += [(row.currency, -now.payment_value(row)) for row in of("payment")]
    found += [(row.currency, -now.credit_note_value(row)) for row in of("credit_note")]
    found += [(row.currency, -now.allocated[row.write_off_id]) for row in of("write_off")]
    return total(((currency,), major(minor, currency)) for currency, minor in found)


def aging_bucket(days: int) -> str:
    for last, name in ((0, "current"), (30, "1-30"), (60, "31-60"), (90, "61-90")):
        if days <= last:
            return name
    return "90+"


def open_amount(now: Moment) -> Values:
    found = [
        (aging_bucket((now.day - one.due_on).days), one.invoice.currency, one.open_minor)
        for one in now.instalments
    ]
    found += [("unallocated", currency, -left) for _, currency, left in now.unallocated]
    return total(
        ((bucket, currency), now.company.major(minor, currency)) for bucket, currency, minor in found
    )


def open_invoices(now: Moment) -> Values:
    by_invoice: dict[Any, list[Instalment]] = defaultdict(list)
    for one in now.instalments:
        by_invoice[one.invoice.invoice_id].append(one)
    due = ([one.due_on for one in parts if one.open_minor > 0] for parts in by_invoice.values())
    return total(((aging_bucket((now.day - min(days)).days),), 1) for days in due if days)


# Limits and exposure


def utilization_customers(now: Moment) -> Values:
    found = []
    for customer in now.limited:
        key = customer.customer_id
        shares = [
            now.measured[0][key, currency] / now.company.major(limit, currency) if limit else Fraction(1)
            for currency, limit in now.limits[key].items()
            if limit is not None
        ]
        found.append(((utilization_bucket(max(shares)),), 1))
    return total(found)


def utilization_bucket(share: Fraction) -> str:
    for percent, name in ((25, "0-25%"), (50, "25-50%"), (75, "50-75%"), (100, "75-100%")):
        if share < Fraction(percent, 100):
            return name
    return "100%+"


def without_limit(now: Moment) -> tuple[int, int]:
    """Customers with an expired limit, and unlimited ones."""
    ran_out = {
        row.customer_id
        for row in now.company.of("credit_limit")
        if row.status == "approved" and row.limit_minor is not None
        if row.valid.upper is not None and row.valid.upper <= now.t
    }
    limited = {row.customer_id for row in now.limited}
    others = [row.customer_id for row in now.existing if row.customer_id not in limited]
    expired = [key for key in others if not now.limits[key] and key in ran_out]
    return len(expired), len(others) - len(expired)


def limit_amount(now: Moment) -> Values:
    return total(
        ((currency,), now.company.major(limit, currency))
        for customer in now.limited
        for currency, limit in now.limits[customer.customer_id].items()
        if limit is not None
    )


def exposure_amount(now: Moment) -> Values:
    return total(((currency,), amount) for (_, currency), amount in now.measured[0].items())


def utilization_ratio(now: Moment) -> Values:
    exposure = exposure_amount(now)
    return {labels: exposure[labels] / limit for labels, limit in limit_amount(now).items() if limit}


# Recurring revenue

MONTHLY: Final = {
    "day": Fraction(365, 12), "week": Fraction(52, 12), "month": Fraction(1),
    "quarter": Fraction(1, 3), "half_year": Fraction(1, 6), "year": Fraction(1, 12),
}  # fmt: skip


@dataclass(frozen=True)
class Recurrence:
    """A version while it recurs: [start, end), with its price per month in minor units."""

    subscription: Row
    tier: str
    currency: str
    minor: Fraction
    start: datetime
    end: datetime | None

    def at(self, t: datetime) -> bool:
        return self.start <= t and (self.end is None or t < self.end)


def recurrence(version: Row, plan: Row, subscription: Row, customer: Row) -> Recurrence | None:
    price = Fraction(plan.amount_minor) * version.quantity * (1 - Fraction(version.discount))
    price = price / plan.interval_count * MONTHLY[plan.interval_unit]
    stored = Fraction(version.mrr)
    off = abs(stored - with_six_decimals(price))
    agreed = stored if version.currency == plan.currency and off < version.quantity else price
    start = max(at for at in (version.valid.lower, subscription.trial_end) if at is not None)
    ends = [at for at in (version.valid.upper, subscription.ended_at, customer.deleted_at) if at is not None]
    end = min(ends, default=None)
    if agreed <= 0 or plan.metered or subscription.status == "trialing" or (end is not None and end <= start):
        return None
    return Recurrence(subscription, plan.tier, plan.currency, agreed, start, end)


def with_six_decimals(amount: Fraction) -> Fraction:
    """As it is stored; a half is rounded up."""
    return Fraction(int(amount * 10**6 + Fraction(1, 2)), 10**6)


@dataclass(frozen=True)
class Payer:
    """What one customer pays at an instant, and whether it is paused."""

    company: Company
    customer: Row
    recurrences: list[Recurrence]

    def at(self, t: datetime) -> list[Recurrence]:
        return [one for one in self.recurrences if one.at(t)]

    def pays(self, t: datetime) -> bool:
        return bool(self.at(t))

    def mrr(self, t: datetime) -> dict[str, Fraction]:
        found: dict[str, Fraction] = defaultdict(Fraction)
        for one in self.at(t):
            found[one.currency] += one.minor
        return found

    def paused(self, t: datetime) -> bool:
        before = {
            one.subscription.subscription_id: one.subscription for one in self.recurrences if one.start < t
        }
        deleted = self.customer.deleted_at is not None and self.customer.deleted_at <= t
        return not self.pays(t) and not deleted and any(self._is_pause(row, t) for row in before.values())

    def _is_pause(self, row: Row, t: datetime) -> bool:
        if row.ended_at is not None and row.ended_at <= t:
            return False
        if row.cancel_requested_at is not None and row.cancel_requested_at <= t:
            return False
        later = any(one.valid.lower > t for one in self.company.versions[row.subscription_id])
        return bool(row.status == "paused" or later or row.ended_at is not None)

    def kind(self, before: datetime, after: datetime, change: Fraction) -> str:
        """The kind of the customer's movement from the one instant to the other."""
        if self.pays(before) and self.pays(after):
            return "expansion" if change > 0 else "contraction"
        if self.pays(before):
            return "paused" if self.paused(after) else "churn"
        if self.paused(before):
            return "resumed"
        return "reactivation" if any(one.start <= before for one in self.recurrences) else "new"

    def changes(self, before: datetime, after: datetime) -> Iterator[tuple[str, str, Fraction]]:
        """Kind, currency and amount of what changed from the one instant to the other."""
        old, new = self.mrr(before), self.mrr(after)
        for currency in {*old, *new}:
            if change := new[currency] - old[currency]:
                yield self.kind(before, after, change), currency, change


def before_start(now: Moment, window: str) -> datetime:
    """The last instant before the window."""
    return now.company.window_start(window, now.t) - INSTANT


def mrr(now: Moment) -> Values:
    return total(
        ((one.tier, one.currency), now.company.major(one.minor, one.currency))
        for payer in now.company.payers
        for one in payer.at(now.t)
    )


def paying(now: Moment) -> Values:
    return total(((currency,), 1) for payer in now.company.payers for currency in payer.mrr(now.t))


def arpa(now: Moment) -> Values:
    sums, counts = total(((currency,), v) for (_, currency), v in mrr(now).items()), paying(now)
    return {labels: amount / counts[labels] for labels, amount in sums.items()}


def customers_by_tier(now: Moment) -> Values:
    found = []
    for payer in now.company.payers:
        places = []
        for one in payer.at(now.t):
            rate = now.company.rate(one.currency, now.company.tenant.base_currency, now.day)
            amount = now.company.major(one.minor, one.currency) * (rate or 0)
            places.append((rate is None, -amount, one.tier))
        if places:
            found.append(((min(places)[2],), 1))
    return total(found)


# Movements


def mrr_start(now: Moment) -> Values:
    return total(
        ((currency, window), now.company.major(minor, currency))
        for window in WINDOWS
        for payer in now.company.payers
        for currency, minor in payer.mrr(before_start(now, window)).items()
    )


def mrr_movement(now: Moment) -> Values:
    return total(
        ((kind, currency, window), now.company.major(minor, currency))
        for window in WINDOWS
        for payer in now.company.payers
        for kind, currency, minor in payer.changes(before_start(now, window), now.t)
    )


def mrr_journal(now: Moment) -> Values:
    found = []
    for window in WINDOWS:
        start = now.company.window_start(window, now.t)
        for payer in now.company.payers:
            instants = {at for one in payer.recurrences for at in (one.start, one.end) if at is not None}
            for at in (at for at in instants if start <= at <= now.t):
                for kind, currency, minor in payer.changes(at - INSTANT, at):
                    found.append(((kind, currency, window), now.company.major(minor, currency)))
    return total(found)


# Churn and retention


def base_of(now: Moment, window: str) -> list[Payer]:
    return [payer for payer in now.company.payers if payer.pays(before_start(now, window))]


def lost_of(now: Moment, window: str) -> list[Payer]:
    return [one for one in base_of(now, window) if not one.pays(now.t) and not one.paused(now.t)]


def start_and_end(now: Moment, window: str) -> list[tuple[Fraction, Fraction]]:
    """What each customer of the base pays at the start and now, in the base currency; empty without a rate."""
    company = now.company
    day = company.day(company.window_start(window, now.t))
    found = []
    for payer in base_of(now, window):
        values = []
        for minors in (payer.mrr(before_start(now, window)), payer.mrr(now.t)):
            value = Fraction(0)
            for currency, minor in minors.items():
                rate = company.rate(currency, company.tenant.base_currency, day)
                if rate is None:
                    return []
                value += company.major(minor, currency) * rate
            values.append(value)
        found.append((values[0], values[0] if payer.paused(now.t) else values[1]))
    return found


def churn_ratio(now: Moment) -> Values:
    found: Values = {}
    for window in WINDOWS:
        if base := base_of(now, window):
            found["logo", window] = Fraction(len(lost_of(now, window)), len(base))
        if pairs := start_and_end(now, window):
            whole = sum(s for s, _ in pairs)
            found["revenue_gross", window] = sum(max(Fraction(0), s - e) for s, e in pairs) / whole
            found["revenue_net", window] = sum(s - e for s, e in pairs) / whole
    return found


def retention_ratio(now: Moment) -> Values:
    found: Values = {}
    for window in WINDOWS:
        if pairs := start_and_end(now, window):
            whole = sum(s for s, _ in pairs)
            found["gross", window] = sum(min(s, e) for s, e in pairs) / whole
            found["net", window] = sum(e for _, e in pairs) / whole
    return found


# Satisfaction


def latest_answers(now: Moment, kind: str, days: int) -> list[Row]:
    """Each respondent's latest answer of the last days."""
    latest: dict[str, Row] = {}
    for row in sorted(now.company.of("survey_response"), key=lambda row: (row.at, row.response_id)):
        if row.kind == kind and now.t - timedelta(days=days) < row.at <= now.t:
            latest[row.respondent_hash] = row
    return list(latest.values())


def nps_category(score: int) -> str:
    if score >= 9:
        return "promoter"
    return "passive" if score >= 7 else "detractor"


def nps_responses(now: Moment) -> Values:
    return total(((nps_category(row.score),), 1) for row in latest_answers(now, "nps", 90))


def nps_score(now: Moment) -> Values:
    counts = nps_responses(now)
    if not counts:
        return {}
    balance = counts.get(("promoter",), 0) - counts.get(("detractor",), 0)
    return {(): Fraction(100 * balance, sum(counts.values()))}


def nps_bounds(now: Moment) -> Values:
    counts = nps_responses(now)
    n, p, d = sum(counts.values()), counts.get(("promoter",), 0), counts.get(("detractor",), 0)
    if not n:
        return {}
    score = (p - d) / n
    return {
        ("lower",): 100 * furthest(score, -1, lambda difference: is_likely(p, d, n, difference)),
        ("upper",): 100 * furthest(score, 1, lambda difference: is_likely(p, d, n, difference)),
    }


def is_likely(p: int, d: int, n: int, difference: float) -> bool:
    """Whether the interval holds a difference of the shares of promoters and detractors."""
    middle = (2 * n - p + d) * difference - p - d
    q = (sqrt(max(0, middle**2 + 8 * n * d * difference * (1 - difference))) - middle) / (4 * n)
    variance = max(0, n * (2 * q + difference * (1 - difference)))
    return abs(p - d - n * difference) - 1 <= Z_95 * sqrt(variance)


def furthest(near: float, end: int, holds: Callable[[float], bool]) -> float:
    """How far it holds from a place where it does: the place beyond which it no longer does."""
    if holds(end):
        return end
    far = float(end)
    for _ in range(60):
        middle = (near + far) / 2
        near, far = (middle, far) if holds(middle) else (near, middle)
    return near


def csat_score(now: Moment) -> Values:
    answers = latest_answers(now, "csat", 30)
    satisfied = [row for row in answers if row.score > Fraction(6, 10) * row.scale_max]
    return {(): Fraction(100 * len(satisfied), len(answers))} if answers else {}


# Job queue


def waiting(now: Moment) -> list[Row]:
    return [
        row
        for row in now.company.of("job_run")
        if row.enqueued_at <= now.t and (row.started_at is None or now.t < row.started_at)
        if row.finished_at is None or now.t < row.finished_at  # else cancelled before it was started
    ]


def running(now: Moment) -> list[Row]:
    return [
        row
        for row in now.company.of("job_run")
        if row.started_at is not None and row.started_at <= now.t
        if row.finished_at is None or now.t < row.finished_at
    ]


def by_queue(rows: Iterable[Row]) -> Values:
    return total(((row.queue,), 1) for row in rows)


def oldest_wait(now: Moment) -> Values:
    found: Values = {}
    for row in waiting(now):
        seconds = Fraction((now.t - row.enqueued_at) // INSTANT, 1_000_000)
        found[row.queue,] = max(seconds, found.get((row.queue,), 0))
    return found


def jobs_stuck(now: Moment) -> Values:
    limit = timedelta(minutes=5)
    return by_queue(row for row in running(now) if now.t - (row.heartbeat_at or row.started_at) > limit)


def jobs_failed(now: Moment) -> Values:
    last = {row.job_id: row for row in sorted(now.company.of("job_run"), key=lambda row: row.attempt)}
    since = now.t - timedelta(hours=720)
    return by_queue(
        row for row in last.values() if row.state == "failed" and since < row.finished_at <= now.t
    )


# Counters

EVENTS: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "customer_created_total": {"CustomerCreated": {}},
    "customer_updated_total": {"CustomerUpdated": {}},
    "customer_deleted_total": {"CustomerDeleted": {}},
    "customer_status_changed_total": {"CustomerStatusChanged": {}},
    "customer_credit_limit_adjusted_total": {
        "CreditLimitAdjustmentRequested": {"status": "requested"},
        "CreditLimitAdjusted": {"status": "approved"},
        "CreditLimitRejected": {"status": "rejected"},
    },
    "customer_credit_breach_total": {"CreditLimitBreached": {}},
    "customer_aging_updated_total": {"AgingSnapshotRefreshed": {}},
    "chom_customers_new_total": {"CustomerWon": {}},
    "chom_customers_churned_total": {"CustomerLost": {}},
    "telecom_billing_jobs_total": {"JobFinished": {}},
    "telecom_billing_job_processing_duration_seconds": {"JobFinished": {}},
}
"""The events that each counter counts, and the labels that follow from the type of the event."""


@dataclass
class Tally:
    """What is known of the events of one label set."""

    count: int = 0
    milliseconds: int = 0
    buckets: list[int] = field(default_factory=lambda: [0] * 11)  # not cumulative, the last one without end


def event_labels(metric: Metric, values: Mapping[str, Any]) -> Labels | None:
    """The label values of an event; None where the catalogue does not know one of them."""
    found = []
    for label in metric.labels[1:]:
        value = values.get(label.name)
        if label.values and value not in label.values:
            value = "other" if "other" in label.values else None
        if value is None:
            return None
        found.append(str(value))
    return tuple(found)


def tallies(now: Moment, metric: Metric) -> dict[Labels, Tally]:
    found: dict[Labels, Tally] = defaultdict(Tally)
    kinds = EVENTS[metric.name]
    for row in now.company.of("event"):
        if row.event_type in kinds and row.occurred_at <= now.t:
            labels = event_labels(metric, {**row.labels, **kinds[row.event_type]})
            if labels is not None:
                found[labels].count += 1
                if row.duration_ms is not None:
                    found[labels].milliseconds += row.duration_ms
                    place = sum(row.duration_ms > 1000 * Fraction(str(bound)) for bound in metric.buckets)
                    found[labels].buckets[place] += 1
    for row in now.company.of("event_rollup"):
        if row.event_type in kinds:
            labels = event_labels(metric, {**row.labels, **kinds[row.event_type]})
            if labels is not None:
                found[labels].count += row.n
                found[labels].milliseconds += int(row.sum_duration_ms)
                both = zip(found[labels].buckets, row.buckets or [0] * 11, strict=True)
                found[labels].buckets = [a + b for a, b in both]
    return found


# Every metric

GAUGES: Final[Mapping[str, Callable[[Moment], Values]]] = {
    "customer_accounts": accounts,
    "customer_receivable_amount": receivable,
    "customer_aging_open_amount": open_amount,
    "customer_aging_open_invoices": open_invoices,
    "customer_credit_utilization_customers": utilization_customers,
    "customer_credit_expired_limit_customers": lambda now: {(): without_limit(now)[0]},
    "customer_credit_unlimited_customers": lambda now: {(): without_limit(now)[1]},
    "customer_credit_held_customers": lambda now: {(): sum(row.credit_hold for row in now.existing)},
    "customer_credit_limit_amount": limit_amount,
    "customer_credit_exposure_amount": exposure_amount,
    "customer_credit_utilization_ratio": utilization_ratio,
    "customer_credit_uncovered_amount": lambda now: {(c,): v for c, v in now.measured[1].items()},
    "chom_revenue_mrr": mrr,
    "chom_revenue_arpa": arpa,
    "chom_customers_paying": paying,
    "chom_customers": customers_by_tier,
    "chom_revenue_mrr_start": mrr_start,
    "chom_revenue_mrr_movement": mrr_movement,
    "chom_revenue_mrr_journal": mrr_journal,
    "chom_churn_base_customers": lambda now: {(w,): len(base_of(now, w)) for w in WINDOWS},
    "chom_churn_lost_customers": lambda now: {(w,): len(lost_of(now, w)) for w in WINDOWS},
    "chom_churn_ratio": churn_ratio,
    "chom_revenue_retention_ratio": retention_ratio,
    "chom_nps_score": nps_score,
    "chom_nps_confidence_bound": nps_bounds,
    "chom_nps_responses": nps_responses,
    "chom_csat_score": csat_score,
    "chom_csat_responses": lambda now: {(): len(latest_answers(now, "csat", 30))},
    "telecom_billing_queue_depth": lambda now: by_queue(waiting(now)),
    "telecom_billing_queue_oldest_wait_seconds": oldest_wait,
    "telecom_billing_jobs_running": lambda now: by_queue(running(now)),
    "telecom_billing_jobs_stuck": jobs_stuck,
    "telecom_billing_jobs_failed": jobs_failed,
}
"""How each gauge is computed, for one company at one instant."""


def read(connection: Connection) -> tuple[Company, ...]:
    """Every company with all rows that the page speaks of."""
    rows = {table: connection.execute(text(f"select * from {table}")).all() for table in TABLES}
    exponents = {row.code: row.exponent for row in rows.pop("currency")}
    by_tenant: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for table in rows.keys() - {"tenant"}:
        for row in rows[table]:
            by_tenant[row.tenant_id][table].append(row)
    return tuple(Company(row, exponents, by_tenant[row.tenant_id]) for row in rows["tenant"])


def expected(companies: Iterable[Company], as_of: datetime) -> dict[str, Values]:
    """Every series of every business metric, by name and labels."""
    found: dict[str, Values] = {name: {} for metric in METRICS for name in metric.series_names}
    for company in companies:
        now = Moment(company, as_of)
        for metric in METRICS:
            for name, values in series(now, metric):
                found[name] |= {(company.tenant.tenant_id, *labels): v for labels, v in values.items()}
    return found


def series(now: Moment, metric: Metric) -> Iterator[tuple[str, Values]]:
    """The series of a metric for one company; closed label sets are zero where nothing else is said."""
    zero = {} if metric.name in ABSENT else closed_label_sets(metric)
    if metric.kind is Kind.GAUGE:
        yield metric.name, zero | GAUGES[metric.name](now)
        return
    found = tallies(now, metric)
    if metric.kind is Kind.COUNTER:
        yield metric.name, zero | {labels: one.count for labels, one in found.items()}
        return
    yield f"{metric.name}_count", {labels: sum(one.buckets) for labels, one in found.items()}
    yield f"{metric.name}_sum", {labels: Fraction(one.milliseconds, 1000) for labels, one in found.items()}
    bounds = [*(str(float(bound)) for bound in metric.buckets), "+Inf"]
    yield (
        f"{metric.name}_bucket",
        {
            (*labels, b): sum(one.buckets[: n + 1])
            for labels, one in found.items()
            for n, b in enumerate(bounds)
        },
    )


def closed_label_sets(metric: Metric) -> Values:
    if not all(label.values for label in metric.labels[1:]):
        return {}
    sets = product(*(label.values for label in metric.labels[1:]))
    return {labels: 0 for labels in sets if labels not in metric.impossible}


def differences(name: str, served: Mapping[Labels, float], wanted: Mapping[Labels, Any]) -> list[str]:
    """Where served series differ from the expected ones, in both directions.

    Where the page does not say which series there are (currencies, queues), one of zero may be left out.
    """
    metric = next(metric for metric in METRICS if name in metric.series_names)
    exact = name in ABSENT or all(label.values for label in metric.labels[1:])
    found = []
    for labels in sorted({*served, *wanted}):
        there, right = served.get(labels), wanted.get(labels)
        if not exact:
            there, right = there or 0, right or 0
        if there is None or right is None:
            agrees = False
        else:
            agrees = abs(there - float(right)) <= 1e-9 * max(1, abs(float(right)))
        if not agrees:
            shown = None if right is None else float(right)
            found.append(f"{name}{list(labels)}: served {there}, expected {shown}")
    return found
