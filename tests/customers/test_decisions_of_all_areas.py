"""Sequences of pure decisions of all areas, in memory.

A plain sum keeps what each accepted decision adds to claims, money, credit and debts given up. The documents
that the rows of the decisions make have to agree with it, and every change has one audit entry and an event.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from ledgerscope.customers import Call, Moment, Refused
from ledgerscope.customers.communications.logging import (
    Correspondent,
    NewCommunication,
    log_communication,
)
from ledgerscope.customers.contacts.changes import remove_contact, update_contact
from ledgerscope.customers.contacts.creation import NewContact, create_contact
from ledgerscope.customers.contacts.state import ContactState, CustomerContacts
from ledgerscope.customers.credit import LimitInForce, OverLimit, Position
from ledgerscope.customers.credit.check import record_refusal
from ledgerscope.customers.credit.hold import HoldState, set_hold
from ledgerscope.customers.credit.limits import (
    DecideLimit,
    GrantLimit,
    PendingLimit,
    RequestLimit,
    decide_limit,
    direction_of,
    grant_limit,
    request_limit,
)
from ledgerscope.customers.interactions.logging import NewInteraction, log_interaction
from ledgerscope.customers.interactions.status import InteractionState, move_interaction
from ledgerscope.customers.receivables.documents import Documents
from ledgerscope.customers.receivables.issuing import (
    Billing,
    Finalise,
    NewInvoice,
    draft,
    finalise,
    issue,
    void,
)
from ledgerscope.customers.receivables.money import (
    Books,
    NewCreditNote,
    NewPayment,
    allocate_money,
    give_credit,
    give_up,
    receive,
    refund_money,
    restore,
    reverse,
)
from ledgerscope.customers.segments.stays import (
    Assignment,
    SegmentState,
    Stay,
    assign_segment,
    end_segment,
    replace_segment,
)
from ledgerscope.store.changes import Update
from ledgerscope.store.records import (
    Contact,
    CreditLimit,
    CreditNote,
    Customer,
    Interaction,
    Invoice,
    Payment,
    SegmentAssignment,
    WriteOff,
    derive_id,
)
from tests.customers.connected import ACTS as CONNECTED
from tests.customers.connected import Connected, accepted
from tests.thoroughness import tries

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.customers import Decision

BEGIN: Final = datetime(2026, 3, 1, 9, tzinfo=UTC)
CUSTOMER: Final = derive_id("customer")


@dataclass
class Book:
    """A customer in memory: its documents, and the plain sum of what was decided."""

    limits: dict[str, LimitInForce]
    now: datetime = BEGIN
    held: bool = False
    pending: dict[str, PendingLimit] = field(default_factory=dict)
    wanted: dict[str, int | None] = field(default_factory=dict)
    removed: dict[str, datetime] = field(default_factory=dict)
    connected: Connected = field(default_factory=lambda: Connected(CUSTOMER))
    documents: Documents = field(default_factory=Documents)
    invoices: list[str] = field(default_factory=list)
    payments: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    write_offs: list[str] = field(default_factory=list)
    contacts: dict[str, ContactState] = field(default_factory=dict)
    interactions: dict[str, str] = field(default_factory=dict)
    stays: dict[str, Stay] = field(default_factory=dict)
    requests: count[int] = field(default_factory=count)
    balance: int = 0

    def call(self) -> Call:
        moment = Moment("acme", self.now, self.now.date())
        return Call(moment=moment, actor="anna", request_id=derive_id(next(self.requests)))

    @property
    def in_force(self) -> dict[str, LimitInForce]:
        """The limit that has not ended."""
        return {code: one for code, one in self.limits.items() if one.until is None or self.now < one.until}

    @property
    def limit(self) -> int | None:
        """Its height; None where there is none, or it is unlimited."""
        one = self.in_force.get("EUR")
        return None if one is None else one.limit_minor

    @property
    def position(self) -> Position:
        return Position(CUSTOMER, "EUR", self.in_force, {"EUR": self.documents.exposure_minor("EUR")})

    def billing(self) -> Billing:
        return Billing(
            position=self.position, terms_days=14, currencies=("EUR",), next_number=f"I-{len(self.invoices)}",
            held=self.held,
        )  # fmt: skip

    def books(self) -> Books:
        opened = tuple(map(self.documents.invoice, self.documents.open_ids))
        return Books(
            customer_id=CUSTOMER, own_currency="EUR", currencies=("EUR",), invoices=opened,
            next_number=f"N-{len(self.notes)}",
        )  # fmt: skip

    def people(self) -> CustomerContacts:
        return CustomerContacts(CUSTOMER, tuple(self.contacts.values()))

    def segment(self, name: str) -> SegmentState:
        return SegmentState(CUSTOMER, (self.stays[name],) if name in self.stays else ())

    def take(self, decision: Decision, *, silent: bool = False) -> bool:
        """Keep what was decided; False where it was refused, which keeps nothing but what it says itself."""
        accepted(decision, silent=silent)
        if isinstance(decision, Refused):
            return False
        self.documents.add(decision.rows)
        for row in decision.rows:
            self._keep(row)
        return True

    def _keep(self, row: object) -> None:
        match row:
            case Invoice():
                self.invoices.append(row.invoice_id)
            case Payment():
                self.payments.append(row.payment_id)
            case CreditNote():
                self.notes.append(row.credit_note_id)
            case WriteOff():
                self.write_offs.append(row.write_off_id)
            case Contact() | CreditLimit() | Interaction() | SegmentAssignment():
                self._keep_other(row)
            case Update():
                self._change(row)
            case _:
                pass

    def _keep_other(self, row: Contact | CreditLimit | Interaction | SegmentAssignment) -> None:
        match row:
            case Contact():
                self.contacts[row.contact_id] = ContactState(
                    contact_id=row.contact_id, name=row.name, email=row.email, phone=row.phone,
                    contact_type=row.contact_type, is_primary=row.is_primary,
                )  # fmt: skip
            case CreditLimit() if row.status == "approved":
                self.limits[row.currency] = LimitInForce(row.credit_limit_id, row.limit_minor, self.now)
            case CreditLimit():
                self.wanted[row.credit_limit_id] = row.limit_minor
                self.pending[row.credit_limit_id] = PendingLimit(
                    row.credit_limit_id, CUSTOMER, row.currency, "requested",
                    direction_of(self.in_force.get("EUR"), row.limit_minor), row.requested_by,
                )  # fmt: skip
            case Interaction():
                self.interactions[row.interaction_id] = row.status
            case SegmentAssignment():
                self.stays[row.segment] = Stay(row.assignment_id, self.now)

    def _change(self, row: Update) -> None:
        if row.kind is Contact:
            self._change_contact(row.key[1], dict(row.values))
        elif row.kind is Interaction:
            assert self.interactions[row.key[1]] in {"pending", "in_progress"}
            self.interactions[row.key[1]] = row.values["status"]
        elif row.kind is Customer:
            self.held = row.values["credit_hold"]
        elif row.kind is CreditLimit and "status" in row.values:
            self._decide(row.key[1], row.values["status"])
        elif row.kind is SegmentAssignment:
            (name,) = [name for name, stay in self.stays.items() if stay.assignment_id == row.key[1]]
            del self.stays[name]

    def _decide(self, limit_id: str, status: str) -> None:
        assert self.pending[limit_id].status == "requested"
        self.pending[limit_id] = replace(self.pending[limit_id], status=status)
        if status == "approved":
            self.limits["EUR"] = LimitInForce(limit_id, self.wanted[limit_id], self.now)

    def _change_contact(self, contact_id: str, values: dict[str, Any]) -> None:
        if values.pop("removed_at", None) is not None:
            del self.contacts[contact_id]
            self.removed[contact_id] = self.now
        else:
            self.contacts[contact_id] = replace(self.contacts[contact_id], **values)

    def check(self) -> None:
        """What must hold after every decision."""
        documents = self.documents
        opened = {one: documents.open_minor(one) for one in documents.open_ids}
        left = {one: documents.left_minor(one) for one in (*self.payments, *self.notes)}
        assert all(minor > 0 for minor in opened.values()), opened
        assert all(minor >= 0 for minor in left.values()), left
        assert documents.exposure_minor("EUR") == sum(opened.values()) - sum(left.values()) == self.balance
        assert set(documents.unused_ids) == {one for one, minor in left.items() if minor}
        self.connected.check(self.now)
        assert sum(each.is_primary for each in self.contacts.values()) == min(1, len(self.contacts))


def some(known: list[str], choice: int) -> str | None:
    return known[choice % len(known)] if known else None


def _issue(book: Book, choice: int, amount: int) -> None:
    override = "boss" if choice % 3 == 0 else None
    over = book.limit is not None and book.balance + amount > book.limit
    decided = issue(
        book.billing(),
        NewInvoice(customer_id=CUSTOMER, total_minor=amount, override_by=override),
        book.call(),
    )
    assert isinstance(decided, OverLimit) == (over and override is None)
    assert isinstance(decided, Refused) == ((over or book.held) and override is None)
    if isinstance(decided, OverLimit):
        assert accepted(record_refusal(decided, book.call()))
    book.balance += amount if book.take(decided) else 0


def _limit(book: Book, choice: int, amount: int) -> None:
    moment, minor = book.call().moment, None if choice == 5 else amount * 8
    in_force, new_id = book.in_force.get("EUR"), derive_id(next(book.requests), "limit")
    if choice % 3 == 0:
        request = GrantLimit(
            moment=moment, credit_limit_id=new_id, customer_id=CUSTOMER, currency="EUR", limit_minor=minor,
            approved_by="anna",
        )  # fmt: skip
        assert book.take(grant_limit(in_force, request), silent=True) == (in_force is None)
        return
    asked = RequestLimit(
        moment=moment, credit_limit_id=new_id, customer_id=CUSTOMER, currency="EUR", limit_minor=minor,
        direction=direction_of(in_force, minor), requested_by=("anna", "ben")[choice % 2],
    )  # fmt: skip
    assert book.take(request_limit(asked))


def _decide(book: Book, choice: int, amount: int) -> None:
    if (one := some([*book.pending], choice)) is not None:
        pending, approved = book.pending[one], amount > 1
        request = DecideLimit(moment=book.call().moment, approved=approved, decided_by="anna", reason="r")
        decided = decide_limit(pending, book.in_force.get("EUR"), request)
        own = approved and pending.requested_by == "anna"
        assert book.take(decided) == (pending.status == "requested" and not own)


def _hold(book: Book, choice: int, amount: int) -> None:
    del amount
    wanted, before = choice % 3 == 0, book.held
    book.take(set_hold(HoldState(CUSTOMER, before), book.call(), hold=wanted), silent=True)
    assert book.held == wanted


def _communicate(book: Book, choice: int, amount: int) -> None:
    at = book.now - timedelta(days=amount % 3)
    known: dict[str, datetime | None] = {**dict.fromkeys(book.contacts), **book.removed}
    contact_id = some([*known], choice) if choice % 2 else None
    channel = ("phone", "note", "fax")[choice % 3]
    new = NewCommunication(
        channel=channel,
        direction="inbound",
        contact_id=contact_id,
        at=at,
        subject="s" if amount > 1 else None,
    )
    gone = None if contact_id is None else known[contact_id]
    fits = channel != "fax" and (channel != "note" or amount > 1) and (gone is None or at < gone)
    assert book.take(log_communication(Correspondent(CUSTOMER, known), new, book.call())) == fits


def _connect(act: Callable[[Connected, Call, int, int], None]) -> Callable[[Book, int, int], None]:
    return lambda book, choice, amount: act(book.connected, book.call(), choice, amount)


def _draft(book: Book, choice: int, amount: int) -> None:
    del choice
    book.take(draft(book.billing(), NewInvoice(customer_id=CUSTOMER, total_minor=amount), book.call()))


def _finalise(book: Book, choice: int, amount: int) -> None:
    del amount
    if (one := some(book.invoices, choice)) is not None:
        state = book.documents.invoice(one)
        asked = Finalise(invoice_id=one, override_by="boss")
        if book.take(finalise(book.billing(), state, "one_time", asked, book.call())):
            book.balance += state.total_minor


def _void(book: Book, choice: int, amount: int) -> None:
    del amount
    if (one := some(book.invoices, choice)) is not None:
        state = book.documents.invoice(one)
        if book.take(void(state, book.call())) and state.status != "draft":
            book.balance -= state.total_minor


def _receive(book: Book, choice: int, amount: int) -> None:
    new = NewPayment(customer_id=CUSTOMER, amount_minor=amount, allocate=bool(choice % 2))
    book.balance -= amount if book.take(receive(book.books(), new, book.call())) else 0


def _credit(book: Book, choice: int, amount: int) -> None:
    del choice
    new = NewCreditNote(customer_id=CUSTOMER, amount_minor=amount, reason="goodwill")
    book.balance -= amount if book.take(give_credit(book.books(), new, book.call())) else 0


def _allocate(book: Book, choice: int, amount: int) -> None:
    if (one := some([*book.payments, *book.notes], choice)) is not None:
        limit = amount if choice % 2 else None
        book.take(allocate_money(book.documents.source(one), book.books().invoices, limit, book.call()))


def _reverse(book: Book, choice: int, amount: int) -> None:
    if (one := some(book.payments, choice)) is not None:
        state, part = book.documents.source(one), amount if choice % 2 else None
        kind = "bounced"
        if book.take(reverse(state, book.position, kind, part, book.call())):
            book.balance += state.value_minor if part is None else part


def _refund(book: Book, choice: int, amount: int) -> None:
    if (one := some([*book.payments, *book.notes], choice)) is not None and book.take(
        refund_money(book.documents.source(one), amount, book.call())
    ):
        book.balance += amount


def _give_up(book: Book, choice: int, amount: int) -> None:
    del amount
    if (one := some(book.invoices, choice)) is not None:
        state = book.documents.invoice(one)
        if book.take(give_up(state, "insolvent", "boss", book.call())):
            book.balance -= state.open_minor


def _restore(book: Book, choice: int, amount: int) -> None:
    if (one := some(book.write_offs, choice)) is not None:
        state, part = book.documents.source(one), amount if choice % 2 else None
        if book.take(restore(state, book.position, "error", part, book.call())):
            book.balance += state.value_minor if part is None else part


def _people(book: Book, choice: int, amount: int) -> None:
    one = some([*book.contacts], choice)
    if one is None or amount == 7:
        book.take(
            create_contact(book.people(), NewContact(name="Jane", is_primary=choice % 2 == 0), book.call())
        )
    elif amount == 50:
        book.take(remove_contact(book.people(), one, book.call()))
    else:
        book.take(
            update_contact(
                book.people(), one, {"is_primary": choice % 3 > 0, "phone": str(amount)}, book.call()
            )
        )


def _interact(book: Book, choice: int, amount: int) -> None:
    one = some([*book.interactions], choice)
    if one is None or amount == 7:
        book.take(log_interaction(CUSTOMER, NewInteraction(type="call", subject="s"), book.call()))
    else:
        to = ("in_progress", "completed", "cancelled")[choice % 3]
        book.take(
            move_interaction(InteractionState(one, CUSTOMER, "call", book.interactions[one]), to, book.call())
        )


def _segment(book: Book, choice: int, amount: int) -> None:
    name = ("vip", "premium", "at_risk")[choice % 3]
    state, new = book.segment(name), Assignment(segment=name)
    if amount == 7:
        assert book.take(assign_segment(state, new, book.call())) == (not state.stays)
    elif amount == 50:
        assert book.take(end_segment(state, name, book.call())) == bool(state.stays)
    else:
        assert book.take(replace_segment(state, new, book.call())) == bool(state.stays)


STEPS: Final[tuple[Callable[[Book, int, int], None], ...]] = (
    _issue, _issue, _draft, _finalise, _void, _receive, _receive, _credit, _allocate, _reverse, _refund,
    _give_up, _restore, _people, _people, _interact, _segment, _limit, _decide, _hold, _communicate,
    *map(_connect, CONNECTED),
)  # fmt: skip
BEGINNING: Final = [(STEPS.index(act), 0, 7, 0) for act in (_people, _issue, _receive)] + [
    (place, 0, 7, 0) for place in range(len(STEPS) - len(CONNECTED), len(STEPS))
]
"""So that each area has something to change."""
SEQUENCES: Final = st.lists(
    st.tuples(
        st.integers(0, len(STEPS) - 1), st.integers(0, 11), st.sampled_from([1, 7, 50, 100, 250]),
        st.sampled_from([0, 0, 1, 30]),
    ),
    min_size=15,
    max_size=40,
)  # fmt: skip


@settings(max_examples=tries(200, thorough=10_000))
@given(sequence=SEQUENCES, limit=st.sampled_from([None, 0, 300, 2000]))
def test_every_sequence_of_decisions_keeps_the_books(
    sequence: list[tuple[int, int, int, int]], limit: int | None
) -> None:
    book = Book({} if limit is None else {"EUR": LimitInForce("l", limit, BEGIN)})
    for step, choice, amount, days in [*BEGINNING, *sequence]:
        book.now += timedelta(days=days, seconds=1)
        STEPS[step](book, choice, amount)
        book.check()
