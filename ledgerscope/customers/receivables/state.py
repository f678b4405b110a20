"""What decisions about receivables look at: one invoice, or one source of money or credit, as it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from ledgerscope.store.records import Id

__all__ = ["Applied", "InvoiceState", "OpenInstalment", "SourceState"]


class OpenInstalment(NamedTuple):
    """An instalment and what is open of it, in minor units."""

    seq: int
    due_on: date
    open_minor: int


class Applied(NamedTuple):
    """An allocation and what of it has not been taken back, in minor units."""

    allocation_id: Id
    from_kind: str
    from_id: Id
    invoice_id: Id
    seq: int
    amount_minor: int
    effective_on: date


class InvoiceState(NamedTuple):
    """An invoice with its instalments, oldest first, and the allocations that stand.

    A draft has no `issued_on`, and nothing of it is owed.
    """

    invoice_id: Id
    customer_id: Id
    currency: str
    status: str
    total_minor: int
    issued_on: date | None
    instalments: tuple[OpenInstalment, ...]
    applied: tuple[Applied, ...]

    @property
    def open_minor(self) -> int:
        """What is still owed of it."""
        return sum(part.open_minor for part in self.instalments)


class SourceState(NamedTuple):
    """A payment, credit note or write-off, and the allocations from it that stand.

    `value_minor` is its amount less what was reversed or refunded.
    """

    kind: str
    source_id: Id
    customer_id: Id
    currency: str
    value_minor: int
    dated: date
    stands: bool
    applied: tuple[Applied, ...]

    @property
    def left_minor(self) -> int:
        """What can still be allocated or refunded."""
        return self.value_minor - sum(one.amount_minor for one in self.applied) if self.stands else 0

    def value_on(self, day: date) -> int:
        """What it is worth on a day from its last change on: nothing before it is dated."""
        return self.value_minor if self.stands and self.dated <= day else 0

    def left_on(self, day: date) -> int:
        """What of that settles nothing."""
        return self.left_minor if self.dated <= day else 0
