"""The operations on write-offs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.decision import Call, Refused
from ledgerscope.customers.operations import Note, Operations, Verdict
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.types import typed
from ledgerscope.customers.receivables.money import give_up, restore, write_off_id_of
from ledgerscope.customers.receivables.operations.account import hold_account_of, is_breach, verdict
from ledgerscope.customers.receivables.operations.sources import ListSources, SourcePage, list_sources
from ledgerscope.customers.receivables.operations.views import SourceView, find_row, view_source
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledgerscope.store.records import Id

__all__ = ["RestoredDebt", "WriteOffs", "WrittenOff"]

_NO_NOTE: Final = Note()


@dataclass(frozen=True, slots=True)
class WrittenOff:
    """A debt that was given up, in minor units."""

    write_off_id: Id
    amount_minor: int


@dataclass(frozen=True, slots=True)
class RestoredDebt:
    """A debt that stands again; `over_limit`: it takes the customer over its limit."""

    write_off_id: Id
    over_limit: bool


@typed
class WriteOffs:
    """Debts of one company that are given up, and that stand again.

    Every change writes an audit entry, and takes a `Note`. What is wrong with a request comes back as
    `Refused`; StoreError and UnknownCompany are raised.
    """

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id

    def write_off(self, invoice_id: Id, note: Note, *, approved_by: str) -> WrittenOff | Refused:
        """Give up what is open of an invoice, for the reason of the note. Writes DebtWrittenOff.

        `approved_by` is the identifier of whoever allowed it.
        """

        def decide(connection: Connection, call: Call) -> Verdict[WrittenOff] | Refused:
            account = hold_account_of(connection, self._tenant_id, t.invoice, invoice_id)
            if isinstance(account, Refused):
                return account
            invoice = account.documents.invoice(account.found)
            decision = give_up(invoice, note.reason or "", approved_by, call)
            return verdict(decision, WrittenOff(write_off_id_of(call), invoice.open_minor))

        named = {"invoice_id": invoice_id, "reason": note.reason, "approved_by": approved_by}
        return self._operations.write("debt.written_off", named, decide, returns=WrittenOff, note=note)

    def reverse(
        self, write_off_id: Id, reason: str, note: Note = _NO_NOTE, *, amount_minor: int | None = None
    ) -> RestoredDebt | Refused:
        """Let a debt, or a part of it, stand again: it was given up in `error`, or was `recovered`.

        Where that takes the customer over its limit, the breach is recorded with the invoice and
        CreditLimitBreached written. Writes WriteOffReversed.
        """

        def decide(connection: Connection, call: Call) -> Verdict[RestoredDebt] | Refused:
            account = hold_account_of(connection, self._tenant_id, t.write_off, write_off_id)
            if isinstance(account, Refused):
                return account
            source = account.documents.source(account.found)
            position = account.position(connection, call.moment, source.currency)
            decision = restore(source, position, reason, amount_minor, call)
            return verdict(decision, RestoredDebt(account.found, is_breach(decision)))

        named = {"write_off_id": write_off_id, "reversal": reason, "amount_minor": amount_minor}
        return self._operations.write("debt.restored", named, decide, returns=RestoredDebt, note=note)

    @takes(Permission.CUSTOMERS_VIEW)
    def get(self, write_off_id: Id) -> SourceView | Refused:
        """A write-off; its value is what has not been taken back."""
        with self._operations.read() as connection:
            row = find_row(connection, self._tenant_id, t.write_off, write_off_id)
            if isinstance(row, Refused):
                return row
            return view_source(
                connection,
                self._tenant_id,
                row,
                row.write_off_id.hex,
                self._operations.moment(connection).day,
            )

    @takes(Permission.CUSTOMERS_VIEW)
    def list(self, customer_id: Id, asked: ListSources = ListSources()) -> SourcePage | Refused:  # noqa: B008 - frozen
        """A page of the write-offs of a customer, the latest first."""
        with self._operations.read() as connection:
            return list_sources(
                connection,
                self._tenant_id,
                t.write_off,
                customer_id,
                asked,
                self._operations.moment(connection).day,
            )
