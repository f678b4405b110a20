"""Any sequence of operations on PostgreSQL: what is owed is what the operations said, to the minor unit.

A plain sum beside the database keeps what each accepted operation adds to the claims, the money, the credit
and the debts given up. It knows nothing of instalments and allocations, which have to agree with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ledgerscope.customers import Refused
from ledgerscope.customers.credit import OverLimit
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Note, Operations
from ledgerscope.customers.receivables import load_documents
from ledgerscope.customers.receivables.operations import Finalise, Instalment, NewCreditNote, NewPayment
from ledgerscope.store.audit import first_break
from tests.customers.receivables.conftest import Desk, done, faults
from tests.thoroughness import tries

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from tests.customers.conftest import Clock, Ledger

WHY = Note(reason="agreed")


@dataclass
class Business:
    """A customer, and a plain sum of what became of each document, in minor units."""

    desk: Desk
    today: date
    limit: int | None
    claims: dict[str, int] = field(default_factory=dict)
    money: dict[str, int] = field(default_factory=dict)
    credit: dict[str, int] = field(default_factory=dict)
    given_up: dict[str, int] = field(default_factory=dict)
    drafts: dict[str, int] = field(default_factory=dict)

    @property
    def owed(self) -> int:
        settled = (self.money, self.credit, self.given_up)
        return sum(self.claims.values()) - sum(sum(kept.values()) for kept in settled)


def _some(kept: dict[str, int], choice: int) -> str:
    """One of the documents; where there is none, an identifier that nothing has."""
    return [*kept][choice % len(kept)] if kept else "0" * 32


def issue(business: Business, choice: int, amount: int) -> object:
    override = "boss-1" if choice % 4 == 0 else None
    days = (business.today.replace(day=28), business.today.replace(month=12, day=31))
    parts = (Instalment(days[0], amount), Instalment(days[1], 2 * amount)) if choice % 2 else ()
    total = 3 * amount if parts else amount
    before = business.owed
    said = business.desk.invoices.issue(
        business.desk.new(total, override_by=override, instalments=parts), WHY
    )
    if not isinstance(said, Refused):
        business.claims[said.invoice_id] = total
        over = business.limit is not None and before + total > business.limit
        assert said.over_limit == over
        assert override is not None or not over
    return said


def draft(business: Business, choice: int, amount: int) -> object:
    del choice
    said = business.desk.invoices.draft(business.desk.new(amount))
    if not isinstance(said, Refused):
        business.drafts[said.invoice_id] = amount
    return said


def finalise(business: Business, choice: int, amount: int) -> object:
    del amount
    invoice_id = _some(business.drafts, choice)
    said = business.desk.invoices.finalise(Finalise(invoice_id=invoice_id, override_by="boss-1"), WHY)
    if not isinstance(said, Refused):
        business.claims[invoice_id] = business.drafts.pop(invoice_id)
    return said


def void(business: Business, choice: int, amount: int) -> object:
    del amount
    invoice_id = _some(business.claims, choice)
    said = business.desk.invoices.void(invoice_id, WHY)
    if not isinstance(said, Refused):
        business.claims[invoice_id] = 0
    return said


def receive(business: Business, choice: int, amount: int) -> object:
    new = NewPayment(customer_id=business.desk.customer_id, amount_minor=amount, allocate=bool(choice % 2))
    said = business.desk.payments.receive(new)
    if not isinstance(said, Refused):
        business.money[said.payment_id] = amount
    return said


def allocate(business: Business, choice: int, amount: int) -> object:
    named = _some(business.claims, choice) if choice % 2 else None
    return business.desk.payments.allocate(_some(business.money, choice), named, limit_minor=amount)


def bounce(business: Business, choice: int, amount: int) -> object:
    part = amount if choice % 2 else None
    payment_id = _some(business.money, choice)
    said = business.desk.payments.reverse(payment_id, "bounced", amount_minor=part)
    if not isinstance(said, Refused):
        business.money[payment_id] -= business.money[payment_id] if part is None else part
    return said


def refund(business: Business, choice: int, amount: int) -> object:
    payment_id = _some(business.money, choice)
    said = business.desk.payments.refund(payment_id, amount)
    if not isinstance(said, Refused):
        business.money[payment_id] -= amount
    return said


def give_credit(business: Business, choice: int, amount: int) -> object:
    named = _some(business.claims, choice) if choice % 2 and business.claims else None
    new = NewCreditNote(
        customer_id=business.desk.customer_id, amount_minor=amount, reason="goodwill", invoice_id=named
    )
    said = business.desk.credit_notes.issue(new)
    if not isinstance(said, Refused):
        business.credit[said.credit_note_id] = amount
    return said


def pay_credit_out(business: Business, choice: int, amount: int) -> object:
    note_id = _some(business.credit, choice)
    said = business.desk.credit_notes.refund(note_id, amount)
    if not isinstance(said, Refused):
        business.credit[note_id] -= amount
    return said


def use_credit(business: Business, choice: int, amount: int) -> object:
    return business.desk.credit_notes.allocate(_some(business.credit, choice), limit_minor=amount)


def write_off(business: Business, choice: int, amount: int) -> object:
    del amount
    said = business.desk.write_offs.write_off(_some(business.claims, choice), WHY, approved_by="boss-1")
    if not isinstance(said, Refused):
        business.given_up[said.write_off_id] = said.amount_minor
    return said


def restore(business: Business, choice: int, amount: int) -> object:
    part = amount if choice % 2 else None
    write_off_id = _some(business.given_up, choice)
    said = business.desk.write_offs.reverse(write_off_id, "error", amount_minor=part)
    if not isinstance(said, Refused):
        business.given_up[write_off_id] -= business.given_up[write_off_id] if part is None else part
    return said


STEPS: dict[str, Callable[[Business, int, int], object]] = {
    step.__name__: step
    for step in (
        issue, issue, draft, finalise, void, receive, receive, allocate, bounce, refund, give_credit,
        pay_credit_out, use_credit, write_off, restore,
    )
}  # fmt: skip
AMOUNTS = st.sampled_from([1, 7, 50, 100, 250, 999])
SEQUENCES = st.lists(
    st.tuples(st.sampled_from([*STEPS]), st.integers(0, 11), AMOUNTS, st.sampled_from([0, 0, 1, 30])),
    min_size=4,
    max_size=14,
)

UNDONE = [
    ("issue", 1, 100, 0), ("receive", 1, 250, 30), ("write_off", 0, 1, 0), ("bounce", 1, 100, 1),
    ("restore", 1, 7, 0), ("void", 0, 1, 0), ("restore", 0, 1, 0), ("void", 0, 1, 0), ("refund", 0, 50, 0),
]  # fmt: skip
"""An invoice paid in part, given up, and everything taken back in turn."""


def _check(business: Business, operations: Operations) -> None:
    desk = business.desk
    exposure = desk.exposure()
    assert exposure.minor == business.owed
    with operations.read() as connection:
        documents = load_documents(connection, "acme", desk.customer_id)
    assert documents.exposure_minor("EUR") == business.owed
    opened = sum(desk.shown(invoice_id).open_minor for invoice_id in business.claims)
    left = [done(desk.payments.get(payment_id)) for payment_id in business.money]
    left += [done(desk.credit_notes.get(note_id)) for note_id in business.credit]
    assert (exposure.open_minor, exposure.unallocated_minor) == (opened, sum(one.left_minor for one in left))
    used = done(desk.credit.utilization(desk.customer_id, "EUR"))
    assert (used.limit_minor, used.exposure_minor) == (business.limit, business.owed)


@settings(
    max_examples=tries(12, thorough=100),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sequence=SEQUENCES, limit=st.sampled_from([None, 0, 300, 2000]))
@example(sequence=UNDONE, limit=2000)
def test_what_is_owed_follows_from_the_operations(
    operations: Operations, ledger: Ledger, clock: Clock, sequence: list[Any], limit: int | None
) -> None:
    made = Customers(operations).create(NewCustomer(name="Northwind"))
    assert isinstance(made, CreatedCustomer)
    desk = Desk(operations, made.customer_id)
    desk.limit(limit)
    business = Business(desk, clock.now.date(), limit)
    for name, choice, amount, days in sequence:
        clock.forward(days=days, seconds=1)
        business.today = clock.now.date()
        entries, before = ledger.count("audit_log"), business.owed
        said = STEPS[name](business, choice, amount)
        kept = not isinstance(said, Refused) or isinstance(said, OverLimit)
        assert ledger.count("audit_log") == entries + kept, (name, said)
        if isinstance(said, Refused):
            assert business.owed == before
        assert desk.owed() == business.owed, (name, said)
    _check(business, operations)
    assert faults(ledger) == []
    with ledger.owner.connect() as connection:
        assert first_break(connection, "acme") is None
