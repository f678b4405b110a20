"""Aging: by hand, and against the definitions written out slowly for hundreds of random businesses."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.aging import BEGINS, AgingCollector
from ledgerscope.catalogue.aging import DUE_BUCKETS
from ledgerscope.domain import aging
from ledgerscope.domain.money import EXPONENTS
from tests.collectors.books import NOON, TODAY, Books, at, day

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Engine

OPEN = "customer_aging_open_amount"
INVOICES = "customer_aging_open_invoices"
RECEIVABLE = "customer_receivable_amount"
ZONES = ("UTC", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati")


def nonzero(values: dict[tuple[str, ...], float]) -> dict[tuple[str, ...], float]:
    return {labels: value for labels, value in values.items() if value}


def test_the_buckets_are_those_of_the_definition() -> None:
    assert [name for name, _ in aging.BUCKETS] == list(DUE_BUCKETS)
    assert [last + 1 for _, last in aging.BUCKETS if last is not None] == list(BEGINS)


@pytest.mark.parametrize(
    ("due", "bucket"),
    [
        *((3, "current"), (0, "current"), (-1, "1-30"), (-30, "1-30"), (-31, "31-60"), (-60, "31-60")),
        *((-61, "61-90"), (-90, "61-90"), (-91, "90+"), (-400, "90+")),
    ],
)
def test_an_instalment_is_in_the_bucket_of_its_days_overdue(books: Books, due: int, bucket: str) -> None:
    books.tenant()
    books.invoice(books.customer(), (1250, day(due)), issued_on=day(-500))
    found = books.read(AgingCollector())
    assert nonzero(found[OPEN]) == {("acme", bucket, "EUR"): 12.5}
    assert nonzero(found[INVOICES]) == {("acme", bucket): 1}


def test_a_company_without_rows_shows_every_known_series_at_zero(books: Books) -> None:
    books.tenant(base_currency="JPY")
    found = books.read(AgingCollector())
    assert found[OPEN] == {("acme", bucket, "JPY"): 0 for bucket in (*DUE_BUCKETS, "unallocated")}
    assert found[INVOICES] == {("acme", bucket): 0 for bucket in DUE_BUCKETS}
    assert found[RECEIVABLE] == {("acme", "JPY"): 0}
    assert found["customer_aging_updated_total"] == {("acme", "scheduled"): 0, ("acme", "on_demand"): 0}


def test_each_instalment_ages_by_its_own_due_date_and_the_invoice_by_its_oldest(books: Books) -> None:
    books.tenant()
    books.invoice(books.customer(), (1000, day(-40)), (500, day(-5)), (300, day(25)), issued_on=day(-70))
    found = books.read(AgingCollector())
    assert nonzero(found[OPEN]) == {
        ("acme", "31-60", "EUR"): 10.0,
        ("acme", "1-30", "EUR"): 5.0,
        ("acme", "current", "EUR"): 3.0,
    }
    assert nonzero(found[INVOICES]) == {("acme", "31-60"): 1}


def test_money_is_scaled_by_the_exponent_of_its_currency(books: Books) -> None:
    books.tenant()
    customer = books.customer()
    for currency in ("JPY", "EUR", "KWD"):
        books.invoice(customer, (123456, day(1)), currency=currency)
    receivable = books.read(AgingCollector())[RECEIVABLE]
    assert receivable == {("acme", "EUR"): 1234.56, ("acme", "JPY"): 123456.0, ("acme", "KWD"): 123.456}


def test_a_part_payment_a_credit_note_and_a_write_off_lower_what_is_open(books: Books) -> None:
    books.tenant()
    customer = books.customer()
    invoice = books.invoice(customer, (10000, day(-10)))
    books.allocate(books.payment(customer, 3000), invoice, 3000)
    books.allocate(books.credit_note(customer, 500), invoice, 500, kind="credit_note")
    books.allocate(books.write_off(customer, 1500), invoice, 1500, kind="write_off")
    found = books.read(AgingCollector())
    assert nonzero(found[OPEN]) == {("acme", "1-30", "EUR"): 50.0}
    assert found[RECEIVABLE] == {("acme", "EUR"): 50.0}


def test_money_not_set_against_an_invoice_is_negative_in_a_bucket_of_its_own(books: Books) -> None:
    books.tenant()
    customer = books.customer()
    invoice = books.invoice(customer, (10000, day(10)))
    books.allocate(books.payment(customer, 4000), invoice, 2500)
    books.credit_note(customer, 700)
    found = books.read(AgingCollector())
    assert nonzero(found[OPEN]) == {
        ("acme", "current", "EUR"): 75.0,
        ("acme", "unallocated", "EUR"): -22.0,
    }
    assert found[RECEIVABLE] == {("acme", "EUR"): 53.0}


def test_drafts_void_invoices_and_bounced_payments_are_owed_by_nobody(books: Books) -> None:
    books.tenant()
    customer = books.customer()
    books.invoice(customer, (100, day(1)), status="draft")
    books.invoice(customer, (200, day(1)), status="void", voided_on=TODAY)
    books.invoice(customer, (400, day(1)), status="void", voided_on=day(1))
    books.payment(customer, 800, reversed_on=TODAY)
    found = books.read(AgingCollector())
    assert nonzero(found[OPEN]) == {("acme", "current", "EUR"): 4.0}
    assert nonzero(found[RECEIVABLE]) == {("acme", "EUR"): 4.0}


def test_a_past_instant_ignores_what_was_settled_after_it(books: Books) -> None:
    books.tenant()
    customer = books.customer()
    invoice = books.invoice(customer, (1000, day(-40)), issued_on=day(-70))
    payment = books.payment(customer, 1000, received_on=day(-5))
    books.allocate(payment, invoice, 1000, on=day(-5), recorded_at=at(-5))
    assert nonzero(books.read(AgingCollector())[OPEN]) == {}
    before = books.read(AgingCollector(), at(-6))
    assert nonzero(before[OPEN]) == {("acme", "31-60", "EUR"): 10.0}
    assert nonzero(books.read(AgingCollector(), at(-45))[OPEN]) == {("acme", "current", "EUR"): 10.0}
    assert nonzero(books.read(AgingCollector(), at(-80))[OPEN]) == {}


def test_an_allocation_recorded_later_was_not_known_at_the_instant(books: Books) -> None:
    books.tenant()
    customer = books.customer()
    invoice = books.invoice(customer, (1000, day(5)))
    books.allocate(books.payment(customer, 1000), invoice, 1000, on=day(-9), recorded_at=at(-1))
    known = books.read(AgingCollector(), at(-2))
    assert nonzero(known[OPEN]) == {
        ("acme", "current", "EUR"): 10.0,
        ("acme", "unallocated", "EUR"): -10.0,
    }
    assert nonzero(known[RECEIVABLE]) == {}
    assert nonzero(books.read(AgingCollector())[OPEN]) == {}


def test_taking_an_allocation_back_opens_the_instalment_again(books: Books) -> None:
    books.tenant()
    customer = books.customer()
    invoice = books.invoice(customer, (1000, day(-1)))
    payment = books.payment(customer, 1000)
    original = books.allocate(payment, invoice, 1000, on=day(-9), recorded_at=at(-9))
    books.write()
    books.allocate(payment, invoice, -1000, on=day(-3), recorded_at=at(-3), reverses=original)
    assert nonzero(books.read(AgingCollector(), at(-4))[OPEN]) == {}
    assert nonzero(books.read(AgingCollector())[OPEN]) == {
        ("acme", "1-30", "EUR"): 10.0,
        ("acme", "unallocated", "EUR"): -10.0,
    }


def test_a_day_begins_at_the_midnight_of_the_company(books: Books) -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        tenant = books.tenant(zone.partition("/")[2].lower(), timezone=zone)
        books.invoice(books.customer(tenant), (100, TODAY), tenant_id=tenant)
    found = nonzero(
        books.read(AgingCollector())[OPEN]
    )  # noon UTC: already the 16th there, still the 15th here
    assert found == {("kiritimati", "1-30", "EUR"): 1.0, ("pago_pago", "current", "EUR"): 1.0}


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_random_businesses_age_as_the_definition_says(shared: Engine, seed: int) -> None:
    random = Random(seed)
    with shared.connect() as connection, connection.begin() as transaction:
        books = Books(connection)
        made = {f"t{number}": _business(books, f"t{number}", random) for number in range(60)}
        for as_of in (NOON, at(random.randint(-30, -1)), at(-random.random() * 3)):
            found = books.read(AgingCollector(), as_of)
            for tenant_id, business in made.items():
                _compare(found, tenant_id, business, as_of)
        transaction.rollback()


class _Business:
    """A random business as the definitions see it, and its zone."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self.claims: list[aging.Claim] = []
        self.credits: list[aging.Credit] = []


