"""The operations on statements: made, delivered, recorded."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.decision import Call, Fault, Refused
from ledgerscope.customers.operations import Note, Operations, Verdict
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.lookups import as_id
from ledgerscope.customers.operations.types import typed
from ledgerscope.customers.statements.delivery import Download, Letter
from ledgerscope.customers.statements.errors import DeliveryFailed, MissingGlyphs, RendererFailed
from ledgerscope.customers.statements.file import MEDIA_TYPES, StatementFile, file_name
from ledgerscope.customers.statements.loading import Addressee, load_account, load_addressee
from ledgerscope.customers.statements.reading import ListStatements, StatementPage, list_statements
from ledgerscope.customers.statements.rendering import render_csv, render_pdf
from ledgerscope.customers.statements.request import Asked, Outcome, check, record_statement
from ledgerscope.customers.statements.statement import AccountStatement, Period, make_statement
from ledgerscope.store.records import derive_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from sqlalchemy import Connection

    from ledgerscope.customers.statements.delivery import Delivery
    from ledgerscope.customers.statements.rendering import FontFolders
    from ledgerscope.store.records import Id

__all__ = ["FailedStatement", "Statements"]

_NO_NOTE: Final = Note()
_ACTION: Final = "statement.generated"


@dataclass(frozen=True, slots=True)
class FailedStatement:
    """A statement that was not made or did not arrive, which is recorded with its class of failure.

    `temporary`: the same request may succeed later, with the same key.
    """

    statement_id: Id
    failure_class: str
    reason: str
    temporary: bool


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What a key remembers of a statement."""

    statement_id: Id
    digest: str


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What a request needs of the database, as one state of it."""

    requested_at: datetime
    addressee: Addressee
    statement: AccountStatement
    first: _Recorded | None


@dataclass(frozen=True, slots=True)
class _Failure:
    failure_class: str
    reason: str
    temporary: bool = False


@typed
class Statements:
    """Statements of account of the customers of one company.

    `font_folders` hold fonts for characters that Noto Sans does not have. `timer` gives seconds that only
    ever increase; `new_id` an identifier that nothing else has.
    """

    def __init__(
        self,
        operations: Operations,
        *,
        font_folders: FontFolders = (),
        timer: Callable[[], float] = time.perf_counter,
        new_id: Callable[[], Id] = lambda: uuid4().hex,
    ) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id
        self._fonts = font_folders
        self._timer = timer
        self._new_id = new_id

    @takes(Permission.STATEMENTS_GENERATE)
    def generate(
        self,
        customer_id: Id,
        currency: str,
        period: Period,
        format: str,  # noqa: A002 - as the row, the event and the command call it
        as_of: date | None = None,
        *,
        delivery: Delivery | None = None,
        note: Note = _NO_NOTE,
    ) -> StatementFile | FailedStatement | Refused:
        """Make a statement as `pdf` or `csv`, deliver it (else it is only returned), and record that.

        The period includes both of its days; the aging is that of `as_of`, else of the last day. Writes
        StatementGenerated or StatementFailed. Delivery comes before the record: where the record fails or
        the process ends in between, a repeated request delivers once more, with the same identifier where
        it has a key. Raises MissingExtra where PDF is not installed.
        """
        began = self._timer()
        way = delivery or Download()
        asked = Asked(customer_id, currency, period, format, as_of or period.last, way.method)
        prepared = check(asked) or self._prepare(asked, way, note)
        if isinstance(prepared, Refused):
            return prepared
        made = self._make(asked, prepared, note)
        if prepared.first is not None:
            return _again(made, prepared.first)
        fault = made if isinstance(made, _Failure) else _deliver(way, made, prepared, asked)
        took = round((self._timer() - began) * 1000)
        if isinstance(made, StatementFile) and fault is None:
            return self._record(asked, Outcome(made.statement_id, prepared.requested_at, took), made, note)
        assert fault is not None  # noqa: S101 - what was not made has a fault
        return self._record_failure(asked, prepared.requested_at, took, fault, note)

    @takes(Permission.CUSTOMERS_VIEW)
    def list(
        self,
        customer_id: Id,
        asked: ListStatements = ListStatements(),  # noqa: B008 - frozen
    ) -> StatementPage | Refused:
        """A page of the statements of a customer that were asked for, the latest first."""
        with self._operations.read() as connection:
            return list_statements(connection, self._tenant_id, customer_id, asked)

    def _prepare(self, asked: Asked, way: Delivery, note: Note) -> _Prepared | Refused:
        with self._operations.read() as connection:
            first = self._operations.first_result(connection, _ACTION, asked, returns=_Recorded, note=note)
            if isinstance(first, Refused):
                return first
            moment = self._operations.moment(connection)
            addressee = (
                load_addressee(connection, self._tenant_id, asked.customer_id)
                if as_id(asked.customer_id)
                else None
            )
            if addressee is None:
                said = f"there is no customer {asked.customer_id!r} in this company"
                return Refused(said, Fault.NOT_FOUND, "customer_id")
            if way.needs_address and addressee.email is None:
                return Refused("the customer has no e-mail address; give it one, or deliver in another way")
            account = load_account(connection, self._tenant_id, asked.customer_id, asked.currency)
        statement = make_statement(account, asked.period, asked.as_of)
        return _Prepared(moment.at, addressee, statement, first)

    def _make(self, asked: Asked, prepared: _Prepared, note: Note) -> StatementFile | _Failure:
        parties = prepared.addressee.parties
        statement_id = self._new_id() if note.key is None else derive_id(self._tenant_id, _ACTION, note.key)
        try:
            if asked.format == "csv":
                content = render_csv(prepared.statement)
            else:
                content = render_pdf(prepared.statement, parties, self._fonts)
        except MissingGlyphs as missing:
            return _Failure("glyphs", str(missing))
        except RendererFailed as fault:
            return _Failure("renderer", str(fault))
        name = file_name(asked, parties.customer_number, statement_id)
        return StatementFile(statement_id, name, MEDIA_TYPES[asked.format], content)

    def _record(
        self, asked: Asked, outcome: Outcome, made: StatementFile, note: Note
    ) -> StatementFile | Refused:
        def decide(_: Connection, call: Call) -> Verdict[_Recorded]:
            return Verdict(record_statement(asked, outcome, call), _Recorded(made.statement_id, made.digest))

        recorded = self._operations.write(_ACTION, asked, decide, returns=_Recorded, note=note)
        return recorded if isinstance(recorded, Refused) else _again(made, recorded)

    def _record_failure(
        self, asked: Asked, requested_at: datetime, took: int, fault: _Failure, note: Note
    ) -> FailedStatement | Refused:
        """A failure does not use up the key: the same request may be made again."""
        failed = FailedStatement(self._new_id(), fault.failure_class, fault.reason, fault.temporary)
        outcome = Outcome(failed.statement_id, requested_at, took, fault.failure_class)

        def decide(_: Connection, call: Call) -> Verdict[FailedStatement]:
            return Verdict(record_statement(asked, outcome, call), failed)

        return self._operations.write(
            "statement.failed", asked, decide, returns=FailedStatement, note=replace(note, key=None)
        )


def _deliver(way: Delivery, made: StatementFile, prepared: _Prepared, asked: Asked) -> _Failure | None:
    addressee = prepared.addressee
    letter = Letter(made, addressee.parties.company, asked.period, prepared.requested_at, addressee.email)
    try:
        way.deliver(letter)
    except DeliveryFailed as failed:
        return _Failure(failed.failure_class, str(failed), failed.temporary)
    return None


def _again(made: StatementFile | _Failure, first: _Recorded) -> StatementFile | Refused:
    """The file of the first request with a key, made anew of the same documents."""
    if isinstance(made, StatementFile) and made.digest == first.digest:
        return replace(made, statement_id=first.statement_id)
    return Refused(
        f"the documents have changed since statement {first.statement_id} was made with this key; "
        "a statement of today needs a new key"
    )
