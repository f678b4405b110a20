"""Invoices and money as they are shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from ledgerscope.customers.operations.lookups import as_id, no_row
from ledgerscope.customers.receivables.loading import load_documents

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection, Row, Table

    from ledgerscope.customers.decision import Refused
    from ledgerscope.customers.receivables.state import SourceState
    from ledgerscope.store.records import Id

__all__ = ["InvoiceView", "OpenPart", "SourceView", "find_row", "view_invoice", "view_source"]


@dataclass(frozen=True, slots=True)
class OpenPart:
    """An instalment, and what is open of it in minor units."""

    due_on: date
    amount_minor: int
    open_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceView:
    """An invoice as of a day, amounts in minor units; a draft has no date and owes nothing yet."""

    invoice_id: Id
    customer_id: Id
    number: str
    status: str
    kind: str
    currency: str
    total_minor: int
    tax_minor: int
    open_minor: int
    issued_on: date | None
    voided_on: date | None
    instalments: tuple[OpenPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """A payment or credit note as of a day, in minor units.

    `value_minor` is the amount less what was reversed or refunded; `left_minor` what of that settles nothing.
    Both are zero before the day that it is dated.
    """

    source_id: Id
    customer_id: Id
    currency: str
    amount_minor: int
    value_minor: int
    left_minor: int
    dated: date


def find_row(connection: Connection, tenant_id: str, table: Table, value: str) -> Row[Any] | Refused:
    """The row of a document of the company."""
    wanted = as_id(value)
    if wanted is None:
        return no_row(table.name, value)
    key = table.c[f"{table.name}_id"]
    row = connection.execute(select(table).where(table.c.tenant_id == tenant_id, key == wanted)).one_or_none()
    return no_row(table.name, value) if row is None else row


def view_invoice(connection: Connection, tenant_id: str, row: Row[Any], day: date) -> InvoiceView:
    """An invoice with what is open of it on a day; it is open until what settles it counts."""
    documents = load_documents(connection, tenant_id, row.customer_id)
    state = documents.invoice(row.invoice_id.hex)
    settled: Counter[int] = Counter()
    not_yet: Counter[int] = Counter()
    for one in state.applied:
        settled[one.seq] += one.amount_minor
        if max(one.effective_on, documents.source(one.from_id).dated) > day:
            not_yet[one.seq] += one.amount_minor
    owed = row.status not in {"draft", "void"}
    parts = tuple(
        OpenPart(
            part.due_on, part.open_minor + settled[part.seq],
            part.open_minor + not_yet[part.seq] if owed else 0,
        )
        for part in state.instalments
    )  # fmt: skip
    status = "open" if owed and not_yet.total() else row.status
    return InvoiceView(
        invoice_id=state.invoice_id, customer_id=state.customer_id, number=row.number, status=status,
        kind=row.kind, currency=row.currency, total_minor=row.total_minor, tax_minor=row.tax_minor,
        open_minor=sum(part.open_minor for part in parts), issued_on=row.issued_on, voided_on=row.voided_on,
        instalments=parts,
    )  # fmt: skip


def view_source(
    connection: Connection, tenant_id: str, row: Row[Any], source_id: Id, day: date
) -> SourceView:
    """A payment or credit note with what is left of it on a day."""
    state: SourceState = load_documents(connection, tenant_id, row.customer_id).source(source_id)
    return SourceView(
        source_id=source_id, customer_id=state.customer_id, currency=state.currency,
        amount_minor=row.amount_minor, value_minor=state.value_on(day), left_minor=state.left_on(day),
        dated=state.dated,
    )  # fmt: skip
