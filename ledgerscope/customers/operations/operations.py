"""Carries out decisions: loads, decides, and writes state, events, audit entry and key in one transaction."""

from __future__ import annotations

import json
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import text

from ledgerscope.customers.access.permissions import NEEDED
from ledgerscope.customers.audit.remarks import remark_of
from ledgerscope.customers.audit.seals import seal_end
from ledgerscope.customers.decision import Call, Moment, Refused
from ledgerscope.customers.operations.content import content_hash
from ledgerscope.customers.operations.errors import UnknownCompany
from ledgerscope.customers.operations.given import fault_of_content, fault_of_note
from ledgerscope.customers.operations.requests import known_result, recall, remember
from ledgerscope.customers.operations.telling import Telling, Written
from ledgerscope.logs import correlated
from ledgerscope.store.changes_writer import write_changes
from ledgerscope.store.engine import begin_as
from ledgerscope.store.errors import Contended, Locked
from ledgerscope.store.errors import Refused as BrokenRule
from ledgerscope.store.records import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Engine, TextClause

    from ledgerscope.customers.access.permissions import Permission
    from ledgerscope.customers.audit.keys import AuditKeys
    from ledgerscope.customers.operations.caller import Caller, Note
    from ledgerscope.customers.operations.subscribers import Subscribers
    from ledgerscope.customers.operations.verdict import Verdict
    from ledgerscope.store.changes import Changes
    from ledgerscope.store.records import Id

__all__ = ["Operations"]

Result = TypeVar("Result")

_ATTEMPTS: Final = 5
"""A lost race is decided anew: with the winner's rows in sight it is usually refused by value.

So is one whose turn did not come within the session's `lock_timeout`, as where many change one company.
"""
_NO_TURN: Final = (
    "other changes of this company, or of what this one needs, were under way for too long"
    f" ({_ATTEMPTS} times lock_timeout); nothing was changed, so it can be asked again"
)

_ZONE: Final = text("select timezone from tenant where tenant_id = :tenant")
_HOLD: Final = text("select timezone from tenant where tenant_id = :tenant for no key update")
_LAST: Final = text("select at from audit_log where tenant_id = :tenant order by seq desc limit 1")
_WRITTEN: Final[ContextVar[Written]] = ContextVar("written")
"""What the try that this thread is in has written."""
_LARGEST_SKEW: Final = timedelta(minutes=1)
"""How far clocks of processes may differ; one that is further ahead is not followed."""


