"""The operations on imports: taking in a file, looking at what came of it, and undoing it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.decision import Call, Fault, Refused
from ledgerscope.customers.operations import Note, Operations, Verdict
from ledgerscope.customers.operations.given import is_storable
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.lookups import as_id
from ledgerscope.customers.operations.types import typed
from ledgerscope.customers.transfers.batches import Batch, begin_import
from ledgerscope.customers.transfers.errors import Unreadable
from ledgerscope.customers.transfers.files.open_file import format_of
from ledgerscope.customers.transfers.loading import load_batch, load_batches, load_problems
from ledgerscope.customers.transfers.problems import Problem
from ledgerscope.customers.transfers.request import ImportCustomers, ImportResult, check_request
from ledgerscope.customers.transfers.run import FIRST_PROBLEMS, Watch, check, take_in
from ledgerscope.customers.transfers.undoing import Undone, undo_import

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from ledgerscope.store.records import Id

__all__ = ["Imports", "ProblemPage"]

_NO_NOTE: Final = Note()
_UNWATCHED: Final = Watch()
_LARGEST_PAGE: Final = 500
_LAST_ROW: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class _Started:
    """An import that was begun with a key, and what is told of it once it is finished.

    Each problem is its row, field, message and severity; None before the end, and where `resume` came to it.
    """

    import_batch_id: Id
    encoding: str | None = None
    delimiter: str | None = None
    broken: bool = False
    first_problems: Sequence[tuple[int, str, str, str]] | None = None


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """Problems of an import in the order of its rows, and the `after` of the next page; None on the last."""

    problems: tuple[Problem, ...]
    next_after: tuple[int, str] | None


@typed
class Imports:
    """Files of customers taken into one company, a thousand rows in one transaction.

    Every customer that is created or changed has its event and its audit entry, and so has the import as a
    whole. What is wrong with a request comes back as `Refused`, what is wrong with a file in the result.
    StoreError and UnknownCompany are raised; they leave an import that `resume` goes on with.
    """

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id

    @takes(Permission.TRANSFERS_RUN)
    def run(
        self, asked: ImportCustomers, note: Note = _NO_NOTE, watch: Watch = _UNWATCHED
    ) -> ImportResult | Refused:
        """Take in a file. Writes CustomerCreated, CustomerUpdated, CustomersImported, perhaps ImportFailed.

        With a key the same request again goes on with the import that the first began, or returns what came
        of it: the same result, but that its problems do not repeat the values at fault.
        """
        file_format = _format(asked)
        if isinstance(file_format, Refused):
            return file_format

        def decide(_: Connection, call: Call) -> Verdict[_Started]:
            begun = begin_import(file_format, asked.settings_hash, call)
            return Verdict(begun, _Started(call.new_id("import")))

        started = self._operations.write(
            "customers.import.started", asked.settings, decide, returns=_Started, note=note
        )
        if isinstance(started, Refused):
            return started
        batch = self.get(started.import_batch_id)
        if isinstance(batch, Refused):
            return batch
        if batch.outcome is not None:
            return self._result(batch, started)
        return self._go_on(batch, asked, note, watch)

    @takes(Permission.TRANSFERS_RUN)
    def resume(
        self,
        import_batch_id: Id,
        asked: ImportCustomers,
        note: Note = _NO_NOTE,
        watch: Watch = _UNWATCHED,
    ) -> ImportResult | Refused:
        """Go on with an interrupted import after the last row that it has done.

        Refused where the settings are others, or where the rows that are done are not those of the file.
        """
        file_format = _format(asked)
        if isinstance(file_format, Refused):
            return file_format
        batch = self.get(import_batch_id)
        if isinstance(batch, Refused):
            return batch
        if batch.outcome is not None:
            return Refused(f"the import is finished: {batch.outcome}")
        if batch.format != file_format or batch.settings_hash != asked.settings_hash.hex():
            return Refused("the import was begun with other settings; resume it with the same")
        return self._go_on(batch, asked, replace(note, key=None), watch)

    @takes(Permission.TRANSFERS_RUN)
    def check(self, asked: ImportCustomers, watch: Watch = _UNWATCHED) -> ImportResult | Refused:
        """What an import of the file would do to the customers as they stand; changes nothing."""
        file_format = _format(asked)
        if isinstance(file_format, Refused):
            return file_format
        return check(self._operations, asked, file_format, watch)

    @takes(Permission.TRANSFERS_RUN)
    def get(self, import_batch_id: Id) -> Batch | Refused:
        """An import: how far it is, and what came of it."""
        if as_id(import_batch_id) is None:
            return _no_import(import_batch_id)
        with self._operations.read() as connection:
            return load_batch(connection, self._tenant_id, import_batch_id) or _no_import(import_batch_id)

    @takes(Permission.TRANSFERS_RUN)
    def list(self, limit: int = 50) -> tuple[Batch, ...] | Refused:
        """The latest imports, newest first."""
        if not 1 <= limit <= _LARGEST_PAGE:
            return _wrong_limit(limit)
        with self._operations.read() as connection:
            return load_batches(connection, self._tenant_id, limit)

    @takes(Permission.TRANSFERS_RUN)
    def problems(
        self, import_batch_id: Id, limit: int = 100, after: tuple[int, str] | None = None
    ) -> ProblemPage | Refused:
        """A page of problems of an import; ten thousand are kept, without the values at fault."""
        if not 1 <= limit <= _LARGEST_PAGE:
            return _wrong_limit(limit)
        batch = self.get(import_batch_id)
        if isinstance(batch, Refused):
            return batch
        if after is not None and not (0 <= after[0] <= _LAST_ROW and is_storable(after[1])):
            return Refused("after: row and field of a problem", Fault.INVALID, "after")
        with self._operations.read() as connection:
            found = load_problems(connection, self._tenant_id, import_batch_id, limit + 1, after)
        shown = found[:limit]
        return ProblemPage(shown, (shown[-1].row, shown[-1].field) if len(found) > limit else None)

    def undo(self, import_batch_id: Id, note: Note = _NO_NOTE) -> Undone | Refused:
        """Take back a whole import in one transaction: erase what it created, restore what it changed.

        Refused where anything else has changed or used one of its customers since. Writes CustomerDeleted and
        CustomerUpdated; events and audit entries of the import itself stay. An import that was interrupted
        can be undone too, and is then finished as a failure.
        """
        if as_id(import_batch_id) is None:
            return _no_import(import_batch_id)

        def decide(connection: Connection, call: Call) -> Verdict[Undone] | Refused:
            batch = load_batch(connection, self._tenant_id, import_batch_id, lock=True)
            if batch is None:
                return _no_import(import_batch_id)
            return undo_import(
                connection, batch, call, lambda part: self._operations.put(connection, part, note)
            )

        named = {"import_batch_id": import_batch_id}
        return self._operations.write("customers.import.undone", named, decide, returns=Undone, note=note)

    def _go_on(
        self, batch: Batch, asked: ImportCustomers, note: Note, watch: Watch
    ) -> ImportResult | Refused:
        result = take_in(self._operations, batch, asked, note, watch)
        if isinstance(result, Refused) or not asked.all_or_nothing or not result.counts.accepted:
            return result
        if result.outcome == "failure":  # the customers were changed by others after the file was checked
            undone = self.undo(batch.import_batch_id, Note(reason=note.reason, comment=note.comment))
            if isinstance(undone, Refused):
                return undone
        return result

    def _result(self, batch: Batch, started: _Started) -> ImportResult:
        if started.first_problems is not None:
            first = tuple(Problem(*each) for each in started.first_problems)
        else:
            with self._operations.read() as connection:
                first = load_problems(
                    connection, self._tenant_id, batch.import_batch_id, FIRST_PROBLEMS, None
                )
        return ImportResult(
            import_batch_id=batch.import_batch_id, format=batch.format, outcome=batch.outcome or "",
            counts=batch.counts, problems=batch.problems, first_problems=first,
            encoding=started.encoding, delimiter=started.delimiter, broken=started.broken,
        )  # fmt: skip


def _format(asked: ImportCustomers) -> str | Refused:
    """The format of the file; refused where the request is wrong or the file cannot be opened."""
    refused = check_request(asked)
    if refused is not None:
        return refused
    try:
        return asked.format or format_of(asked.path)
    except Unreadable as error:
        return Refused(error.reason, Fault.INVALID, "path")


def _no_import(import_batch_id: str) -> Refused:
    return Refused(
        f"there is no import {import_batch_id!r} in this company", Fault.NOT_FOUND, "import_batch_id"
    )


def _wrong_limit(limit: int) -> Refused:
    return Refused(f"limit: 1 to {_LARGEST_PAGE}, not {limit}", Fault.INVALID, "limit")
