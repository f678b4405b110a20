"""The operations on the audit log: reading it, proving it, and adopting what is not sealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.audit.proofs import keep_proof
from ledgerscope.customers.audit.remarks import load_remarks
from ledgerscope.customers.audit.seals import ADOPTED
from ledgerscope.customers.audit.verification import Verification, verify_log
from ledgerscope.customers.decision import Call, Decision, Fault, Refused
from ledgerscope.customers.operations.caller import Note
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.types import typed
from ledgerscope.customers.operations.verdict import Verdict
from ledgerscope.store import tables as t
from ledgerscope.store.audit import first_break
from ledgerscope.store.changes import Changes
from ledgerscope.store.errors import Contended

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from ledgerscope.customers.audit.keys import AuditKeys
    from ledgerscope.customers.audit.seals import Head
    from ledgerscope.customers.operations import Operations

__all__ = ["Adopted", "Audit", "AuditPage", "AuditRow", "ListAudit", "adopt"]

LARGEST_PAGE: Final = 500
_LAST_SEQ: Final = 2**63 - 1
_NO_NOTE: Final = Note()


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did what to whom: `seq` counts from 1 in each company, `subject` is an identifier.

    `details` hold reason and comment, or `remark_erased` where they went with their customer.
    """

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAudit:
    """Which entries, newest first, `limit` at a time; `before` is the last `seq` of the page before."""

    subject: str | None = None
    actor: str | None = None
    action: str | None = None
    limit: int = 50
    before: int | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, and the `before` of the next page; None on the last."""

    entries: tuple[AuditRow, ...]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class Adopted:
    """The rows from `first` to `last` had no seal and have one now."""

    first: int
    last: int


def adopt(found: Verification, call: Call) -> Decision:
    """Vouch for the rows without a seal, as a proof with keys found them; refused where more is wrong."""
    if found.unsealed is None:
        return Refused(found.faults[0] if found.faults else "every row is sealed")
    entry = call.audit(ADOPTED, call.moment.tenant_id, after=found.unsealed - 1, last=found.rows)
    return Changes((entry,))


@typed
class Audit:
    """The audit log of one company; takes `audit:read`. Raises StoreError and UnknownCompany."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id

    @takes(Permission.AUDIT_READ)
    def list(self, asked: ListAudit = ListAudit()) -> AuditPage | Refused:
        """A page of entries."""
        if not 1 <= asked.limit <= LARGEST_PAGE:
            return Refused(f"limit: 1 to {LARGEST_PAGE}, not {asked.limit}", Fault.INVALID, "limit")
        if asked.before is not None and not 0 <= asked.before <= _LAST_SEQ:
            return Refused("before: the seq of an entry", Fault.INVALID, "before")
        c = t.audit_log.c
        query = select(c.seq, c.at, c.actor, c.action, c.subject, c.details).where(
            c.tenant_id == self._tenant_id
        )
        for column, value in ((c.subject, asked.subject), (c.actor, asked.actor), (c.action, asked.action)):
            if value is not None:
                query = query.where(column == value)
        if asked.before is not None:
            query = query.where(c.seq < asked.before)
        with self._operations.read() as connection:
            rows = connection.execute(query.order_by(c.seq.desc()).limit(asked.limit + 1)).all()
            digests = {row.details["remark"] for row in rows if "remark" in row.details}
            remarks = load_remarks(connection, self._tenant_id, digests)
        shown = tuple(_shown(row, remarks) for row in rows[: asked.limit])
        return AuditPage(shown, shown[-1].seq if len(rows) > asked.limit else None)

    @takes(Permission.AUDIT_READ)
    def verify(self, keys: AuditKeys | None = None, known: Head | None = None) -> Verification | Refused:
        """Prove the log as it stands at one instant, and keep what was found.

        Without keys only the chain is proven. `known` is the head of an earlier proof, kept elsewhere: with
        it, a log that was rewritten or cut off since is found.
        """
        if known is not None and keys is None:
            return Refused("known: a seal that was kept is checked with keys only", Fault.INVALID, "known")
        found: Verification | None = None
        try:
            with self._operations.read() as connection:
                moment = self._operations.moment(connection)
                found = verify_log(connection, self._tenant_id, keys, known)
                keep_proof(connection, found, moment)
        except Contended:
            if found is None:
                raise
        return found  # where another proof of the same instant was quicker to be kept, that one stands

    def seal(self, *, known: Head | None = None, note: Note = _NO_NOTE) -> Adopted | Refused:
        """Adopt the rows that no seal vouches for, as those from before keys were set.

        The log is proven first, with the keys of the operations: refused where anything else is wrong with
        it, or where it no longer holds `known`. Nothing shows whether these rows are what was written at
        their time. Others who write wait while it seals.
        """
        keys = self._operations.audit_keys
        if keys is None:
            return Refused("the operations have no keys to seal the log with")
        found = self.verify(keys, known)
        if isinstance(found, Refused):
            return found

        def decide(connection: Connection, call: Call) -> Verdict[Adopted] | Refused:
            # The company is held, as by whoever adds a row: none is added until the transaction ends.
            if (broken := first_break(connection, self._tenant_id)) is not None:
                return Refused(f"row {broken} does not follow from the row before it")
            decided = adopt(found, call)
            if isinstance(decided, Refused):
                return decided
            return Verdict(decided, Adopted(found.unsealed or 1, found.rows))

        return self._operations.write(ADOPTED, {"known": str(known)}, decide, returns=Adopted, note=note)


def _shown(row: Any, remarks: Mapping[str, Mapping[str, Any]]) -> AuditRow:
    """An entry with what was remarked in the place of its digest."""
    details = {name: value for name, value in row.details.items() if name != "remark"}
    remarked = remarks.get(row.details.get("remark"), {})
    return AuditRow(row.seq, row.at, row.actor, row.action, row.subject, {**details, **remarked})