def _compare(
    found: dict[str, dict[tuple[str, ...], float]], tenant_id: str, business: _Business, as_of: datetime
) -> None:
    cut = aging.Cut(as_of.astimezone(ZoneInfo(business.zone)).date(), as_of)
    amounts = aging.age(business.claims, business.credits, cut)
    assert _minor(found[OPEN], tenant_id, currency=2) == {
        (tenant_id, bucket, currency): minor for (currency, bucket), minor in amounts.items()
    }
    assert nonzero(_of(found[INVOICES], tenant_id)) == {
        (tenant_id, bucket): n for bucket, n in aging.open_invoices(business.claims, cut).items()
    }
    ledger = aging.receivable(business.claims, business.credits, cut)
    assert _minor(found[RECEIVABLE], tenant_id, currency=1) == {
        (tenant_id, currency): minor for currency, minor in ledger.items()
    }
    balance: defaultdict[str, int] = defaultdict(int)
    for (_, _, currency), minor in _minor(found[OPEN], tenant_id, currency=2).items():
        balance[currency] += minor
    assert {currency: minor for currency, minor in balance.items() if minor} == ledger


def _of(values: dict[tuple[str, ...], float], tenant_id: str) -> dict[tuple[str, ...], float]:
    return {labels: value for labels, value in values.items() if labels[0] == tenant_id}