class _RolledBack(Exception):
    """Ends the transaction of a refused request, so that it keeps neither locks nor its key."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.reason)
        self.refused = refused


class Operations:
    """The operations of one company for one caller, over an engine whose role may write.

    `clock` gives the instant of each call, with a time zone; `new_id` an identifier that nothing else has.
    With `audit_keys` every entry of the audit log is sealed. `subscribers` are told what was committed.
    """

    def __init__(
        self,
        engine: Engine,
        caller: Caller,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], Id] = lambda: uuid4().hex,
        audit_keys: AuditKeys | None = None,
        subscribers: Subscribers | None = None,
    ) -> None:
        self._engine = engine
        self._reader = engine.execution_options(isolation_level="REPEATABLE READ")
        self.caller = caller
        self._clock = clock
        self._new_id = new_id
        self.audit_keys = audit_keys
        self._subscribers = subscribers

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees the company only, as it stood when it began.

        Raises UnknownCompany and StoreError.
        """
        with begin_as(self._reader, self.caller.tenant_id) as connection:
            self._zone(connection, _ZONE)
            yield connection

    def first_result(
        self, connection: Connection, action: str, content: object, *, returns: type[Result], note: Note
    ) -> Result | Refused | None:
        """What `write` came to for an earlier request with the key of this one; None where there was none."""
        if note.key is None:
            return None
        digest = content_hash(action, [_plain(content), note.reason, note.comment])
        known = known_result(connection, self.caller.tenant_id, note.key, digest)
        return known if known is None or isinstance(known, Refused) else returns(**known)

    def write(
        self,
        action: str,
        content: object,
        decide: Callable[[Connection, Call], Verdict[Result] | Refused],
        *,
        returns: type[Result],
        note: Note,
        needs: Permission | None = None,
    ) -> Result | Refused:
        """Decide and write in one transaction; a refused request leaves nothing behind.

        The caller needs the permission that the action has in `NEEDED`, or `needs` instead. `decide` loads
        what it needs, with locks, and may run again after a lost race. Changes of one company take turns, so
        that they are dated in the order in which they happen; a turn that does not come is waited for again,
        up to five times `lock_timeout`. Raises UnknownCompany and StoreError.
        """
        with correlated(self.caller.correlation_id):
            with Telling(self.caller, action, _customer_of(content)) as telling:
                result: Result | Refused
                if (lacking := self.caller.lacks(needs or NEEDED[action])) is None:
                    result = self._decided(action, content, decide, returns, note, telling)
                else:
                    result = lacking
                telling.result = result
            if self._subscribers is not None and telling.written is not None:
                self._subscribers.tell(telling.written.events)
            return result

    def _decided(
        self,
        action: str,
        content: object,
        decide: Callable[[Connection, Call], Verdict[Result] | Refused],
        returns: type[Result],
        note: Note,
        telling: Telling,
    ) -> Result | Refused:
        refused = fault_of_note(note) or fault_of_content(content)
        if refused is not None:
            return refused
        request_id = self._new_id()
        for attempt in range(1, _ATTEMPTS + 1):
            written = Written(keeps_events=bool(self._subscribers))
            before = _WRITTEN.set(written)
            try:
                with begin_as(self._engine, self.caller.tenant_id) as connection:
                    result = self._attempt(connection, request_id, action, content, decide, returns, note)
            except _RolledBack as ended:
                return ended.refused
            except (Contended, BrokenRule):
                if attempt == _ATTEMPTS:
                    raise
            except Locked as waited:
                if attempt == _ATTEMPTS:
                    raise Locked(_NO_TURN, waited.sqlstate) from waited
            else:
                telling.written = written
                return result
            finally:
                _WRITTEN.reset(before)
        raise AssertionError("unreachable")  # pragma: no cover

    @contextmanager
    def unrecorded(self) -> Iterator[tuple[Connection, Moment]]:
        """A transaction for signs of life, which change nothing that anybody asked for.

        It takes no turn, and writes neither event nor audit entry. Raises UnknownCompany and StoreError.
        """
        with begin_as(self._engine, self.caller.tenant_id) as connection:
            yield connection, self.moment(connection)

    def moment(self, connection: Connection) -> Moment:
        """Now, with the date at the company; raises UnknownCompany."""
        return self._moment(self._zone(connection, _ZONE), self._clock())

    def _held_moment(self, connection: Connection) -> Moment:
        """The moment of a change, which is not before that of the change before it.

        The company's row is held until the transaction ends. A clock that is a little behind that of another
        process would otherwise date a change before what it changes.
        """
        zone, at = self._zone(connection, _HOLD), self._clock()
        last = connection.execute(_LAST, {"tenant": self.caller.tenant_id}).scalar_one_or_none()
        if last is not None and at < last <= at + _LARGEST_SKEW:
            at = last
        return self._moment(zone, at)

    def _zone(self, connection: Connection, query: TextClause) -> ZoneInfo:
        name = connection.execute(query, {"tenant": self.caller.tenant_id}).scalar_one_or_none()
        if name is None:
            raise UnknownCompany(self.caller.tenant_id)
        return ZoneInfo(name)

    def _moment(self, zone: ZoneInfo, at: datetime) -> Moment:
        return Moment(self.caller.tenant_id, at, at.astimezone(zone).date())

    def put(self, connection: Connection, changes: Changes, note: Note) -> None:
        """Write a part of what a request changes from within its `decide`, which returns the last part.

        For requests that change more than fits into memory. The audit log is sealed with the last part, which
        must hold an entry.
        """
        complete = _complete(changes, self.caller, note)
        write_changes(connection, [complete])
        _WRITTEN.get().add(complete.events)

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
            moment=self._held_moment(connection), actor=self.caller.actor, request_id=request_id,
            source=self.caller.source,
        )  # fmt: skip
        digest = content_hash(action, [_plain(content), note.reason, note.comment])
        if note.key is not None:
            known = recall(connection, call.moment, note.key, action, digest)
            if known is not None:
                _WRITTEN.get().repeated = True
                return known if isinstance(known, Refused) else returns(**known)
        verdict = decide(connection, call)
        if isinstance(verdict, Refused):
            raise _RolledBack(verdict)
        self.put(connection, verdict.changes, note)
        if self.audit_keys is not None and any(isinstance(row, AuditEntry) for row in verdict.changes.rows):
            seal_end(connection, self.audit_keys, call.moment)
        if note.key is not None:
            remember(connection, note.key, asdict(verdict.result))  # type: ignore[call-overload] # a dataclass
        return verdict.result


def _plain(content: object) -> object:
    return asdict(content) if is_dataclass(content) and not isinstance(content, type) else content


def _customer_of(content: object) -> object:
    return content.get("customer_id") if isinstance(content, dict) else getattr(content, "customer_id", None)


def _complete(changes: Changes, caller: Caller, note: Note) -> Changes:
    """The same changes, their events and audit entries with who asked, and beside them why."""
    entries = [row for row in changes.rows if isinstance(row, AuditEntry)]
    remark = remark_of(entries, note.reason, note.comment)
    digest = None if remark is None else remark.digest
    rows = tuple(
        _annotated(row, caller, digest) if isinstance(row, AuditEntry) else row for row in changes.rows
    )
    events = tuple(
        event._replace(user_id=caller.actor, correlation_id=caller.correlation_id) for event in changes.events
    )
    return type(changes)(rows if remark is None else (*rows, remark), events)


def _annotated(entry: AuditEntry, caller: Caller, remark: str | None) -> AuditEntry:
    given = {"remark": remark, "correlation_id": caller.correlation_id}
    added = {name: value for name, value in given.items() if value is not None}
    details: dict[str, Any] = {**json.loads(entry.details), **added, "source": caller.source}
    return entry._replace(details=json.dumps(details, sort_keys=True))
