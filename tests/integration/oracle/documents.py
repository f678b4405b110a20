"""Receivables: documents, allocations, instalments, the receivable and its aging."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.integration.oracle.moment import Moment
from tests.integration.oracle.values import Row, Values, total

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Instalment:
    invoice: Row
    due_on: date
    open_minor: int


@dataclass(frozen=True)
class Ledger(Moment):
    """What the documents of a company are worth at an instant."""

    def invoice_counts(self, row: Row) -> bool:
        return row.status != "draft" and self.has_come(row.issued_on) and not self.has_come(row.voided_on)

    def payment_stands(self, row: Row) -> bool:
        return self.has_come(row.received_on) and not self.has_come(row.reversed_on)

    def credit_note_stands(self, row: Row) -> bool:
        return self.has_come(row.issued_on) and not self.has_come(row.voided_on)

    def refunded(self, key: Any) -> int:
        return sum(row.amount_minor for row in self.company.refunds[key] if self.has_come(row.refunded_on))

    def payment_value(self, row: Row) -> int:
        if not self.payment_stands(row):
            return 0
        back = sum(
            one.amount_minor
            for one in self.company.reversals[row.payment_id]
            if self.has_come(one.reversed_on)
        )
        return int(row.amount_minor - back - self.refunded(row.payment_id))

    def credit_note_value(self, row: Row) -> int:
        stands = self.credit_note_stands(row)
        return int(row.amount_minor - self.refunded(row.credit_note_id)) if stands else 0

    # Allocations

    @cached_property
    def allocations(self) -> list[Row]:
        """Those that count."""
        of = self.company.of
        invoices = {row.invoice_id for row in of("invoice") if self.invoice_counts(row)}
        sources = {row.payment_id for row in of("payment") if self.payment_stands(row)}
        sources |= {row.credit_note_id for row in of("credit_note") if self.credit_note_stands(row)}
        sources |= {row.write_off_id for row in of("write_off") if self.has_come(row.written_off_on)}
        return [
            row
            for row in of("allocation")
            if self.has_come(row.effective_on) and row.invoice_id in invoices and row.from_id in sources
        ]

    @cached_property
    def allocated(self) -> Counter[Any]:
        """What is allocated to each instalment, and from each source."""
        found: Counter[Any] = Counter()
        for row in self.allocations:
            found[row.invoice_id, row.due_seq] += row.amount_minor
            found[row.from_id] += row.amount_minor
        return found

    # Instalments

    @cached_property
    def instalments(self) -> list[Instalment]:
        """Every instalment of every invoice that counts, with what is open of it."""
        return [
            one for row in self.company.of("invoice") if self.invoice_counts(row) for one in self._of(row)
        ]

    def _of(self, invoice: Row) -> Iterator[Instalment]:
        dues = sorted(self.company.dues[invoice.invoice_id], key=lambda row: (row.due_on, row.seq))
        if not dues:
            terms = self.company.customers[invoice.customer_id].terms_days
            yield Instalment(invoice, invoice.issued_on + timedelta(days=terms), invoice.total_minor)
        missing = invoice.total_minor - sum(row.amount_minor for row in dues)
        for row in dues:
            amount = row.amount_minor + (missing if row is dues[-1] else 0)
            yield Instalment(invoice, row.due_on, amount - self.allocated[invoice.invoice_id, row.seq])

    @cached_property
    def unallocated(self) -> list[tuple[Any, str, int]]:
        """What is left of each payment and credit note: customer, currency and amount."""
        found = [
            (row.customer_id, row.currency, self.payment_value(row) - self.allocated[row.payment_id])
            for row in self.company.of("payment")
        ]
        for row in self.company.of("credit_note"):
            left = self.credit_note_value(row) - self.allocated[row.credit_note_id]
            found.append((row.customer_id, row.currency, left))
        return found


def receivable(now: Ledger) -> Values:
    of, major = now.company.of, now.company.major
    found = [(row.currency, row.total_minor) for row in of("invoice") if now.invoice_counts(row)]
    found += [(row.currency, -now.payment_value(row)) for row in of("payment")]
    found += [(row.currency, -now.credit_note_value(row)) for row in of("credit_note")]
    used = ((row.currency, now.allocated[row.write_off_id]) for row in of("write_off"))
    found += [(currency, -minor) for currency, minor in used if minor]
    return total(((currency,), major(minor, currency)) for currency, minor in found)


def aging_bucket(days: int) -> str:
    for last, name in ((0, "current"), (30, "1-30"), (60, "31-60"), (90, "61-90")):
        if days <= last:
            return name
    return "90+"


def open_amount(now: Ledger) -> Values:
    found = [
        (aging_bucket((now.day - one.due_on).days), one.invoice.currency, one.open_minor)
        for one in now.instalments
    ]
    found += [("unallocated", currency, -left) for _, currency, left in now.unallocated]
    return total(
        ((bucket, currency), now.company.major(minor, currency)) for bucket, currency, minor in found
    )


def open_invoices(now: Ledger) -> Values:
    by_invoice: dict[Any, list[Instalment]] = defaultdict(list)
    for one in now.instalments:
        by_invoice[one.invoice.invoice_id].append(one)
    due = ([one.due_on for one in parts if one.open_minor > 0] for parts in by_invoice.values())
    return total(((aging_bucket((now.day - min(days)).days),), 1) for days in due if days)
