"""A company in which random things happen, while the oracle's books are kept beside it."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from ledgerscope.customers import Refused
from ledgerscope.customers.aging import Agings, RefreshAging
from ledgerscope.customers.credit import Adjustment, Credit, NewLimit, OverLimit
from ledgerscope.customers.lifecycle import Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Note, Operations
from ledgerscope.customers.receivables.operations import (
    CreditNotes,
    Finalise,
    Instalment,
    Invoices,
    NewCreditNote,
    NewInvoice,
    NewPayment,
    Payments,
    WriteOffs,
)
from ledgerscope.customers.statements import Period, Statements
from tests.customers.oracle.books import BUCKETS, DIGITS, Allocated, Books, Invoice, Rate, Source

if TYPE_CHECKING:
    from collections.abc import Callable

ZONES = ("Europe/Vienna", "America/Havana", "Pacific/Auckland", "America/New_York", "Asia/Kolkata")
STARTS = (
    datetime(2024, 2, 27, 20, tzinfo=UTC),
    datetime(2024, 3, 30, 22, tzinfo=UTC),
    datetime(2024, 10, 26, 23, tzinfo=UTC),
    datetime(2024, 12, 30, 10, tzinfo=UTC),
    datetime(2025, 1, 29, 11, tzinfo=UTC),
    datetime(2025, 9, 27, 13, tzinfo=UTC),
)
CURRENCIES = ("EUR", "USD", "JPY", "GBP", "CHF")
OFTEN = ("EUR",) * 6 + ("USD", "USD", "JPY", "GBP", "CHF")

END = date(9999, 12, 30)


@dataclass
class Limit:
    amount: int | None
    since: datetime
    until: datetime | None


@dataclass
class World:
    owner: Engine
    app: Engine
    company: str
    seed: int
    found: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    shapes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    story: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.zone = ZoneInfo(self.chance.choice(ZONES))
        self.now = self.chance.choice(STARTS)
        self.books = Books()
        self.limits: dict[tuple[str, str], Limit] = {}
        self.held: set[str] = set()
        self.ran_out: dict[str, list[datetime]] = defaultdict(list)
        self.own: dict[str, str] = {}
        self.terms: dict[str, int] = {}
        self.drafts: dict[str, NewInvoice] = {}
        self.written_off: dict[str, str] = {}
        with self.owner.begin() as connection:
            connection.execute(
                text(
                    "insert into tenant (tenant_id, name, timezone, base_currency, created_at)"
                    " values (:t, :t, :z, 'EUR', :n)"
                ),
                {"t": self.company, "z": self.zone.key, "n": self.now},
            )
        self.anna, self.bob = (
            Operations(
                self.app, Caller(tenant_id=self.company, actor=actor, source="ui"), clock=lambda: self.now
            )
            for actor in ("anna", "bob")
        )
        # what is refused has none of the fields, which says enough
        self.customers: Any = Customers(self.anna)
        self.credit: Any = Credit(self.anna)
        self.invoices: Any = Invoices(self.anna)
        self.payments: Any = Payments(self.anna)
        self.notes: Any = CreditNotes(self.anna)
        self.offs: Any = WriteOffs(self.anna)
        for name in ("Ada", "Ben"):
            currency, terms = self.chance.choice(("EUR", "USD", "JPY")), self.chance.choice((0, 14, 30))
            made = self.customers.create(NewCustomer(name=name, currency=currency, terms_days=terms))
            assert not isinstance(made, Refused), made
            self.own[made.customer_id], self.terms[made.customer_id] = currency, terms

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def fault(self, what: str) -> None:
        self.found.append(f"seed {self.seed} {self.today}: {what}")

    def same(self, what: str, expected: object, actual: object) -> None:
        self.done[what] += 1
        if expected != actual:
            self.fault(f"{what}: expected {expected}, was {actual}")

    def rows(self, query: str, **values: object) -> list[Any]:
        with self.owner.connect() as connection:
            return list(connection.execute(text(query), {"t": self.company, **values}))

    # What is written

    def call(self, name: str, ask: Callable[[], Any]) -> Any:
        """Carries out one operation, and notes which events and audit entries came with it."""
        before = self._marks()
        result = ask()
        events = self.rows(
            "select event_type, labels from event where tenant_id = :t and event_id > :b order by event_id",
            b=before[0],
        )
        entries = self.rows(
            "select action from audit_log where tenant_id = :t and seq > :b order by seq", b=before[1]
        )
        outcome = type(result).__name__ if isinstance(result, Refused) else "done"
        kind = f"{sorted(each.event_type for each in events)} {sorted(each.action for each in entries)}"
        self.shapes[f"{name} {outcome}"][kind] += 1
        self.story.append(f"{self.now:%m-%d %H} {name}: {result}")
        if isinstance(result, Refused) and not isinstance(result, OverLimit):
            self.same("a refusal writes nothing", "[] []", kind)
            self.shapes[f"{name} refused because"][result.reason[:90]] += 1
        return result

    def repeat(self, name: str, ask: Callable[[], Any], first: object) -> None:
        before = self._marks()
        self.same(f"{name} again with its key", first, ask())
        self.same(f"{name} again writes nothing", before, self._marks())

    def _marks(self) -> tuple[int, int]:
        (event,) = self.rows("select coalesce(max(event_id), 0) as n from event where tenant_id = :t")
        (entry,) = self.rows("select coalesce(max(seq), 0) as n from audit_log where tenant_id = :t")
        return event.n, entry.n

    def adopt(self) -> list[Allocated]:
        """Which of two equal instalments is settled first is free: read it, and judge what it adds up to."""
        query = """select replace(from_id::text, '-', '') as s, replace(invoice_id::text, '-', '') as i,
            due_seq, amount_minor, effective_on
            from allocation where tenant_id = :t order by recorded_at, allocation_id"""
        rows = [
            Allocated(each.s, each.i, each.due_seq, each.amount_minor, each.effective_on)
            for each in self.rows(query)
        ]
        fresh = list((Counter(rows) - Counter(self.books.allocations)).elements())
        self.books.allocations = rows
        return fresh

    def who(self) -> str:
        return self.chance.choice(list(self.own))

    def amount(self) -> int:
        return self.chance.choice((1, 333, 1000, 2500, 9999, 10_000, 30_000))

    # What happens

    def set_rate(self) -> None:
        one, other = self.chance.sample(CURRENCIES, 2)
        day = self.today - timedelta(days=self.chance.choice((0, 0, 1, 365, 366, 367, 300)))
        rate = self.chance.choice(("0.0061", "1.25", "0.8", "163.3", "1.1", "0.9217"))
        if any((each.day, each.one, each.other) == (day, one, other) for each in self.books.rates):
            return
        with self.owner.begin() as connection:
            connection.execute(
                text(
                    "insert into fx_rate (tenant_id, day, from_currency, to_currency, rate)"
                    " values (:t, :d, :a, :b, :r)"
                ),
                {"t": self.company, "d": day, "a": one, "b": other, "r": Decimal(rate)},
            )
        self.books.rates.append(Rate(day, one, other, Fraction(rate)))
        self.story.append(f"{self.now:%m-%d %H} rate {one}{other} {rate} on {day}")

    def move(self) -> None:
        self.now += timedelta(hours=self.chance.choice((1, 1, 5, 12, 24, 24 * 3, 24 * 17, 24 * 31)))

    def grant(self) -> None:
        who, currency = self.who(), self.chance.choice(("EUR", "EUR", "USD", "JPY"))
        amount = self.chance.choice((None, 0, 1000, 20_000, 50_000, 100_000))
        until = self.chance.choice((None, None, self.now + timedelta(days=20)))
        self.story.append(f"grant {currency} {amount} until {until}")
        asked = NewLimit(customer_id=who, currency=currency, limit_minor=amount, until=until)
        if self.chance.random() < 0.6:
            result = self.call("grant", lambda: self.credit.grant(asked, Note(reason="r")))
        else:
            adjustment = Adjustment(customer_id=who, currency=currency, limit_minor=amount)
            wanted = self.call(
                "request_adjustment", lambda: self.credit.request_adjustment(adjustment, Note(reason="r"))
            )
            if isinstance(wanted, Refused):
                return
            own = self.call("approve own", lambda: self.credit.approve(wanted.credit_limit_id))
            self.same("nobody approves what they asked for", True, isinstance(own, Refused))
            if self.chance.random() < 0.3:
                self.call("reject", lambda: self.credit.reject(wanted.credit_limit_id, Note(reason="r")))
                return
            desk = Credit(self.bob)
            result = self.call(
                "approve", lambda: desk.approve(wanted.credit_limit_id, Note(reason="r"), until=until)
            )
        if not isinstance(result, Refused):
            self.limits[who, currency] = Limit(amount, self.now, until)
            if until is not None and amount is not None:
                self.ran_out[who].append(until)

    def hold(self) -> None:
        who = self.who()
        act = self.chance.choice(("hold", "release"))
        result = self.call(act, lambda: getattr(self.credit, act)(who, Note(reason="r")))
        self.same("hold changed", (act == "hold") != (who in self.held), result.changed)
        (self.held.add if act == "hold" else self.held.discard)(who)

    def in_force(self, who: str, at: datetime | None = None) -> dict[str, int | None]:
        at = at or self.now
        return {
            currency: limit.amount
            for (customer, currency), limit in self.limits.items()
            if customer == who and limit.since <= at and (limit.until is None or at < limit.until)
        }

    def fits(self, who: str, currency: str, amount: int) -> bool | None:
        """None where no rate says."""
        limits = self.in_force(who)
        if not limits:
            return True
        own = self.own[who]
        reference = currency if currency in limits else (own if own in limits else min(limits))
        limit = limits[reference]
        if limit is None:
            return True
        against, uncovered = self.books.measured(self.today, who, own, limits, {currency: amount})
        if currency not in limits and self.books.rate(currency, reference, self.today) is None:
            return None
        if uncovered:
            self.done["fits with uncovered parts"] += 1
        return against[reference] <= limit

    def invoice(self) -> None:
        who, currency, total = self.who(), self.chance.choice(OFTEN), self.amount()
        issued = self.today - timedelta(days=self.chance.choice((0, 0, 0, 1, 29, 40, 100)))
        parts: tuple[Instalment, ...] = ()
        if total > 3 and self.chance.random() < 0.4:
            first = total // 3
            days = sorted(issued + timedelta(days=self.chance.choice((0, 10, 30, 31, 60))) for _ in range(2))
            parts = (Instalment(days[0], first), Instalment(days[1], total - first))
        override = self.chance.choice((None, None, None, "bob"))
        new = NewInvoice(
            customer_id=who,
            total_minor=total,
            currency=currency,
            instalments=parts,
            issued_on=issued,
            override_by=override,
        )
        self.story.append(f"invoice {total} {currency} {issued} override {override}")
        check = self.credit.check(who, currency, total)
        fits = self.fits(who, currency, total)
        if self.chance.random() < 0.25:
            plain = replace(new, override_by=None)
            made = self.call("draft", lambda: self.invoices.draft(plain))
            if isinstance(made, Refused):
                return
            self.check_money()
            if self.chance.random() < 0.4:
                return
            asked = Finalise(invoice_id=made.invoice_id, issued_on=issued, override_by=override)
            result = self.call("finalise", lambda: self.invoices.finalise(asked, Note(reason="r")))
        else:
            note = Note(reason="r", key=f"{self.seed}-{len(self.story)}")
            result = self.call("issue", lambda: self.invoices.issue(new, note))
            if not isinstance(result, Refused):
                self.repeat("issue", lambda: self.invoices.issue(new, note), result)
        held = who in self.held
        self.same("credit.check fits", fits is True and not held, check.fits)
        self.same("credit.check says why", check.fits, check.reason is None)
        if check.fits:
            self.same("invoice that fits", "IssuedInvoice", type(result).__name__)
        elif override is None:
            kind = "Refused" if isinstance(result, Refused) else "issued"
            self.same("invoice that does not fit, or on hold", "Refused", kind)
        else:
            self.same("invoice with an override", "IssuedInvoice", type(result).__name__)
        if not isinstance(result, Refused):
            self.same("over_limit is what is known", fits is False, result.over_limit)
        if isinstance(result, Refused):
            return
        dues = parts or (Instalment(issued + timedelta(days=self.terms[who]), total),)
        self.books.invoices[result.invoice_id] = Invoice(
            result.invoice_id,
            who,
            currency,
            total,
            issued,
            {n: (p.due_on, p.amount_minor) for n, p in enumerate(dues, 1)},
        )
        self.adopt_settled("invoice", None, None)

    def adopt_settled(
        self, what: str, source_id: str | None, said: int | None, before: list[Any] | None = None
    ) -> None:
        fresh = self.adopt()
        if source_id is None:
            self.same(f"{what} settles nothing by itself", [], fresh)
            return
        self.same(
            f"{what}: allocated as told",
            said,
            sum(each.amount for each in fresh if each.source_id == source_id),
        )
        if before is not None:
            self._oldest_first(what, fresh, before)

    def _oldest_first(self, what: str, fresh: list[Allocated], before: list[Any]) -> None:
        got: dict[date, int] = defaultdict(int)
        for each in fresh:
            got[self.books.invoices[each.invoice_id].parts[each.seq][0]] += each.amount
        left, wanted = sum(got.values()), {}
        owed: dict[date, int] = defaultdict(int)
        for _, due, amount in before:
            owed[due] += amount
        for due in sorted(owed):
            if (part := min(left, owed[due])) > 0:
                wanted[due] = part
                left -= part
        self.same(
            f"{what}: due first is settled first",
            wanted,
            {due: amount for due, amount in got.items() if amount},
        )

    def open_now(self, who: str, currency: str) -> list[tuple[Invoice, date, int]]:
        return [
            each for each in self.books.open_parts(END, who) if each[0].currency == currency and each[2] > 0
        ]

    def receive(self) -> None:
        who, currency, amount = self.who(), self.chance.choice(OFTEN), self.amount()
        allocate = self.chance.random() < 0.7
        received = self.today - timedelta(days=self.chance.choice((0, 0, 0, 1, 35, -9)))
        new = NewPayment(
            customer_id=who, amount_minor=amount, currency=currency, allocate=allocate, received_on=received
        )
        before = self.open_now(who, currency)
        note = Note(key=f"{self.seed}-{len(self.story)}")
        result = self.call("receive", lambda: self.payments.receive(new, note))
        if isinstance(result, Refused):
            return
        self.repeat("receive", lambda: self.payments.receive(new, note), result)
        other = replace(new, amount_minor=amount + 1)
        clash = self.call("receive otherwise", lambda: self.payments.receive(other, note))
        self.same("another request with the key", True, isinstance(clash, Refused))
        self.books.sources[result.payment_id] = Source(
            "payment", result.payment_id, who, currency, amount, received
        )
        wanted = min(amount, sum(each[2] for each in before)) if allocate else 0
        if received > self.today:
            settled = result.allocated_minor
            self.shapes["post-dated payment"][f"allocates {settled} of {wanted}"] += 1
            self.adopt()
            return
        self.same("payment: settles what it can", wanted, result.allocated_minor)
        self.adopt_settled("payment", result.payment_id, wanted, before)

    def credit_note(self) -> None:
        who, currency, amount = self.who(), self.chance.choice(OFTEN), self.amount()
        invoice = None
        if self.books.invoices and self.chance.random() < 0.5:
            invoice = self.chance.choice(list(self.books.invoices.values()))
            who, currency = invoice.customer_id, invoice.currency
        new = NewCreditNote(
            customer_id=who,
            amount_minor=amount,
            reason="late",
            currency=currency,
            invoice_id=invoice.invoice_id if invoice else None,
        )
        before = self.open_now(who, currency)
        result = self.call(
            "credit note" + (" of an invoice" if invoice else ""), lambda: self.notes.issue(new)
        )
        if isinstance(result, Refused):
            return
        self.books.sources[result.credit_note_id] = Source(
            "credit_note", result.credit_note_id, who, currency, amount, self.today
        )
        total = sum(each[2] for each in before if invoice is None or each[0] is invoice)
        self.shapes["credit note allocates" + (" of an invoice" if invoice else "")][
            f"all it can {result.allocated_minor == min(amount, total)}, nothing {not result.allocated_minor}"
        ] += 1
        self.adopt_settled("credit note", result.credit_note_id, result.allocated_minor)

    def pick(self, kind: str) -> Source | None:
        some = [each for each in self.books.sources.values() if each.kind == kind]
        return self.chance.choice(some) if some else None

    def allocate(self) -> None:
        source = self.pick(self.chance.choice(("payment", "credit_note")))
        if source is None:
            return
        most = self.chance.choice((None, None, 500))
        of = self.payments if source.kind == "payment" else self.notes
        before = self.open_now(source.customer_id, source.currency)
        invoice_id = None
        if before and self.chance.random() < 0.5:
            invoice_id = self.chance.choice(before)[0].invoice_id
            before = [each for each in before if each[0].invoice_id == invoice_id]
        left = self.books.left_of(source.source_id, END)
        result = self.call("allocate", lambda: of.allocate(source.source_id, invoice_id, limit_minor=most))
        wanted = max(0, min(left, sum(each[2] for each in before), left if most is None else most))
        if isinstance(result, Refused):
            self.same(f"allocate refused ({result.reason[:60]})", 0, wanted)
            return
        self.same("allocate: as much as fits", wanted, result.allocated_minor)
        self.adopt_settled("allocate", source.source_id, result.allocated_minor, before)

    def refund(self) -> None:
        source = self.pick(self.chance.choice(("payment", "credit_note")))
        if source is None:
            return
        of = self.payments if source.kind == "payment" else self.notes
        left = self.books.left_of(source.source_id, END)
        amount = self.chance.choice((left, left + 1, max(1, left // 2), 1))
        result = self.call("refund", lambda: of.refund(source.source_id, amount))
        self.same(
            f"refund of {amount} of {left}",
            source.dated > self.today or not 0 < amount <= left,
            isinstance(result, Refused),
        )
        if not isinstance(result, Refused):
            source.less.append((self.today, amount))
            self.adopt_settled("refund", None, None)

    def reverse(self) -> None:
        source = self.pick("payment")
        if source is None:
            return
        value, left = source.value(END), self.books.left_of(source.source_id, END)
        amount = self.chance.choice((None, 1, max(1, value // 2), value, value + 1))
        why = self.chance.choice(("bounced", "charged_back"))
        result = self.call(
            "reverse" if amount is None else "reverse a part",
            lambda: self.payments.reverse(source.source_id, why, Note(reason="r"), amount_minor=amount),
        )
        counts = source.dated <= self.today
        possible = value > 0 and (amount is None or (counts and 0 < amount <= value))
        self.same(
            f"reverse {amount} of {value} (taken back {source.less})",
            not possible,
            isinstance(result, Refused),
        )
        if isinstance(result, Refused):
            return
        taken = value if amount is None else amount
        (row,) = self.rows(
            "select reversed_on from payment where tenant_id = :t and payment_id = :p", p=source.source_id
        )
        if row.reversed_on is not None:
            source.gone = row.reversed_on
            day = max(self.today, source.dated)
            self.same("reversed as a whole, at once", (value, day), (taken, row.reversed_on))
        else:
            source.less.append((self.today, taken))
        self.adopt()
        self.same(
            "reversal opens no more than needed",
            max(0, left - taken),
            self.books.left_of(source.source_id, END),
        )

    def void(self) -> None:
        if not self.books.invoices:
            return
        invoice = self.chance.choice(list(self.books.invoices.values()))
        result = self.call("void", lambda: self.invoices.void(invoice.invoice_id, Note(reason="r")))
        if isinstance(result, Refused):
            return
        self.same("void twice", date.max, invoice.voided)
        invoice.voided = self.today
        self.adopt()

    def write_off(self) -> None:
        if not self.books.invoices:
            return
        invoice = self.chance.choice(list(self.books.invoices.values()))
        owed = self.books.open_of(invoice.invoice_id, END)
        result = self.call(
            "write off", lambda: self.offs.write_off(invoice.invoice_id, Note(reason="r"), approved_by="bob")
        )
        self.same(f"write off {owed}", owed <= 0, isinstance(result, Refused))
        if isinstance(result, Refused):
            return
        self.same("written off", owed, result.amount_minor)
        self.books.sources[result.write_off_id] = Source(
            "write_off", result.write_off_id, invoice.customer_id, invoice.currency, owed, self.today
        )
        self.written_off[result.write_off_id] = invoice.invoice_id
        self.adopt_settled("write off", result.write_off_id, owed)

    def recover(self) -> None:
        source = self.pick("write_off")
        if source is None:
            return
        invoice_id = self.written_off[source.source_id]
        stands = sum(
            each.amount for each in self.books.counting(self.today) if each.source_id == source.source_id
        )
        amount = self.chance.choice((None, 1, stands, stands + 1))
        owed = self.books.open_of(invoice_id, self.today)
        why = self.chance.choice(("error", "recovered"))
        result = self.call(
            "reverse a write-off",
            lambda: self.offs.reverse(source.source_id, why, Note(reason="r"), amount_minor=amount),
        )
        possible = stands > 0 and (amount is None or 0 < amount <= stands)
        self.same(f"reverse write-off {amount} of {stands}", not possible, isinstance(result, Refused))
        if isinstance(result, Refused):
            return
        self.adopt()
        wanted = owed + (stands if amount is None else amount)
        self.same("debt stands again", wanted, self.books.open_of(invoice_id, self.today))

    # What is asked

    def check_money(self) -> None:
        day = self.today
        for invoice in self.books.invoices.values():
            seen = self.invoices.get(invoice.invoice_id)
            owed = self.books.open_of(invoice.invoice_id, day)
            self.same("invoice open", owed, seen.open_minor)
            if invoice.voided <= day:
                self.same("invoice status", "void", seen.status)
            else:
                self.same("invoice is open where something is", owed > 0, seen.status == "open")
        for source in self.books.sources.values():
            if source.kind != "write_off":
                of = self.payments if source.kind == "payment" else self.notes
                seen = of.get(source.source_id)
                wanted = source.value(day), self.books.left_of(source.source_id, day)
                self.same(f"{source.kind} value and left", wanted, (seen.value_minor, seen.left_minor))
        for who in self.own:
            exposed = self.books.exposure(day, who)
            limits = self.in_force(who)
            for currency in CURRENCIES:
                seen = self.credit.exposure(who, currency)
                self.same("exposure", exposed.get(currency, 0), seen.minor)
                self.same("receivable is exposure", self.books.receivable(day, who, currency), seen.minor)
                view = self.credit.utilization(who, currency)
                if isinstance(view, Refused):
                    self.shapes["utilization refused"][view.reason] += 1
                    continue
                self._utilization(who, currency, limits, view)

    def _utilization(self, who: str, currency: str, limits: dict[str, int | None], view: Any) -> None:
        if not limits:
            self.same("no limit", (False, None, None), (view.limited, view.limit_minor, view.available_minor))
            return
        own = self.own[who]
        reference = currency if currency in limits else (own if own in limits else min(limits))
        limit = limits[reference]
        if limit is None:
            self.same("unlimited", (None, None), (view.limit_minor, view.available_minor))
            return
        if currency not in limits and self.books.rate(currency, reference, self.today) is None:
            seen = view.limit_currency, view.limited, view.limit_minor, view.has_rate, view.available_minor
            self.same("utilization without a rate", (reference, True, limit, False, 0), seen)
            return
        self.same("utilization: limit", limit, view.limit_minor)
        against, _ = self.books.measured(self.today, who, own, limits, {})
        exact = against[reference]
        self.same("utilization: currency", reference, view.limit_currency)
        self.same(
            f"exposure against the limit near {view.exposure_minor}",
            ceil(exact),
            view.exposure_minor,
        )
        if exact.denominator == 1:
            self.same("available", max(Fraction(0), limit - exact), view.available_minor)
        if limit:
            self.same("utilization", exact / limit, view.utilization)
        else:
            self.shapes["utilization of a limit of zero"][str(view.utilization)] += 1

    def check_aging(self) -> None:
        day = self.today - timedelta(days=self.chance.choice((0, 0, 1, 13, 30, 31, 90)))
        agings: Any = Agings(self.anna)
        kept = self.call("refresh aging", lambda: agings.refresh(RefreshAging(day=day)))
        if isinstance(kept, Refused):
            self.fault(f"aging of {day}: {kept}")
            return
        wanted = self.books.aging(day)
        got: dict[tuple[str, str, str], int] = {}
        cursor, accounts = None, 0
        while True:
            page = agings.accounts(day, limit=2, cursor=cursor)
            for account in page.accounts:
                accounts += 1
                for bucket, amount in account.buckets.items():
                    if amount:
                        got[account.customer_id, account.currency, bucket] = amount
            cursor = page.next_cursor
            if cursor is None:
                break
        self.same(f"aging of {day}", wanted, got)
        self.same("accounts of a snapshot", kept.accounts, accounts)
        need = {key[:2] for key in wanted}
        self.shapes["accounts in a snapshot"][
            "just those not zero" if accounts == len(need) else "also at zero"
        ] += 1

    def check_statement(self) -> None:
        who, currency = self.who(), self.chance.choice(CURRENCIES)
        first = self.today - timedelta(days=self.chance.choice((0, 5, 30, 60, 120)))
        last = min(self.today, first + timedelta(days=self.chance.choice((0, 3, 28, 31, 120))))
        as_of = self.chance.choice((None, last, self.today, first))
        statements = Statements(self.anna)
        file = self.call(
            "statement", lambda: statements.generate(who, currency, Period(first, last), "csv", as_of)
        )
        if isinstance(file, Refused) or not hasattr(file, "content"):
            self.shapes["statement refused"][str(file)[:120]] += 1
            return
        lines = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
        scale = 10 ** DIGITS[currency]

        def minor(cell: str) -> int:
            number = Fraction(cell or "0") * scale
            assert number.denominator == 1, cell
            return int(number)

        def owed(day: date) -> int:
            return self.books.receivable(day, who, currency)

        balance = owed(first - timedelta(days=1))
        by_day: dict[date, int] = defaultdict(int)
        for line in lines:
            kind = line["record"]
            if kind == "opening":
                self.same("opening balance", balance, minor(line["balance"]))
            elif kind == "movement":
                change = minor(line["debit"]) - minor(line["credit"])
                by_day[date.fromisoformat(line["date"])] += change
                balance += change
                self.same("running balance", balance, minor(line["balance"]))
                self.shapes["types of movements"][line["type"]] += 1
            elif kind == "closing":
                self.same("closing balance", owed(last), minor(line["balance"]))
        day = first
        while day <= last:
            self.same("change of a day", owed(day) - owed(day - timedelta(days=1)), by_day.get(day, 0))
            day += timedelta(days=1)
        shown = {
            line["type"] or line["reference"]: minor(line["balance"])
            for line in lines
            if line["record"] == "aging"
        }
        wanted = {
            bucket: amount
            for (_, cur, bucket), amount in self.books.aging(as_of or last, who).items()
            if cur == currency
        }
        self.same(
            "aging of a statement", wanted, {bucket: amount for bucket, amount in shown.items() if amount}
        )
        self.shapes["records of a statement"][
            str(sorted({(line["record"], line["type"]) for line in lines if line["record"] == "aging"}))
        ] += 1
        self.same("buckets", True, set(shown) <= set(BUCKETS))

    def told(self) -> str:
        return "\n".join(self.story)

    def run(self, steps: int = 25) -> None:
        acts = (
            [self.invoice] * 6 + [self.receive] * 4 + [self.credit_note] * 2
            + [self.allocate] * 2 + [self.refund] * 2
            + [self.reverse] * 2 + [self.void, self.write_off, self.write_off, self.recover, self.hold]
            + [self.grant] * 3 + [self.set_rate] * 3 + [self.move] * 6
        )  # fmt: skip
        for number in range(steps):
            self.chance.choice(acts)()
            self.check_money()
            if number % 5 == 4:
                self.check_aging()
                self.check_statement()
