"""Random histories of documents in every state, written into books and into a ledger of the definition."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ledgerscope.domain import aging
from tests.collectors.books import day

if TYPE_CHECKING:
    from datetime import date
    from random import Random
    from uuid import UUID

    from tests.collectors.books import Books

ZONES = ("UTC", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati")
KINDS = ("payment", "payment", "credit_note", "write_off")


@dataclass
class _History:
    """The documents of one customer in one currency, so far."""

    books: Books
    random: Random
    tenant_id: str
    customer: UUID
    currency: str
    terms_days: int
    claims: list[tuple[UUID, aging.Claim]] = field(default_factory=list)
    credits: list[aging.Credit] = field(default_factory=list)
    allocations: list[aging.Allocation] = field(default_factory=list)
    free: dict[tuple[UUID, int], int] = field(default_factory=dict)
    """What may still be set against each instalment, whatever its invoice does."""

    @property
    def place(self) -> dict[str, str]:
        return {"tenant_id": self.tenant_id, "currency": self.currency}

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def soon(self, after: date, most: int = 30) -> date:
        return after + timedelta(days=self.random.randint(0, most))


def random_ledger(books: Books, tenant_id: str, random: Random) -> tuple[str, aging.Ledger]:
    """A company of up to three customers: its zone, and its ledger as the definitions see it."""
    zone = random.choice(ZONES)
    books.tenant(tenant_id, timezone=zone)
    histories = []
    for _ in range(random.randint(0, 3)):
        terms = random.choice((0, 14, 30))
        customer = books.customer(tenant_id, terms_days=terms)
        one = _History(books, random, tenant_id, customer, random.choice(("EUR", "JPY", "KWD")), terms)
        for _ in range(random.randint(0, 3)):
            _invoice(one)
        for kind in random.choices(KINDS, k=random.randint(0, 4)):
            _credit(one, kind)
        histories.append(one)
    return zone, aging.Ledger(
        tuple(claim for one in histories for _, claim in one.claims),
        tuple(credit for one in histories for credit in one.credits),
        tuple(given for one in histories for given in one.allocations),
    )


def _invoice(one: _History) -> None:
    issued = None if one.chance(0.1) else day(one.random.randint(-120, 3))
    begin = issued or day(-20)
    due = [
        (one.random.randint(1, 9) * 100, one.soon(begin, 40))
        for _ in range(one.random.choice((0, 1, 1, 2, 3)))
    ]
    whole = sum(minor for minor, _ in due)
    total = whole if due and one.chance(0.8) else max(0, whole + one.random.choice((-50, 10, 500)))
    voided = one.soon(begin, 50) if issued and one.chance(0.2) else None
    status = "draft" if issued is None else "void" if voided else one.random.choice(("open", "uncollectible"))
    values: dict[str, Any] = {"status": status, "voided_on": voided, "total_minor": total}
    key = one.books.invoice(one.customer, *due, issued_on=issued, **one.place, **values)
    parts = tuple(aging.Instalment(seq, on, minor) for seq, (minor, on) in enumerate(due, start=1))
    one.claims.append((key, aging.Claim(one.currency, total, issued, parts, voided, one.terms_days)))
    one.free |= {(key, part.seq): part.amount_minor for part in parts}


def _credit(one: _History, kind: str) -> None:
    """A credit, part of it set against instalments, some of that taken back; what is left may be refunded."""
    given, minor = day(one.random.randint(-100, 10)), one.random.randint(1, 15) * 100
    ends = one.soon(given, 60) if kind != "write_off" and one.chance(0.2) else None
    begin, end = {
        "payment": ("received_on", "reversed_on"),
        "credit_note": ("issued_on", "voided_on"),
        "write_off": ("written_off_on", ""),
    }[kind]
    days = {begin: given} | ({end: ends} if ends else {})
    key = getattr(one.books, kind)(one.customer, minor, **one.place, **days)
    one.books.write()
    plan = _settle(one, minor)
    back = _go_back(one, kind, key, given, minor - sum(amount for *_, amount in plan))
    credit = aging.Credit(one.currency, minor, given, ends, back, is_write_off=kind == "write_off")
    one.credits.append(credit)
    for invoice, claim, seq, amount in plan:
        _allocate(one, (kind, key, credit), (invoice, claim, seq), amount)


def _settle(one: _History, minor: int) -> list[tuple[UUID, aging.Claim, int, int]]:
    """How much of a credit to set against which instalments."""
    plan = []
    places = [(key, claim, part.seq) for key, claim in one.claims for part in claim.instalments]
    for key, claim, seq in one.random.sample(places, k=min(len(places), one.random.randint(0, 3))):
        amount = min(minor, one.free[key, seq], one.random.randint(1, 900))
        if amount > 0:
            plan.append((key, claim, seq, amount))
            minor -= amount
            one.free[key, seq] -= amount
    return plan


def _go_back(one: _History, kind: str, key: UUID, given: date, left: int) -> tuple[aging.Back, ...]:
    """Perhaps some of what is not allocated goes back."""
    if left <= 0 or kind == "write_off" or one.chance(0.6):
        return ()
    minor, on = one.random.randint(1, left), one.soon(given)
    if kind == "payment" and one.chance(0.5):
        one.books.payment_reversal(key, minor, on, tenant_id=one.tenant_id)
    else:
        source: dict[str, Any] = {f"{kind}_id": key, **one.place}
        one.books.refund(one.customer, minor, on, **source)
    return (aging.Back(minor, on),)


def _allocate(
    one: _History,
    source: tuple[str, UUID, aging.Credit],
    target: tuple[UUID, aging.Claim, int],
    amount: int,
) -> None:
    """One allocation, often before or after its documents; half of them taken back, at once or in parts."""
    (kind, key, credit), (invoice, claim, seq) = source, target
    on = credit.given_on + timedelta(days=one.random.randint(-20, 30))
    place: dict[str, Any] = {"seq": seq, "kind": kind, "tenant_id": one.tenant_id}
    row = one.books.allocate(key, invoice, amount, on=on, **place)
    one.allocations.append(aging.Allocation(credit, claim, seq, amount, on))
    taken = one.random.choice(((), (), (amount,), (amount - amount // 3, amount // 3)))
    for part in filter(None, taken):
        then = one.soon(on)
        one.books.allocate(key, invoice, -part, on=then, reverses=row, **place)
        one.allocations.append(aging.Allocation(credit, claim, seq, -part, then))
