"""Aging: by hand, and against the definitions written out slowly for hundreds of random businesses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from collectors.aging import BEGINS, AgingCollector
from ledgerscope.catalogue.aging import DUE_BUCKETS
from ledgerscope.domain import aging
from ledgerscope.domain.money import EXPONENTS
from tests.collectors.books import NOON, TODAY, Books, at, day
from tests.collectors.random_ledgers import random_ledger

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sqlalchemy import Engine

OPEN = "customer_aging_open_amount"
INVOICES = "customer_aging_open_invoices"
RECEIVABLE = "customer_receivable_amount"


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


def test_a_write_off_counts_from_its_day_however_late_it_was_written_down(books: Books) -> None:
    books.tenant()
    customer = books.customer()
    invoice = books.invoice(customer, (1000, day(5)))
    written_off = books.write_off(customer, 1000, written_off_on=day(-9))
    books.allocate(written_off, invoice, 1000, kind="write_off", on=day(-9), recorded_at=at(30))
    before, after = (books.read(AgingCollector(), at(offset)) for offset in (-10, -9))
    assert nonzero(before[OPEN]) == {("acme", "current", "EUR"): 10.0}
    assert nonzero(before[RECEIVABLE]) == {("acme", "EUR"): 10.0}
    assert nonzero(after[OPEN]) == nonzero(after[RECEIVABLE]) == {}


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


State = Callable[[Books, "UUID"], object]
Found = dict[tuple[str, ...], float]


def bounced(books: Books, customer: UUID) -> None:
    """A payment bounces and its allocation is left as it is."""
    invoice = books.invoice(customer, (1000, day(-40)), issued_on=day(-70))
    payment = books.payment(customer, 1000, received_on=day(-50), reversed_on=day(-5))
    books.allocate(payment, invoice, 1000, on=day(-50))


def void(books: Books, customer: UUID) -> None:
    """An invoice is void after it was paid."""
    invoice = books.invoice(customer, (1000, day(-40)), issued_on=day(-70), status="void", voided_on=day(-5))
    books.allocate(books.payment(customer, 1000, received_on=day(-50)), invoice, 1000, on=day(-50))


def void_note(books: Books, customer: UUID) -> None:
    """A credit note is void after it was used."""
    invoice = books.invoice(customer, (1000, day(-40)), issued_on=day(-70))
    note = books.credit_note(customer, 1000, issued_on=day(-50), voided_on=day(-5))
    books.allocate(note, invoice, 1000, on=day(-50), kind="credit_note")


def deposit(books: Books, customer: UUID) -> None:
    """Money is allocated to an invoice that is issued only later."""
    invoice = books.invoice(customer, (1000, day(30)), issued_on=day(-5))
    books.allocate(books.payment(customer, 1000, received_on=day(-50)), invoice, 1000, on=day(-50))


def draft(books: Books, customer: UUID) -> None:
    """Money is allocated to a draft."""
    invoice = books.invoice(customer, (1000, day(30)), issued_on=None, status="draft")
    books.allocate(books.payment(customer, 1000, received_on=day(-5)), invoice, 1000, on=day(-5))


def cheque(books: Books, customer: UUID) -> None:
    """A post-dated cheque is allocated before its date."""
    invoice = books.invoice(customer, (1000, day(-40)), issued_on=day(-70))
    books.allocate(books.payment(customer, 1000, received_on=day(-5)), invoice, 1000, on=day(-50))


def no_instalments(books: Books, customer: UUID) -> None:
    """Due thirty days after it is issued, by the customer's terms."""
    books.invoice(customer, total_minor=1000, issued_on=day(-36))


def too_few(books: Books, customer: UUID) -> None:
    """The last of two instalments has what is missing."""
    books.invoice(customer, (300, day(10)), (300, day(-40)), total_minor=1000, issued_on=day(-70))


def unused_refund(books: Books, customer: UUID) -> None:
    """Half of an unused payment and of a credit note is paid back."""
    payment = books.payment(customer, 1000, received_on=day(-50))
    note = books.credit_note(customer, 600, issued_on=day(-50))
    books.write()
    books.refund(customer, 500, day(-5), payment_id=payment)
    books.refund(customer, 300, day(-5), credit_note_id=note)


def chargeback(books: Books, customer: UUID) -> None:
    """A part of a payment goes back, and so does its allocation."""
    invoice = books.invoice(customer, (1000, day(-40)), issued_on=day(-70))
    payment = books.payment(customer, 1000, received_on=day(-50))
    given = books.allocate(payment, invoice, 1000, on=day(-50))
    books.write()
    books.allocate(payment, invoice, -300, on=day(-5), reverses=given)
    books.payment_reversal(payment, 300, day(-5))


def recovered(books: Books, customer: UUID) -> None:
    """A write-off is taken back, because the customer paid after all."""
    invoice = books.invoice(customer, (1000, day(-40)), issued_on=day(-70))
    lost = books.write_off(customer, 1000, written_off_on=day(-50))
    given = books.allocate(lost, invoice, 1000, on=day(-50), kind="write_off")
    books.write()
    books.allocate(lost, invoice, -1000, on=day(-5), reverses=given, kind="write_off")
    books.write_off_reversal(lost, 1000, day(-5))


def unallocated_write_off(books: Books, customer: UUID) -> None:
    """A write-off that is not allocated is worth nothing."""
    books.write_off(customer, 700, written_off_on=day(-9))


def uncollectible(books: Books, customer: UUID) -> None:
    """The status alone changes nothing."""
    books.invoice(customer, (1000, day(-40)), issued_on=day(-70), status="uncollectible")


