"""Setting a source against an invoice, and taking such allocations back.

Guards that no instalment is settled beyond its amount and no source used beyond its value, and that the
status of an invoice says whether anything is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.customers.decision import Decision, Moment, Refused
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import Allocation, Invoice, derive_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ledgerscope.customers.receivables.state import Applied, InvoiceState, SourceState
    from ledgerscope.store.records import Id

__all__ = ["Allocate", "allocate", "allocate_oldest", "set_status", "settle", "take_back"]


@dataclass(frozen=True, slots=True)
class Allocate:
    """Set a source against the oldest open instalments, up to a limit where one is given."""

    moment: Moment
    request_id: Id
    limit_minor: int | None = None


def allocate(source: SourceState, invoice: InvoiceState, request: Allocate) -> Decision:
    """Allocations, and the invoice paid where nothing stays open."""
    if source.currency != invoice.currency:
        return Refused(f"the money is in {source.currency}, the invoice in {invoice.currency}")
    if source.customer_id != invoice.customer_id:
        return Refused("the money and the invoice belong to different customers")
    if invoice.status != "open":
        return Refused(f"the invoice is {invoice.status}; only an open one can be settled")
    left = source.left_minor
    amount = left if request.limit_minor is None else min(left, request.limit_minor)
    if amount <= 0:
        return Refused("nothing of the money is left to allocate")
    rows = tuple(settle(request.moment, request.request_id, source, invoice, amount))
    if amount >= invoice.open_minor:
        return Changes((*rows, set_status(request.moment, invoice.invoice_id, "paid")))
    return Changes(rows)


def allocate_oldest(source: SourceState, invoices: Iterable[InvoiceState], request: Allocate) -> Decision:
    """Allocations to the instalments that are due first, whatever their invoices, and those paid in full.

    Of what is due on one day, the invoice issued first comes first, then the one given first.
    """
    fitting = [
        one
        for one in invoices
        if (one.currency, one.customer_id, one.status) == (source.currency, source.customer_id, "open")
    ]
    left = source.left_minor
    amount = left if request.limit_minor is None else min(left, request.limit_minor)
    if amount <= 0:
        return Refused("nothing of the money is left to allocate")
    if not any(one.open_minor for one in fitting):
        return Refused(f"the customer has no open invoice in {source.currency}")
    given: dict[Id, int] = {}
    rows: list[Allocation] = []
    parts = [(one, part) for one in fitting for part in one.instalments]
    for one, part in sorted(parts, key=lambda each: (each[1].due_on, each[0].issued_on)):
        invoice_id = one.invoice_id
        share = min(amount, part.open_minor)
        if share > 0:
            rows.append(_allocation(request.moment, request.request_id, source, invoice_id, part.seq, share))
            given[invoice_id] = given.get(invoice_id, 0) + share
            amount -= share
    paid = (one.invoice_id for one in fitting if given.get(one.invoice_id, 0) == one.open_minor > 0)
    return Changes((*rows, *(set_status(request.moment, invoice_id, "paid") for invoice_id in paid)))


def settle(
    moment: Moment, request_id: Id, source: SourceState, invoice: InvoiceState, amount: int
) -> Iterator[Allocation]:
    """The allocations of an amount to the oldest open instalments."""
    for part in invoice.instalments:
        share = min(amount, part.open_minor)
        if share > 0:
            yield _allocation(moment, request_id, source, invoice.invoice_id, part.seq, share)
            amount -= share


def _allocation(
    moment: Moment, request_id: Id, source: SourceState, invoice_id: Id, seq: int, share: int
) -> Allocation:
    return Allocation(
        moment.tenant_id, derive_id(request_id, invoice_id, seq), source.kind, source.source_id, invoice_id,
        seq, share, moment.day, moment.at,
    )  # fmt: skip


def take_back(
    moment: Moment, request_id: Id, applied: Iterable[Applied], amount: int | None = None
) -> tuple[Allocation | Update, ...]:
    """Reversals of allocations, the latest first, of all or of an amount; their invoices are open again."""
    rows: list[Allocation | Update] = []
    touched: dict[Id, None] = {}
    for one in reversed(tuple(applied)):
        share = one.amount_minor if amount is None else min(amount, one.amount_minor)
        if share <= 0:
            continue
        rows.append(
            Allocation(
                moment.tenant_id, derive_id(request_id, one.allocation_id, "back"), one.from_kind,
                one.from_id, one.invoice_id, one.seq, -share, moment.day, moment.at, one.allocation_id,
            )
        )  # fmt: skip
        touched[one.invoice_id] = None
        amount = None if amount is None else amount - share
    return (*rows, *(set_status(moment, invoice_id, "open") for invoice_id in touched))


def set_status(moment: Moment, invoice_id: Id, status: str) -> Update:
    """The invoice has this status from now on."""
    return Update(Invoice, (moment.tenant_id, invoice_id), {"status": status})
