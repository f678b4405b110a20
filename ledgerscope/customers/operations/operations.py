"""Carries out decisions: loads, decides, and writes state, events, audit entry and key in one transaction."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ledgerscope.customers.audit.seals import seal_end
from ledgerscope.customers.decision import Call, Moment, Refused
from ledgerscope.customers.operations.content import content_hash
from ledgerscope.customers.operations.errors import UnknownCompany
from ledgerscope.customers.operations.requests import recall, remember
from ledgerscope.store import tables as t
from ledgerscope.store.changes_writer import write_changes
from ledgerscope.store.engine import begin_as
from ledgerscope.store.errors import Contended
from ledgerscope.store.errors import Refused as BrokenRule
from ledgerscope.store.records import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Engine

    from ledgerscope.customers.audit.keys import AuditKeys
    from ledgerscope.customers.operations.caller import Caller, Note
    from ledgerscope.store.changes import Changes
    from ledgerscope.store.records import Id

__all__ = ["Operations", "Verdict"]

Result = TypeVar("Result")

_ATTEMPTS: Final = 5
"""A lost race is decided anew: with the winner's rows in sight it is usually refused by value."""


@dataclass(frozen=True, slots=True)
class Verdict(Generic[Result]):
    """What a request changes, and what it returns: a frozen dataclass of plain values."""

    changes: Changes
    result: Result


class _RolledBack(Exception):
    """Ends the transaction of a refused request, so that it keeps neither locks nor its key."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.reason)
        self.refused = refused


class Operations:
    """The operations of one company for one caller, over an engine whose role may write.

    `clock` gives the instant of each call, with a time zone; `new_id` an identifier that nothing else has.
    With `audit_keys` every entry of the audit log is sealed.
    """

    def __init__(
        self,
        engine: Engine,
        caller: Caller,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], Id] = lambda: uuid4().hex,
        audit_keys: AuditKeys | None = None,
    ) -> None:
        self._engine = engine
        self.caller = caller
        self._clock = clock
        self._new_id = new_id
        self._audit_keys = audit_keys

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees the company only, as it stands; raises StoreError."""
        with begin_as(self._engine, self.caller.tenant_id) as connection:
            yield connection

    def write(
        self,
        action: str,
        content: object,
        decide: Callable[[Connection, Call], Verdict[Result] | Refused],
        *,
        returns: type[Result],
        note: Note,
    ) -> Result | Refused:
        """Decide and write in one transaction; a refused request leaves nothing behind.

        `decide` loads what it needs, with locks, and may run again after a lost race. Raises UnknownCompany
        and StoreError.
        """
        request_id = self._new_id()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with begin_as(self._engine, self.caller.tenant_id) as connection:
                    return self._attempt(connection, request_id, action, content, decide, returns, note)
            except _RolledBack as ended:
                return ended.refused
            except (Contended, BrokenRule):
                if attempt == _ATTEMPTS:
                    raise
        raise AssertionError("unreachable")  # pragma: no cover

    def moment(self, connection: Connection) -> Moment:
        """Now, with the date at the company; raises UnknownCompany."""
        at = self._clock()
        zone = connection.execute(
            select(t.tenant.c.timezone).where(t.tenant.c.tenant_id == self.caller.tenant_id)
        ).scalar_one_or_none()
        if zone is None:
            raise UnknownCompany(self.caller.tenant_id)
        return Moment(self.caller.tenant_id, at, at.astimezone(ZoneInfo(zone)).date())

    def put(self, connection: Connection, changes: Changes, note: Note) -> None:
        """Write a part of what a request changes from within its `decide`, which returns the last part.

        For requests that change more than fits into memory. The audit log is sealed with the last part, which
        must hold an entry.
        """
        write_changes(connection, [_complete(changes, self.caller, note)])

    def _attempt(
        self,
        connection: Connection,
        request_id: Id,
        action: str,
        content: object,
        decide: Callable[[Connection, Call], Verdict[Result] | Refused],
        returns: type[Result],
        note: Note,
    ) -> Result | Refused:
        call = Call(
            moment=self.moment(connection), actor=self.caller.actor, request_id=request_id,
            source=self.caller.source,
        )  # fmt: skip
        digest = content_hash(action, content)
        if note.key is not None:
            known = recall(connection, call.moment, note.key, action, digest)
            if known is not None:
                return known if isinstance(known, Refused) else returns(**known)
        verdict = decide(connection, call)
        if isinstance(verdict, Refused):
            raise _RolledBack(verdict)
        self.put(connection, verdict.changes, note)
        if self._audit_keys is not None and any(isinstance(row, AuditEntry) for row in verdict.changes.rows):
            seal_end(connection, self._audit_keys, call.moment)
        if note.key is not None:
            remember(connection, note.key, asdict(verdict.result))  # type: ignore[call-overload] # a dataclass
        return verdict.result


def _complete(changes: Changes, caller: Caller, note: Note) -> Changes:
    """The same changes, their events and audit entries with who asked and why."""
    rows = tuple(
        _annotated(row, caller, note) if isinstance(row, AuditEntry) else row for row in changes.rows
    )
    events = tuple(
        event._replace(user_id=caller.actor, correlation_id=caller.correlation_id) for event in changes.events
    )
    return type(changes)(rows, events)


def _annotated(entry: AuditEntry, caller: Caller, note: Note) -> AuditEntry:
    given = {"reason": note.reason, "comment": note.comment, "correlation_id": caller.correlation_id}
    added = {name: value for name, value in given.items() if value is not None}
    details: dict[str, Any] = {**json.loads(entry.details), **added, "source": caller.source}
    return entry._replace(details=json.dumps(details, sort_keys=True))
