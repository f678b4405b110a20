"""The operation that forgets idempotency keys: whoever asks again after so long makes a new request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from ledgerscope.customers.decision import Call, Fault, Refused
from ledgerscope.customers.operations.caller import Note
from ledgerscope.customers.operations.types import typed
from ledgerscope.customers.operations.verdict import Verdict
from ledgerscope.store.changes import Changes

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledgerscope.customers.operations.operations import Operations

__all__ = ["KEPT_DAYS", "Keys", "PrunedKeys"]

KEPT_DAYS: Final = 30
_LONGEST_DAYS: Final = 3650
_BATCH: Final = 5_000
"""So many go in one transaction: other changes of the company wait no longer than that takes."""
_NO_NOTE: Final = Note()
_PRUNE: Final = text("""
    delete from operation_request where tenant_id = :tenant and idempotency_key in (
        select idempotency_key from operation_request
        where tenant_id = :tenant and at < :before order by at limit :batch
    )
""")


@dataclass(frozen=True, slots=True)
class PrunedKeys:
    """How many keys are forgotten: those of requests that are older than so many days."""

    keys: int
    days: int


@typed
class Keys:
    """The idempotency keys of one company; takes `access:grant`. Raises StoreError and UnknownCompany."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id

    def prune(self, days: int = KEPT_DAYS, note: Note = _NO_NOTE) -> PrunedKeys | Refused:
        """Forget keys older than `days`, some thousands per transaction, each with its audit entry.

        A request that comes again with a key that was forgotten is carried out as a new one. The key of the
        note has no effect: what is forgotten already is not there a second time.
        """
        if not 1 <= days <= _LONGEST_DAYS:
            return Refused(f"days: 1 to {_LONGEST_DAYS}, not {days}", Fault.INVALID, "days")
        total = 0
        while True:
            pruned = self._prune_some(days, note)
            if isinstance(pruned, Refused):
                return pruned
            total += pruned.keys
            if pruned.keys < _BATCH:
                return PrunedKeys(total, days)

    def _prune_some(self, days: int, note: Note) -> PrunedKeys | Refused:
        def decide(connection: Connection, call: Call) -> Verdict[PrunedKeys]:
            before = call.moment.at - timedelta(days=days)
            given = {"tenant": self._tenant_id, "before": before, "batch": _BATCH}
            keys = connection.execute(_PRUNE, given).rowcount
            audit = call.audit("requests.pruned", self._tenant_id, keys=keys, days=days)
            return Verdict(Changes((audit,) if keys else ()), PrunedKeys(keys, days))

        return self._operations.write(
            "requests.pruned", {"days": days}, decide, returns=PrunedKeys, note=replace(note, key=None)
        )
