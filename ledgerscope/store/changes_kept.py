"""Fills the columns that triggers keep of settlements, so that a bulk load makes the triggers change nothing.

The rule is that of ADR 0008. What this leaves out or gets wrong, the triggers put right: it only saves time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledgerscope.store.records import (
    Allocation,
    CreditNote,
    Invoice,
    InvoiceDue,
    Payment,
    PaymentReversal,
    Refund,
    WriteOff,
    WriteOffReversal,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from ledgerscope.store.records import Record

__all__ = ["fill_kept_columns"]

Key = tuple[Any, ...]
_SOURCES: Final[dict[str, type[Record]]] = {
    "payment": Payment,
    "credit_note": CreditNote,
    "write_off": WriteOff,
}
_BEGINS: Final = {"payment": "received_on", "credit_note": "issued_on", "write_off": "written_off_on"}
_USED_UP_ON: Final = "used_up_on"


class _Sum:
    """What allocations come to in the end, what went back, and the day of the last change."""

    __slots__ = ("allocated", "back", "day")

    def __init__(self) -> None:
        self.allocated = 0
        self.back = 0
        self.day: date | None = None

    def add(self, day: date | None, allocated: int = 0, back: int = 0) -> None:
        self.allocated += allocated
        self.back += back
        if day is not None:
            self.day = day if self.day is None else max(self.day, day)


def fill_kept_columns(
    keyed: Mapping[type[Record], dict[Key, Any]], plain: Mapping[type[Record], Iterable[Any]]
) -> None:
    """Change the rows of `keyed` that a trigger would change after a load of both."""
    dues: dict[Key, _Sum] = {}
    sources: dict[tuple[type[Record], Key], _Sum] = {}
    for row in plain.get(Allocation, ()):
        _count(row, keyed, dues, sources)
    for kind, source_of in _GIVES_BACK.items():
        for row in plain.get(kind, ()):
            for source_kind, source_id, day in source_of(row):
                total = sources.setdefault((source_kind, (row.tenant_id, source_id)), _Sum())
                total.add(day, back=row.amount_minor)
    for key, total in dues.items():
        if (held := keyed[InvoiceDue].get(key)) is not None:
            keyed[InvoiceDue][key] = _kept(held, total, "settled_on")
    for (kind, key), total in sources.items():
        if (held := keyed[kind].get(key)) is not None:
            keyed[kind][key] = _kept(held, total, _USED_UP_ON)
    _fill_from_invoices(keyed)
    _fill_missing(keyed)


def _count(
    row: Allocation,
    keyed: Mapping[type[Record], dict[Key, Any]],
    dues: dict[Key, _Sum],
    sources: dict[tuple[type[Record], Key], _Sum],
) -> None:
    kind, source_key = _SOURCES[row.from_kind], (row.tenant_id, row.from_id)
    invoice = keyed[Invoice].get((row.tenant_id, row.invoice_id))
    source = keyed[kind].get(source_key)
    if invoice is None or source is None:
        return
    starts = max(row.effective_on, invoice.issued_on, getattr(source, _BEGINS[row.from_kind]))
    ends = [day for day in (invoice.voided_on, getattr(source, "reversed_on", None)) if day is not None]
    end = min(ends, default=None)
    day = starts if end is None else end if end > starts else None
    amount = row.amount_minor if end is None else 0
    due_key = (row.tenant_id, row.invoice_id, row.due_seq)
    dues.setdefault(due_key, _Sum()).add(day, amount)
    sources.setdefault((kind, source_key), _Sum()).add(day, amount)


def _kept(held: Any, total: _Sum, used_up: str) -> Any:
    whole = total.allocated == held.amount_minor - total.back
    return held._replace(
        allocated_minor=total.allocated,
        changed_on=None if whole else total.day,
        **{used_up: total.day if whole else None},
    )


def _fill_from_invoices(keyed: Mapping[type[Record], dict[Key, Any]]) -> None:
    """What instalments repeat of their invoices."""
    dues = keyed[InvoiceDue]
    for key, due in dues.items():
        if (invoice := keyed[Invoice].get((due.tenant_id, due.invoice_id))) is not None:
            dues[key] = due._replace(
                customer_id=invoice.customer_id,
                currency=invoice.currency,
                owed_from=None if invoice.status == "draft" else invoice.issued_on,
                owed_until=invoice.voided_on,
            )


def _fill_missing(keyed: Mapping[type[Record], dict[Key, Any]]) -> None:
    """What the instalments of each invoice leave of its total."""
    sums: dict[Key, int] = {}
    for due in keyed[InvoiceDue].values():
        key = (due.tenant_id, due.invoice_id)
        sums[key] = sums.get(key, 0) + due.amount_minor
    for key, amount in sums.items():
        if (invoice := keyed[Invoice].get(key)) is not None:
            keyed[Invoice][key] = invoice._replace(missing_minor=invoice.total_minor - amount)


def _refunded(row: Refund) -> list[tuple[type[Record], Any, date]]:
    if row.payment_id is not None:
        return [(Payment, row.payment_id, row.refunded_on)]
    return [(CreditNote, row.credit_note_id, row.refunded_on)]


_GIVES_BACK: Final[dict[type[Record], Any]] = {
    PaymentReversal: lambda row: [(Payment, row.payment_id, row.reversed_on)],
    Refund: _refunded,
    WriteOffReversal: lambda row: [(WriteOff, row.write_off_id, row.reversed_on)],
}