def _minor(
    values: dict[tuple[str, ...], float], tenant_id: str, *, currency: int
) -> dict[tuple[str, ...], int]:
    """Amounts in minor units again: exact, because they are far below 2 to the power of 53."""
    scaled = {
        labels: round(value * 10 ** EXPONENTS[labels[currency]])
        for labels, value in _of(values, tenant_id).items()
    }
    return {labels: minor for labels, minor in scaled.items() if minor}


def _business(books: Books, tenant_id: str, random: Random) -> _Business:
    business = _Business(random.choice(ZONES))
    books.tenant(tenant_id, timezone=business.zone)
    for _ in range(random.randint(0, 3)):
        _history(books, tenant_id, business, random)
    return business


@dataclass
class _Part:
    """An instalment while it is being paid: how much of it is left."""

    invoice_id: UUID
    seq: int
    issued_on: date
    left: int
    allocations: list[aging.Allocation] = field(default_factory=list)


def _history(books: Books, tenant_id: str, business: _Business, random: Random) -> None:
    """Invoices, credits and allocations of one customer in one currency."""
    customer, currency = books.customer(tenant_id), random.choice(("EUR", "JPY", "KWD"))
    invoices = [_invoice(books, customer, tenant_id, currency, random) for _ in range(random.randint(0, 3))]
    payable = [part for _, _, parts, voided in invoices if voided is None for part in parts]
    for kind in random.choices(("payment", "credit_note", "write_off"), k=random.randint(0, 4)):
        business.credits.append(_credit(books, customer, tenant_id, currency, kind, payable, random))
    for issued, due, parts, voided in invoices:
        instalments = (
            aging.Instalment(due_on, minor, tuple(part.allocations))
            for (minor, due_on), part in zip(due, parts, strict=True)
        )
        business.claims.append(aging.Claim(currency, issued, tuple(instalments), voided))


def _invoice(
    books: Books, customer: UUID, tenant_id: str, currency: str, random: Random
) -> tuple[date, list[tuple[int, date]], list[_Part], date | None]:
    issued = day(random.randint(-120, 3))
    due = [
        (random.randint(1, 9) * 100, issued + timedelta(days=random.randint(0, 40)))
        for _ in range(random.randint(1, 3))
    ]
    voided = issued + timedelta(days=random.randint(0, 20)) if random.random() < 0.1 else None
    invoice_id = books.invoice(
        customer,
        *due,
        tenant_id=tenant_id,
        currency=currency,
        issued_on=issued,
        status="void" if voided else "open",
        voided_on=voided,
    )
    parts = [_Part(invoice_id, seq, issued, minor) for seq, (minor, _) in enumerate(due, start=1)]
    return issued, due, parts, voided


def _credit(
    books: Books,
    customer: UUID,
    tenant_id: str,
    currency: str,
    kind: str,
    payable: list[_Part],
    random: Random,
) -> aging.Credit:
    """A credit, part of it set against instalments, some of that taken back, sometimes all of it reversed."""
    given, minor = day(random.randint(-100, 2)), random.randint(1, 15) * 100
    ends = given + timedelta(days=60) if kind != "write_off" and random.random() < 0.1 else None
    begin, end = {
        "payment": ("received_on", "reversed_on"),
        "credit_note": ("issued_on", "voided_on"),
        "write_off": ("written_off_on", ""),
    }[kind]
    source = getattr(books, kind)(
        customer,
        minor,
        tenant_id=tenant_id,
        currency=currency,
        **{begin: given},
        **({end: ends} if ends else {}),
    )
    made: list[aging.Allocation] = []
    left = minor
    for part in random.sample(payable, k=min(len(payable), random.randint(0, 3))) if ends is None else ():
        amount = min(left, part.left, random.randint(1, 900))
        if amount > 0:
            left -= amount
            part.left -= amount
            on = max(given, part.issued_on) + timedelta(days=random.randint(0, 30))
            allocations = _allocate(books, source, part, amount, on, kind, tenant_id, random)
            made += allocations
            part.allocations += allocations
    return aging.Credit(currency, minor, given, ends, tuple(made))


def _allocate(
    books: Books,
    source: UUID,
    part: _Part,
    amount: int,
    on: date,
    kind: str,
    tenant_id: str,
    random: Random,
) -> list[aging.Allocation]:
    """One allocation, recorded up to a week later than it is effective, a quarter of them taken back."""
    recorded = datetime(on.year, on.month, on.day, random.randint(0, 23), tzinfo=UTC)
    recorded += timedelta(days=random.choice((0, 0, 1, 7)))
    place: dict[str, Any] = {"seq": part.seq, "kind": kind, "tenant_id": tenant_id}
    row = books.allocate(source, part.invoice_id, amount, on=on, recorded_at=recorded, **place)
    made = [aging.Allocation(amount, on, recorded)]
    if random.random() < 0.25:
        back, then = on + timedelta(days=random.randint(0, 9)), recorded + timedelta(hours=1)
        books.allocate(source, part.invoice_id, -amount, on=back, recorded_at=then, reverses=row, **place)
        made.append(aging.Allocation(-amount, back, then))
    return made
