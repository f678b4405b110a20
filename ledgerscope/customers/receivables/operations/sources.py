"""Lists of the payments, credit notes and write-offs of a customer, page by page, the latest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledgerscope.customers.decision import Refused
from ledgerscope.customers.operations.lookups import customer_exists, no_row
from ledgerscope.customers.operations.pages import page_of
from ledgerscope.customers.receivables.loading import load_documents
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Column, Connection, Row, Table

    from ledgerscope.customers.receivables.documents import Documents
    from ledgerscope.store.records import Id

__all__ = ["ListSources", "SourceLine", "SourcePage", "list_sources"]

_DATED: Final[dict[str, Column[Any]]] = {
    "payment": t.payment.c.received_at,
    "credit_note": t.credit_note.c.issued_on,
    "write_off": t.write_off.c.written_off_on,
}
"""What each list is ordered by, before the identifier."""
_WORDS: Final = ("number", "method", "reversal", "reason", "approved_by")
"""What some kinds have and others have not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSources:
    """How many of a customer's payments, credit notes or write-offs; `cursor` is that of the page before."""

    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A payment, credit note or write-off in a list, in minor units.

    `value_minor` is the amount less what was reversed or refunded; `left_minor` what of that settles nothing;
    both are zero before the day that it is dated. A payment has a `method`, and a `reversal` where all of it
    went back; a credit note has a `number` and a `reason`; a write-off has a `reason` and `approved_by`. The
    others are None.
    """

    source_id: Id
    customer_id: Id
    dated: date
    currency: str
    amount_minor: int
    value_minor: int
    left_minor: int
    number: str | None
    method: str | None
    reversal: str | None
    reason: str | None
    approved_by: str | None


@dataclass(frozen=True, slots=True)
class SourcePage:
    """Payments, credit notes or write-offs, and the cursor of the next page; None on the last."""

    sources: tuple[SourceLine, ...]
    next_cursor: str | None


def list_sources(
    connection: Connection, tenant_id: str, table: Table, customer_id: Id, asked: ListSources, day: date
) -> SourcePage | Refused:
    """A page of the rows of one of the three tables of a customer, deleted or not, as of a day."""
    if not customer_exists(connection, tenant_id, customer_id):
        return no_row("customer", customer_id)
    c = table.c
    query = select(table).where(c.tenant_id == tenant_id, c.customer_id == customer_id)
    place = (_DATED[table.name], c[f"{table.name}_id"])
    part = page_of(connection, query, place, limit=asked.limit, cursor=asked.cursor)
    if isinstance(part, Refused):
        return part
    documents = load_documents(connection, tenant_id, customer_id)
    return SourcePage(tuple(_line(documents, table, row, day) for row in part.rows), part.next_cursor)


def _line(documents: Documents, table: Table, row: Row[Any], day: date) -> SourceLine:
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's public way
    state = documents.source(values[f"{table.name}_id"].hex)
    return SourceLine(
        source_id=state.source_id, customer_id=state.customer_id, dated=state.dated, currency=state.currency,
        amount_minor=row.amount_minor, value_minor=state.value_on(day),
        left_minor=state.left_on(day), **{word: values.get(word) for word in _WORDS},
    )  # fmt: skip