OWED = {"31-60": 10.0}
UNUSED = {"unallocated": -10.0}


@pytest.mark.parametrize(
    ("state", "before", "after"),
    [
        (bounced, {}, OWED),
        (void, {}, UNUSED),
        (void_note, {}, OWED),
        (deposit, UNUSED, {}),
        (draft, {}, UNUSED),
        (cheque, OWED, {}),
        (no_instalments, {"current": 10.0}, {"1-30": 10.0}),
        (too_few, {"31-60": 3.0, "current": 7.0}, {"31-60": 3.0, "current": 7.0}),
        (unused_refund, {"unallocated": -16.0}, {"unallocated": -8.0}),
        (chargeback, {}, {"31-60": 3.0}),
        (recovered, {}, OWED),
        (unallocated_write_off, {}, {}),
        (uncollectible, OWED, OWED),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_the_buckets_are_right_in_each_state_of_a_document(
    books: Books, state: State, before: dict[str, float], after: dict[str, float]
) -> None:
    """The day before the state changes, and today."""
    books.tenant()
    state(books, books.customer())
    for as_of, expected in ((at(-6), before), (NOON, after), (at(-6), before)):
        found = books.read(AgingCollector(), as_of)
        buckets = {bucket: value for (_, bucket, _), value in found[OPEN].items() if value}
        assert buckets == expected
        assert sum(buckets.values()) == found[RECEIVABLE]["acme", "EUR"]


def test_what_the_store_keeps_follows_a_document_that_changes_afterwards(books: Books) -> None:
    books.tenant()
    customer = books.customer()
    invoice = books.invoice(customer, (1000, day(-40)), issued_on=day(-70))
    payment = books.payment(customer, 1000, received_on=day(-50))
    books.allocate(payment, invoice, 1000, on=day(-50))
    assert nonzero(books.read(AgingCollector())[OPEN]) == {}
    change = text("update payment set reversed_on = :on, reversal = :why where payment_id = :id")
    for on, why, expected in ((day(-5), "bounced", OWED), (None, None, {})):
        books.connection.execute(change, {"on": on, "why": why, "id": payment})
        found = nonzero(books.read(AgingCollector())[OPEN])
        assert {bucket: value for (_, bucket, _), value in found.items()} == expected
    change = text("update invoice set status = 'void', voided_on = :on where invoice_id = :id")
    books.connection.execute(change, {"on": day(-4), "id": invoice})
    found = nonzero(books.read(AgingCollector())[OPEN])
    assert {bucket: value for (_, bucket, _), value in found.items()} == UNUSED


def test_rows_that_keep_nothing_are_summed(books: Books) -> None:
    """As a view of another database may have it."""
    books.tenant()
    customer = books.customer()
    for state in (chargeback, unused_refund, too_few, no_instalments, deposit):
        state(books, customer)
    expected = books.read(AgingCollector())
    books.connection.execute(text("alter table invoice_due alter allocated_minor drop not null"))
    books.connection.execute(text("alter table payment alter allocated_minor drop not null"))
    books.connection.execute(
        text("update invoice_due set allocated_minor = null, changed_on = null, settled_on = null")
    )
    books.connection.execute(
        text("update payment set allocated_minor = null, changed_on = null, used_up_on = null")
    )
    books.connection.execute(text("update invoice set missing_minor = null"))
    assert books.read(AgingCollector()) == expected


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_random_histories_age_as_the_definition_says(shared: Engine, seed: int) -> None:
    """Companies in four zones with documents in every state, on days before, between and after them."""
    random = Random(seed)
    with shared.connect() as connection, connection.begin() as transaction:
        books = Books(connection)
        made = {f"t{number}": random_ledger(books, f"t{number}", random) for number in range(15)}
        for as_of in (NOON, at(random.randint(-90, -1)), at(random.randint(1, 60)), at(-random.random() * 3)):
            found = books.read(AgingCollector(), as_of)
            for tenant_id, (zone, ledger) in made.items():
                _compare(found, tenant_id, ledger, as_of.astimezone(ZoneInfo(zone)).date())
        transaction.rollback()


def _compare(found: dict[str, Found], tenant_id: str, ledger: aging.Ledger, today: date) -> None:
    amounts, balance = aging.age(ledger, today), aging.receivable(ledger, today)
    assert _minor(found[OPEN], tenant_id, currency=2) == {
        (tenant_id, bucket, currency): minor for (currency, bucket), minor in amounts.items()
    }
    assert nonzero(_of(found[INVOICES], tenant_id)) == {
        (tenant_id, bucket): n for bucket, n in aging.open_invoices(ledger, today).items()
    }
    assert _minor(found[RECEIVABLE], tenant_id, currency=1) == {
        (tenant_id, currency): minor for currency, minor in balance.items()
    }
    together: defaultdict[str, int] = defaultdict(int)
    for (currency, _), minor in amounts.items():
        together[currency] += minor
    assert {currency: minor for currency, minor in together.items() if minor} == balance


def _of(values: Found, tenant_id: str) -> Found:
    return {labels: value for labels, value in values.items() if labels[0] == tenant_id}


def _minor(values: Found, tenant_id: str, *, currency: int) -> dict[tuple[str, ...], int]:
    """Amounts in minor units again: exact, because they are far below 2 to the power of 53."""
    scaled = {
        labels: round(value * 10 ** EXPONENTS[labels[currency]])
        for labels, value in _of(values, tenant_id).items()
    }
    return {labels: minor for labels, minor in scaled.items() if minor}
