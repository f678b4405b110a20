"""The receivables of a customer, read from the database; hold the customer to decide on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import bindparam, select

from ledgerscope.customers.receivables.documents import Documents
from ledgerscope.store import tables as t
from ledgerscope.store.records import (
    TABLE_OF,
    Allocation,
    CreditNote,
    Invoice,
    InvoiceDue,
    Payment,
    PaymentReversal,
    Refund,
    WriteOff,
    WriteOffReversal,
    columns,
)

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Select, Table

    from ledgerscope.store.records import Record

__all__ = ["load_documents"]

_KINDS: Final[tuple[type[Any], ...]] = (
    Invoice,
    InvoiceDue,
    Payment,
    CreditNote,
    WriteOff,
    Allocation,
    PaymentReversal,
    Refund,
    WriteOffReversal,
)
"""What makes up the receivables of a customer, those that others refer to first."""
_PARENT: Final = {
    InvoiceDue: t.invoice,
    Allocation: t.invoice,
    PaymentReversal: t.payment,
    WriteOffReversal: t.write_off,
}
"""What says whose a row is, of kinds that do not say it themselves."""
_DUE_ON: Final = (
    select(t.invoice_due.c.due_on)
    .where(
        t.invoice_due.c.tenant_id == t.allocation.c.tenant_id,
        t.invoice_due.c.invoice_id == t.allocation.c.invoice_id,
        t.invoice_due.c.seq == t.allocation.c.due_seq,
    )
    .correlate(t.allocation)
    .scalar_subquery()
)
_ORDER: Final = {
    Invoice: (t.invoice.c.issued_on, t.invoice.c.finalised_at, t.invoice.c.number),
    InvoiceDue: (t.invoice_due.c.seq,),
    Allocation: (t.allocation.c.reverses_id.is_not(None), t.allocation.c.recorded_at, _DUE_ON),
}
"""As they came; what one request has set against several instalments, in the order in which it did."""


def load_documents(connection: Connection, tenant_id: str, customer_id: Any) -> Documents:
    """All receivables of a customer as they stand in the transaction."""
    given = {"tenant_id": tenant_id, "customer_id": customer_id}
    return Documents(
        [kind(*map(_as_written, row)) for kind, query in _QUERIES for row in connection.execute(query, given)]
    )


def _query(kind: type[Record]) -> Select[Any]:
    table = TABLE_OF[kind]
    query = select(*(table.c[name] for name in columns(kind))).where(
        table.c.tenant_id == bindparam("tenant_id"), _is_of_customer(kind, table)
    )
    order = _ORDER.get(kind)
    return query if order is None else query.order_by(*order, *table.primary_key.columns)


def _is_of_customer(kind: type[Record], table: Table) -> ColumnElement[bool]:
    parent = _PARENT.get(kind)
    if parent is None:
        return table.c.customer_id == bindparam("customer_id")
    key = f"{parent.name}_id"
    own = select(parent.c[key]).where(
        parent.c.tenant_id == bindparam("tenant_id"), parent.c.customer_id == bindparam("customer_id")
    )
    return table.c[key].in_(own)


def _as_written(value: Any) -> Any:
    """Identifiers as records hold them; everything else as it is."""
    return value.hex if isinstance(value, UUID) else value


_QUERIES: Final = tuple((kind, _query(kind)) for kind in _KINDS)
"""Made once for each kind: putting a query together costs more than its answer."""
