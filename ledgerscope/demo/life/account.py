"""A customer's account: claims, what settles them, and credit not yet used.

Guards the arithmetic of receivables: no instalment is settled beyond its amount, no payment or credit note is
used beyond its own, and open claims less unused credit are what the customer owes. It knows no habits: who
pays when is decided elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.domain.events import EventType
from ledgerscope.store.records import (
    Allocation,
    CreditNote,
    Invoice,
    InvoiceDue,
    Payment,
    WriteOff,
    span,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from ledgerscope.demo.life.story import Story
    from ledgerscope.store.records import Id

__all__ = ["Account", "Claim", "Instalment", "Source"]


class Instalment:
    """A part of a claim with a due date of its own."""

    __slots__ = ("amount", "due_on", "open", "seq", "settled_on")

    def __init__(self, seq: int, due_on: date, amount: int) -> None:
        self.seq = seq
        self.due_on = due_on
        self.amount = amount
        self.open = amount
        self.settled_on: date | None = None


class Claim:
    """An invoice and what is still open of it."""

    __slots__ = (
        "id", "instalments", "issued_at", "kind", "number", "period", "status", "subscription_id", "tax",
        "total", "voided_on",
    )  # fmt: skip

    def __init__(
        self,
        claim_id: Id,
        number: str,
        kind: str,
        issued_at: datetime,
        *,
        total: int,
        tax: int,
        instalments: tuple[Instalment, ...],
        subscription_id: Id | None,
        period: tuple[datetime, datetime] | None,
    ) -> None:
        self.id = claim_id
        self.number = number
        self.kind = kind
        self.issued_at = issued_at
        self.total = total
        self.tax = tax
        self.instalments = instalments
        self.subscription_id = subscription_id
        self.period = period
        self.status = "open"
        self.voided_on: date | None = None

    @property
    def open(self) -> int:
        """What is still owed of it, in minor units."""
        return sum(part.open for part in self.instalments)


class Source:
    """Money or credit that settles claims, and how much of it is left."""

    __slots__ = ("amount", "given", "id", "kind", "left", "reversal", "reversed_on", "used_up_on")

    def __init__(self, source_id: Id, kind: str, amount: int) -> None:
        self.id = source_id
        self.kind = kind
        self.amount = amount
        self.left = amount
        self.given: list[tuple[Allocation, Claim, Instalment]] = []
        self.used_up_on: date | None = None
        self.reversed_on: date | None = None
        self.reversal: str | None = None


class Account:
    """The receivables of one customer."""

    __slots__ = ("_notes", "_payments", "_received", "_story", "claims", "credits", "terms_days")

    def __init__(self, story: Story, terms_days: int) -> None:
        self._story = story
        self.terms_days = terms_days
        self.claims: list[Claim] = []
        self.credits: list[Source] = []
        self._payments: list[tuple[Source, str, str, datetime]] = []
        self._notes: list[tuple[Source, str, datetime]] = []

    @property
    def owed(self) -> int:
        """Open claims, in minor units."""
        return sum(claim.open for claim in self.claims if claim.status == "open")

    def overdue(self, day: date) -> bool:
        """Whether an instalment that was due before that day is open."""
        return any(
            part.open and part.due_on < day
            for claim in self.claims
            if claim.status == "open"
            for part in claim.instalments
        )

    @property
    def unused(self) -> int:
        """Payments and credit notes not yet set against a claim, in minor units."""
        return sum(source.left for source in self.credits)

    def issue(
        self,
        when: datetime,
        kind: str,
        net: int,
        due_on: Sequence[date],
        *,
        subscription_id: Id | None = None,
        period: tuple[datetime, datetime] | None = None,
    ) -> Claim:
        """An invoice of `net` plus tax, an instalment per due date; the first takes what does not divide."""
        story = self._story
        tax = (net * story.company.tax_basis_points + 5_000) // 10_000
        total = net + tax
        share = total // len(due_on)
        first = total - share * (len(due_on) - 1)
        parts = tuple(Instalment(n + 1, day, share if n else first) for n, day in enumerate(due_on))
        number = f"{story.number:05d}-{len(self.claims) + 1:04d}"
        claim = Claim(
            story.random.id(),
            number,
            kind,
            when,
            total=total,
            tax=tax,
            instalments=parts,
            subscription_id=subscription_id,
            period=period,
        )
        self.claims.append(claim)
        story.emit(EventType.INVOICE_FINALISED, when, kind, amount=total)
        return claim

    def receive(self, when: datetime, amount: int, method: str, gateway: str) -> Source:
        """Money arrives; it settles nothing until it is allocated."""
        source = Source(self._story.random.id(), "payment", amount)
        self.credits.append(source)
        self._payments.append((source, method, gateway, when))
        self._story.emit(EventType.PAYMENT_SUCCEEDED, when, gateway, amount=amount)
        return source

    def give_credit(self, when: datetime, amount: int, reason: str) -> Source:
        """A credit note, which settles nothing until it is allocated."""
        source = Source(self._story.random.id(), "credit_note", amount)
        self.credits.append(source)
        self._notes.append((source, reason, when))
        self._story.emit(EventType.CREDIT_NOTE_ISSUED, when, amount=amount)
        return source

    def settle(self, when: datetime, claim: Claim, source: Source, limit: int | None = None) -> int:
        """Set a source against the oldest open instalments, up to `limit`; returns how much it settled."""
        before = source.left
        rest = before if limit is None else min(before, limit)
        for part in claim.instalments:
            if rest and part.open:
                amount = min(rest, part.open)
                self._allocate(when, claim, part, source, amount)
                rest -= amount
        if not claim.open and claim.status == "open":
            claim.status = "paid"
        if not source.left and source in self.credits:
            self.credits.remove(source)
        return before - source.left

    def use_credit(self, when: datetime, claim: Claim) -> None:
        """Set whatever credit is unused against a claim."""
        for source in tuple(self.credits):
            if claim.open:
                self.settle(when, claim, source)

    def take_back(self, when: datetime, source: Source, reversal: str) -> None:
        """A payment goes back: its allocations are reversed, and what they settled is open again."""
        source.reversed_on, source.reversal = self._story.day(when), reversal
        for given, claim, part in source.given:
            part.open += given.amount_minor
            part.settled_on = None
            claim.status = "open"
            self._record(when, claim, part, source, -given.amount_minor, reverses=given.allocation_id)
        source.left, source.used_up_on = source.amount, None
        if source in self.credits:
            self.credits.remove(source)

    def write_off(self, when: datetime, claim: Claim, reason: str) -> None:
        """Give up what is open of a claim."""
        story, day = self._story, self._story.day(when)
        source = Source(story.random.id(), "write_off", claim.open)
        story.write(
            WriteOff(
                story.tenant_id, source.id, story.customer_id, source.amount, story.currency, reason,
                "head of finance", day, source.amount, day,
            )
        )  # fmt: skip
        self.settle(when, claim, source)
        claim.status = "uncollectible"

    def void(self, when: datetime, claim: Claim) -> None:
        """Withdraw a claim nothing has been set against."""
        claim.status, claim.voided_on = "void", self._story.day(when)

    def close(self) -> None:
        """Write claims, payments and credit notes as they stand at the end of the story."""
        for claim in self.claims:
            self._write_claim(claim)
        for source, method, gateway, when in self._payments:
            self._write_payment(source, method, gateway, when)
        for number, (source, reason, when) in enumerate(self._notes, 1):
            self._write_note(number, source, reason, when)

    def _allocate(self, when: datetime, claim: Claim, part: Instalment, source: Source, amount: int) -> None:
        part.open -= amount
        source.left -= amount
        row = self._record(when, claim, part, source, amount)
        source.given.append((row, claim, part))
        if not part.open:
            part.settled_on = row.effective_on
        if not source.left:
            source.used_up_on = row.effective_on

    def _record(
        self,
        when: datetime,
        claim: Claim,
        part: Instalment,
        source: Source,
        amount: int,
        reverses: Id | None = None,
    ) -> Allocation:
        story = self._story
        row = Allocation(
            story.tenant_id, story.random.id(), source.kind, source.id, claim.id, part.seq, amount,
            story.day(when), when, reverses,
        )  # fmt: skip
        story.write(row)
        return row

    def _write_claim(self, claim: Claim) -> None:
        story = self._story
        story.write(
            Invoice(
                story.tenant_id, claim.id, story.customer_id, claim.subscription_id, claim.number,
                claim.status, claim.kind, story.day(claim.issued_at), claim.issued_at, claim.voided_on,
                story.currency, claim.total, claim.tax, claim.period and span(*claim.period),
            )
        )  # fmt: skip
        for part in claim.instalments:
            story.write(
                InvoiceDue(
                    story.tenant_id, claim.id, part.seq, part.due_on, part.amount, part.amount - part.open,
                    part.settled_on,
                )
            )  # fmt: skip

    def _write_payment(self, source: Source, method: str, gateway: str, when: datetime) -> None:
        story = self._story
        story.write(
            Payment(
                story.tenant_id, source.id, story.customer_id, source.amount, story.currency, method,
                gateway, story.day(when), when, source.reversed_on, source.reversal,
                source.amount - source.left, source.used_up_on,
            )
        )  # fmt: skip

    def _write_note(self, number: int, source: Source, reason: str, when: datetime) -> None:
        story = self._story
        story.write(
            CreditNote(
                story.tenant_id, source.id, story.customer_id, f"CN-{story.number:05d}-{number:03d}",
                source.amount, story.currency, reason, story.day(when), source.amount - source.left,
                source.used_up_on,
            )
        )  # fmt: skip
