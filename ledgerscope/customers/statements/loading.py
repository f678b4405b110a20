"""Reads the account of a customer from the database: its documents in one currency, and what touches them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, select

from ledgerscope.customers.statements.account import Account, Kind, Returned, Title
from ledgerscope.customers.statements.rendering.parties import Parties
from ledgerscope.domain.aging import Allocation, Claim, Credit, Instalment, Ledger
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import ColumnElement, Connection, Row, Table

    from ledgerscope.store.records import Id

__all__ = ["Addressee", "load_account", "load_addressee"]

_DRAFT: Final = "draft"


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who sends and gets a statement, and the e-mail address of the customer."""

    parties: Parties
    email: str | None = field(repr=False)


def load_addressee(connection: Connection, tenant_id: str, customer_id: Id) -> Addressee | None:
    """The customer, deleted or not; None where the company has none of this identifier."""
    c = t.customer.c
    query = (
        select(t.tenant.c.name.label("company"), c.name, c.customer_number, c.address, c.email)
        .join_from(t.customer, t.tenant, t.tenant.c.tenant_id == c.tenant_id)
        .where(c.tenant_id == tenant_id, c.customer_id == customer_id)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Addressee(Parties(row.company, row.name, row.customer_number, row.address), row.email)


def load_account(connection: Connection, tenant_id: str, customer_id: Id, currency: str) -> Account:
    """The account as it is written down, whatever the dates; the connection must see one state of it."""
    return _Reader(connection, tenant_id, customer_id, currency).account()


class _Reader:
    """Collects the documents by their identifiers, those of others as far as they touch the account."""

    def __init__(self, connection: Connection, tenant_id: str, customer_id: Id, currency: str) -> None:
        self._connection = connection
        self._tenant_id = tenant_id
        self._customer_id = customer_id
        self._currency = currency
        self._claims: dict[UUID, Claim] = {}
        self._credits: dict[UUID, Credit] = {}
        self._titles: dict[Claim | Credit, Title] = {}

    def account(self) -> Account:
        self._read_invoices()
        claims = tuple(self._claims.values())
        self._read_payments()
        self._read_credit_notes()
        money = tuple(self._credits.values())
        allocations = tuple(self._allocations())
        return Account(self._currency, Ledger(claims, money, allocations), self._titles)

    def _own(self, table: Table) -> ColumnElement[bool]:
        return and_(
            table.c.tenant_id == self._tenant_id,
            table.c.customer_id == self._customer_id,
            table.c.currency == self._currency,
        )

    def _read_invoices(self) -> None:
        i, due, customer = t.invoice.c, t.invoice_due.c, t.customer.c
        parts: defaultdict[UUID, list[Instalment]] = defaultdict(list)
        dues = (
            select(due.invoice_id, due.seq, due.due_on, due.amount_minor)
            .join_from(
                t.invoice, t.invoice_due, and_(due.tenant_id == i.tenant_id, due.invoice_id == i.invoice_id)
            )
            .where(self._own(t.invoice))
            .order_by(due.invoice_id, due.seq)
        )
        for part in self._connection.execute(dues):
            parts[part.invoice_id].append(Instalment(part.seq, part.due_on, part.amount_minor))
        same = and_(customer.tenant_id == i.tenant_id, customer.customer_id == i.customer_id)
        invoices = (
            select(
                i.invoice_id, i.number, i.status, i.issued_on, i.voided_on, i.total_minor, customer.terms_days
            )
            .join_from(t.invoice, t.customer, same)
            .where(self._own(t.invoice))
            .order_by(i.invoice_id)
        )
        for row in self._connection.execute(invoices):
            issued_on = None if row.status == _DRAFT else row.issued_on
            claim = Claim(
                self._currency, row.total_minor, issued_on, tuple(parts[row.invoice_id]), row.voided_on,
                row.terms_days,
            )  # fmt: skip
            self._claims[row.invoice_id] = claim
            self._titles[claim] = Title(Kind.INVOICE, row.number)

    def _read_payments(self) -> None:
        p = t.payment.c
        back = self._returned(t.payment, "payment_id")
        query = select(p.payment_id, p.method, p.amount_minor, p.received_on, p.reversed_on)
        for row in self._connection.execute(query.where(self._own(t.payment)).order_by(p.payment_id)):
            credit = Credit(
                self._currency, row.amount_minor, row.received_on, row.reversed_on,
                tuple(back[row.payment_id]),
            )  # fmt: skip
            self._credits[row.payment_id] = credit
            self._titles[credit] = Title(Kind.PAYMENT, row.method.replace("_", " "))

    def _read_credit_notes(self) -> None:
        n = t.credit_note.c
        back = self._returned(t.credit_note, "credit_note_id")
        query = select(n.credit_note_id, n.number, n.amount_minor, n.issued_on, n.voided_on)
        for row in self._connection.execute(query.where(self._own(t.credit_note)).order_by(n.credit_note_id)):
            credit = Credit(
                self._currency, row.amount_minor, row.issued_on, row.voided_on,
                tuple(back[row.credit_note_id]),
            )  # fmt: skip
            self._credits[row.credit_note_id] = credit
            self._titles[credit] = Title(Kind.CREDIT_NOTE, row.number)

    def _returned(self, source: Table, key: str) -> defaultdict[UUID, list[Returned]]:
        """What went back of the customer's payments or credit notes."""
        found: defaultdict[UUID, list[Returned]] = defaultdict(list)
        ways = [(t.refund, t.refund.c.refunded_on, Kind.REFUND)]
        if source is t.payment:
            ways.append((t.payment_reversal, t.payment_reversal.c.reversed_on, Kind.PAYMENT_REVERSED))
        for table, on, kind in ways:
            same = and_(table.c.tenant_id == source.c.tenant_id, table.c[key] == source.c[key])
            query = (
                select(table.c[key].label("source_id"), table.c.amount_minor, on.label("on"))
                .join_from(source, table, same)
                .where(self._own(source))
                .order_by(*table.primary_key.columns)
            )
            for row in self._connection.execute(query):
                found[row.source_id].append(Returned(row.amount_minor, row.on, kind))
        return found

    def _allocations(self) -> list[Allocation]:
        """Every allocation with a side in the account, once."""
        a, i = t.allocation.c, t.invoice.c
        same = and_(i.tenant_id == a.tenant_id, i.invoice_id == a.invoice_id)
        columns = (
            *(a[name] for name in ("allocation_id", "from_kind", "from_id", "due_seq", "amount_minor")),
            *(a.effective_on, a.invoice_id, i.issued_on, i.voided_on, i.status),
        )
        found: dict[UUID, Row[Any]] = {}
        settled = select(*columns).join_from(t.invoice, t.allocation, same).where(self._own(t.invoice))
        found |= {row.allocation_id: row for row in self._connection.execute(settled)}
        for source, key in ((t.payment, "payment_id"), (t.credit_note, "credit_note_id")):
            given = and_(
                a.tenant_id == source.c.tenant_id, a.from_id == source.c[key], a.from_kind == source.name
            )
            used = (
                select(*columns)
                .join_from(source, t.allocation, given)
                .join(t.invoice, same)
                .where(self._own(source), i.customer_id != self._customer_id)
            )
            found |= {row.allocation_id: row for row in self._connection.execute(used)}
        self._read_other_sources({row.from_id for row in found.values()} - set(self._credits))
        return [self._allocation(found[key]) for key in sorted(found)]

    def _read_other_sources(self, missing: set[UUID]) -> None:
        """Write-offs, and money of other customers: when it stands is all that counts of it."""
        for table, key, begins, ends in (
            (t.payment, "payment_id", t.payment.c.received_on, t.payment.c.reversed_on),
            (t.credit_note, "credit_note_id", t.credit_note.c.issued_on, t.credit_note.c.voided_on),
            (t.write_off, "write_off_id", t.write_off.c.written_off_on, None),
        ):
            query = select(
                table.c[key].label("key"), table.c.amount_minor, begins.label("begins"),
                *(() if ends is None else (ends.label("ends"),)),
            ).where(table.c.tenant_id == self._tenant_id, table.c[key].in_(missing))  # fmt: skip
            for row in self._connection.execute(query) if missing else ():
                ended = None if ends is None else row.ends
                self._credits[row.key] = Credit(
                    self._currency, row.amount_minor, row.begins, ended, is_write_off=ends is None
                )

    def _allocation(self, row: Row[Any]) -> Allocation:
        claim = self._claims.get(row.invoice_id)
        if claim is None:  # of another customer: its amounts do not matter
            issued_on = None if row.status == _DRAFT else row.issued_on
            claim = Claim(self._currency, 0, issued_on, (), row.voided_on)
            self._claims[row.invoice_id] = claim
        return Allocation(self._credits[row.from_id], claim, row.due_seq, row.amount_minor, row.effective_on)
