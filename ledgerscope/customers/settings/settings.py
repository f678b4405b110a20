"""The operations on settings of customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.decision import Call, Fault, Refused
from ledgerscope.customers.operations import Note, Operations, Verdict
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.lookups import customer_exists, hold_customer, no_row, plain_id
from ledgerscope.customers.operations.types import typed
from ledgerscope.customers.settings.changes import set_values, unset_keys
from ledgerscope.customers.settings.checks import check_keys
from ledgerscope.customers.settings.known import BY_KEY
from ledgerscope.customers.settings.loading import settings_of
from ledgerscope.store.changes import Changes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from sqlalchemy import Connection

    from ledgerscope.customers.decision import Decision
    from ledgerscope.customers.settings.changes import CustomerSettings
    from ledgerscope.customers.settings.values import Value
    from ledgerscope.store.records import Id

__all__ = ["MOST_CUSTOMERS", "BulkDone", "SettingView", "Settings", "SettingsDone"]

_NO_NOTE: Final = Note()
MOST_CUSTOMERS: Final = 1_000
"""Customers of one bulk update."""


@dataclass(frozen=True, slots=True)
class SettingView:
    """A setting of a customer: what holds, what would hold where nothing is set, and what it means."""

    key: str
    value: Value
    default: Value
    is_set: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class SettingsDone:
    """The customer, and how many of its settings have changed; the others were so already."""

    customer_id: Id
    changed: int


@dataclass(frozen=True, slots=True)
class BulkDone:
    """How many settings have changed, by customer, and in all."""

    customers: dict[Id, int]
    changed: int


@typed
class Settings:
    """Settings of the customers of one company; `known.KNOWN` lists them, with types, bounds and defaults.

    What is wrong with a request comes back as `Refused`; StoreError and UnknownCompany are raised.
    """

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id

    @takes(Permission.CUSTOMERS_VIEW)
    def get(self, customer_id: Id, keys: Collection[str] | None = None) -> tuple[SettingView, ...] | Refused:
        """Settings of a customer, deleted or not: all, or those with these keys, in their order."""
        wanted = [*BY_KEY] if keys is None else [*keys]
        if (fault := check_keys(wanted)) is not None:
            return fault
        with self._operations.read() as connection:
            if not customer_exists(connection, self._tenant_id, customer_id):
                return no_row("customer", customer_id)
            plain = plain_id(customer_id)
            found = settings_of(connection, self._tenant_id, [plain])[plain]
        return tuple(
            SettingView(key, found.value(key), BY_KEY[key].default, key in found.set, BY_KEY[key].meaning)
            for key in wanted
        )

    def set(
        self, customer_id: Id, wanted: Mapping[str, Any], note: Note = _NO_NOTE
    ) -> SettingsDone | Refused:
        """Set values by key. Writes CustomerSettingChanged for each that differs from what is set."""

        def decision(customer: CustomerSettings, call: Call) -> Decision:
            return set_values(customer, wanted, call)

        return self._change(customer_id, {"set": dict(wanted)}, decision, note)

    def unset(self, customer_id: Id, keys: Collection[str], note: Note = _NO_NOTE) -> SettingsDone | Refused:
        """Let the defaults hold again. Writes CustomerSettingChanged for each that was set."""
        named = [*keys]

        def decision(customer: CustomerSettings, call: Call) -> Decision:
            return unset_keys(customer, named, call)

        return self._change(customer_id, {"unset": named}, decision, note)

    def bulk(self, wanted: Mapping[Id, Mapping[str, Any]], note: Note = _NO_NOTE) -> BulkDone | Refused:
        """Set values by key for up to `MOST_CUSTOMERS` customers: for all of them, or, refused, for none.

        Writes an audit entry for each customer whose settings differ.
        """
        asked = {plain_id(customer_id): dict(values) for customer_id, values in wanted.items()}
        fault = _fault_of_bulk(wanted, asked)
        if fault is not None:
            return fault

        def decide(connection: Connection, call: Call) -> Verdict[BulkDone] | Refused:
            held = self._held(connection, sorted(asked))
            if isinstance(held, Refused):
                return held
            changes, counts = Changes(), {}
            for customer_id, values in asked.items():
                decided = set_values(held[customer_id], values, call)
                if isinstance(decided, Refused):
                    return Refused(f"customer {customer_id}: {decided.reason}", decided.fault, decided.field)
                changes += decided
                counts[customer_id] = len(decided.events)
            return Verdict(changes, BulkDone(counts, sum(counts.values())))

        content = {"bulk": asked}
        return self._operations.write(
            "customer.settings.changed", content, decide, returns=BulkDone, note=note
        )

    def _change(
        self,
        customer_id: Id,
        content: Mapping[str, Any],
        decision: Callable[[CustomerSettings, Call], Decision],
        note: Note,
    ) -> SettingsDone | Refused:
        customer_id = plain_id(customer_id)

        def decide(connection: Connection, call: Call) -> Verdict[SettingsDone] | Refused:
            held = self._held(connection, [customer_id])
            decided = held if isinstance(held, Refused) else decision(held[customer_id], call)
            if isinstance(decided, Refused):
                return decided
            return Verdict(decided, SettingsDone(customer_id, len(decided.events)))

        named = {"customer_id": customer_id, **content}
        return self._operations.write(
            "customer.settings.changed", named, decide, returns=SettingsDone, note=note
        )

    def _held(self, connection: Connection, customers: list[Id]) -> dict[Id, CustomerSettings] | Refused:
        """The settings of customers whose rows are held, in one order, so that two requests never cross."""
        deleted = set()
        for customer_id in customers:
            row = hold_customer(connection, self._tenant_id, customer_id)
            if isinstance(row, Refused):
                return row
            if row.deleted_at is not None:
                deleted.add(customer_id)
        return settings_of(connection, self._tenant_id, customers, deleted)


def _fault_of_bulk(
    wanted: Mapping[Id, Mapping[str, Any]], asked: Mapping[Id, Mapping[str, Any]]
) -> Refused | None:
    if not 1 <= len(wanted) <= MOST_CUSTOMERS:
        return Refused(f"name 1 to {MOST_CUSTOMERS} customers, not {len(wanted)}", Fault.INVALID)
    if len(asked) != len(wanted):
        return Refused("a customer is named twice", Fault.INVALID, "customer_id")
    return None
