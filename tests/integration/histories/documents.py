"""Random documents in every state that the tables allow their owner to write.

What the tables refuse is tracked while the documents are made up: an instalment is never settled, and a
payment, credit note or write-off never used up, beyond its amount in the end. Before the end both happen:
an invoice is paid again before its first payment bounces, money of a void invoice is allocated twice.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.store import tables as t
from tests.collectors.books import LONG_AGO

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from tests.integration.histories.company import Company, Person

DATES: Final = {
    "payment": ("received_on", "reversed_on"),
    "credit_note": ("issued_on", "voided_on"),
    "write_off": ("written_off_on", ""),
}
"""The day from which a source stands, and the one on which it no longer does."""


@dataclass(frozen=True)
class Invoice:
    invoice_id: UUID
    person: Person
    currency: str
    issued_on: date | None
    stays: bool
    """Neither a draft nor void in the end."""
    parts: dict[int, int]


@dataclass
class Source:
    kind: str
    key: UUID
    person: Person
    currency: str
    given_on: date
    stays: bool
    amount: int
    used: int = 0
    """What is allocated from it in the end."""
    back: int = 0
    """What went back of it."""


@dataclass
class Documents:
    """The documents of a company, so far."""

    company: Company
    invoices: list[Invoice] = field(default_factory=list)
    settled: Counter[tuple[UUID, int]] = field(default_factory=Counter)
    """What is allocated to each instalment in the end."""


def random_documents(company: Company, most: int) -> None:
    """Up to so many invoices, and as many payments, credit notes and write-offs."""
    made = Documents(company)
    if company.people:
        for _ in range(company.random.randint(0, most)):
            _invoice(made)
        for _ in range(company.random.randint(0, most)):
            _source(made)


def _invoice(made: Documents) -> None:
    company, random = made.company, made.company.random
    person = random.choice(company.people)
    status = random.choice(("draft", "void", "uncollectible", "paid", "open", "open", "open"))
    issued = None if status == "draft" and company.chance(0.5) else company.day()
    amounts = [random.choice((1, 99, 100, 250, 1000)) for _ in range(random.choice((0, 1, 1, 2, 3)))]
    whole = sum(amounts)
    other = random.choice((0, 1, whole // 2, whole + 30, 500))  # less than the rest: the last one is negative
    total = whole if amounts and company.chance(0.7) else other
    one = Invoice(
        company.key(),
        person,
        random.choice((person.currency, *company.currencies)),
        issued,
        status not in {"draft", "void"},
        dict(enumerate(amounts, start=1)),
    )
    made.invoices.append(one)
    company.add(
        t.invoice,
        invoice_id=one.invoice_id,
        customer_id=person.customer_id,
        number=company.books.number(),
        status=status,
        kind="subscription",
        issued_on=issued,
        voided_on=company.day(after=issued) if status == "void" else None,
        currency=one.currency,
        total_minor=total,
        tax_minor=0,
    )
    for seq, amount in one.parts.items():
        due = company.day(after=issued) if issued and company.chance(0.8) else company.day()
        row = {"invoice_id": one.invoice_id, "seq": seq, "due_on": due, "amount_minor": amount}
        company.add(t.invoice_due, **row)


def _source(made: Documents) -> None:
    company, random = made.company, made.company.random
    kind = random.choice(("payment", "payment", "credit_note", "write_off"))
    person = random.choice(company.people)
    begins, ends = DATES[kind]
    given = company.day()
    ended = company.day(after=given) if ends and company.chance(0.25) else None
    currency = random.choice([one.currency for one in made.invoices] or company.currencies)
    amount = random.choice((1, 50, 100, 349, 1000, 3000))
    one = Source(kind, company.key(), person, currency, given, ended is None, amount)
    row: dict[str, Any] = {
        f"{kind}_id": one.key,
        "customer_id": person.customer_id,
        "amount_minor": one.amount,
        "currency": currency,
        begins: given,
    }
    if kind == "payment":
        row |= {"method": "card", "gateway": "stripe", "received_at": LONG_AGO}
        row |= {"reversed_on": ended, "reversal": "bounced" if ended else None}
    if kind == "credit_note":
        row |= {"number": company.books.number(), "voided_on": ended}
    company.add(t.metadata.tables[kind], **row)
    for _ in range(random.randint(0, 3)):
        _allocate(made, one)
    if company.chance(0.5):
        _give_back(made, one)


def _allocate(made: Documents, source: Source) -> None:
    """Set some of it against an instalment; often this is taken back, at once or in parts."""
    company, random = made.company, made.company.random
    places = [
        (invoice, seq)
        for invoice in made.invoices
        for seq in invoice.parts
        if invoice.currency == source.currency
        if invoice.person == source.person or company.chance(0.3)  # a parent company pays
    ]
    if not places:
        return
    invoice, seq = random.choice(places)
    stays = invoice.stays and source.stays
    room = min(invoice.parts[seq], source.amount)
    if stays:
        room = min(room - made.settled[invoice.invoice_id, seq], source.amount - source.used)
    room = min(room, invoice.parts[seq] - made.settled[invoice.invoice_id, seq] if stays else room)
    if room <= 0:
        return
    amount = room if company.chance(0.5) else random.randint(1, room)
    near = source.given_on + timedelta(days=random.randint(-10, 10))
    on = random.choice((source.given_on, near, company.day()))
    key = _row(made, source, (invoice, seq), amount, on)
    left = amount
    for share in random.choice(((), (), (1,), (0.5,), (0.5, 0.5))):
        taken = left if share == 1 else int(amount * share)
        if taken:
            back_on = company.day(after=on)
            _row(made, source, (invoice, seq), -taken, back_on, key)
            left -= taken
            goes_back = source.kind == "write_off" or (source.kind == "payment" and company.chance(0.4))
            if goes_back and source.back + taken <= source.amount:
                _part_back(company, source, taken, max(back_on, source.given_on))
    if stays:
        made.settled[invoice.invoice_id, seq] += left
        source.used += left


def _row(
    made: Documents,
    source: Source,
    place: tuple[Invoice, int],
    amount: int,
    on: date,
    reverses: UUID | None = None,
) -> UUID:
    key = made.company.key()
    made.company.add(
        t.allocation,
        allocation_id=key,
        from_kind=source.kind,
        from_id=source.key,
        invoice_id=place[0].invoice_id,
        due_seq=place[1],
        amount_minor=amount,
        effective_on=on,
        recorded_at=LONG_AGO,
        reverses_id=reverses,
    )
    return key


def _give_back(made: Documents, source: Source) -> None:
    """Some of a source goes back, mostly unused money; now and then also what is still allocated."""
    company = made.company
    most = source.amount - source.back - (0 if company.chance(0.2) else source.used)
    if most > 0 and source.kind != "write_off":
        amount = most if company.chance(0.3) else company.random.randint(1, most)
        on = company.day(after=source.given_on)
        if source.kind == "credit_note" or company.chance(0.5):
            _refund(company, source, amount, on)
        else:
            _part_back(company, source, amount, on)


def _refund(company: Company, source: Source, amount: int, on: date) -> None:
    source.back += amount
    company.add(
        t.metadata.tables["refund"],
        refund_id=company.key(),
        customer_id=source.person.customer_id,
        payment_id=source.key if source.kind == "payment" else None,
        credit_note_id=source.key if source.kind == "credit_note" else None,
        amount_minor=amount,
        currency=source.currency,
        refunded_on=on,
        recorded_at=LONG_AGO,
    )


def _part_back(company: Company, source: Source, amount: int, on: date) -> None:
    """The row beside the reversal of an allocation: a chargeback, or a write-off that is taken back."""
    source.back += amount
    kind = {"payment": "kind", "write_off": "reason"}[source.kind]
    word = company.random.choice(
        {"kind": ("bounced", "charged_back"), "reason": ("error", "recovered")}[kind]
    )
    company.add(
        t.metadata.tables[f"{source.kind}_reversal"],
        **{f"{source.kind}_reversal_id": company.key(), f"{source.kind}_id": source.key, kind: word},
        amount_minor=amount,
        reversed_on=on,
        recorded_at=LONG_AGO,
    )
