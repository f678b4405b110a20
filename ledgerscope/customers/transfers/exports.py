"""The operation on exports: customers of one company given out as a file."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.decision import Call, Fault, Refused
from ledgerscope.customers.lifecycle.reading import ListCustomers, stream_customers
from ledgerscope.customers.operations import Note, Operations, Verdict
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.types import typed
from ledgerscope.customers.transfers.exported import Exported, export_run_id_of, record_export
from ledgerscope.customers.transfers.writers import WRITERS
from ledgerscope.output_file import output_file
from ledgerscope.store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from ledgerscope.store.records import Id

__all__ = ["ExportCustomers", "ExportResult", "Exports"]

_NO_NOTE: Final = Note()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportCustomers:
    """Which customers, oldest first, and how: `csv`, with a byte order mark if `bom`, or `json` lines.

    The filters are those of a list of customers.
    """

    format: str = "csv"
    bom: bool = False
    text: str | None = None
    status: str | None = None
    source: str | None = None
    deleted: bool = False

    @property
    def filter_type(self) -> str:
        """The kind of filter, for events: no value that was looked for."""
        given = [name for name in ("status", "source", "text", "deleted") if getattr(self, name)]
        return given[0] if len(given) == 1 else "several" if given else "all"

    @property
    def list(self) -> ListCustomers:
        """The list that is written."""
        return ListCustomers(
            text=self.text, status=self.status, source=self.source, deleted=self.deleted, oldest_first=True
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportResult:
    """What was written: customers, and the size of the file in bytes."""

    export_run_id: Id
    format: str
    filter_type: str
    rows: int
    size_bytes: int


@typed
class Exports:
    """Customers of one company given out as files, as they stand at one instant.

    Every export has its event (CustomersExported), its audit entry and its row in `export_run`, also where it
    fails; asking twice gives out the data twice, so the key of a `Note` has no effect.
    """

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id

    @takes(Permission.TRANSFERS_RUN)
    def to_file(self, asked: ExportCustomers, path: Path, note: Note = _NO_NOTE) -> ExportResult | Refused:
        """Write a file that only its owner may read; one of the same name is replaced once all is written.

        It keeps its mode then. A device or a pipe is written to.
        """
        refused = _check(asked)
        if refused is not None:
            return refused
        try:
            with output_file(path) as output:
                result = self._write(asked, output.stream, note, output.sync)
                if not isinstance(result, Refused):
                    output.keep()
        except OSError as error:
            return _unwritable(error)
        return result

    @takes(Permission.TRANSFERS_RUN)
    def to_stream(
        self, asked: ExportCustomers, stream: BinaryIO, note: Note = _NO_NOTE
    ) -> ExportResult | Refused:
        """Write to a stream that is open; it stays open."""
        return _check(asked) or self._write(asked, stream, note, stream.flush)

    def _write(
        self, asked: ExportCustomers, stream: BinaryIO, note: Note, finish: Callable[[], object]
    ) -> ExportResult | Refused:
        counted = _Counted(stream)
        text = io.TextIOWrapper(
            io.BufferedWriter(counted), encoding="utf-8-sig" if asked.bom else "utf-8", newline=""
        )
        with self._operations.read() as connection:
            begun = self._operations.moment(connection).at
        try:
            rows = self._write_rows(asked, text)
            if not isinstance(rows, Refused):
                text.flush()
                finish()
        except OSError as error:
            self._record(asked, begun, "failure", 0, 0, note)
            return _unwritable(error)
        except StoreError:
            with suppress(StoreError):  # the first says what is wrong
                self._record(asked, begun, "failure", 0, 0, note)
            raise
        finally:
            counted.stop()
            with suppress(OSError):
                text.close()
        if isinstance(rows, Refused):
            return rows
        return self._record(asked, begun, "success", rows, counted.size, note)

    def _write_rows(self, asked: ExportCustomers, text: io.TextIOWrapper) -> int | Refused:
        with self._operations.read() as connection:
            pages = stream_customers(connection, self._tenant_id, asked.list)
            return pages if isinstance(pages, Refused) else WRITERS[asked.format](text, pages)

    def _record(
        self, asked: ExportCustomers, begun: datetime, outcome: str, rows: int, size: int, note: Note
    ) -> ExportResult | Refused:
        def decide(_: Connection, call: Call) -> Verdict[ExportResult]:
            export = Exported(
                format=asked.format, filter_type=asked.filter_type, outcome=outcome, begun=begun, rows=rows,
                size_bytes=size,
            )  # fmt: skip
            result = ExportResult(
                export_run_id=export_run_id_of(call), format=asked.format, filter_type=asked.filter_type,
                rows=rows,
                size_bytes=size,
            )  # fmt: skip
            return Verdict(record_export(export, call), result)

        return self._operations.write(
            "customers.exported", asked, decide, returns=ExportResult, note=replace(note, key=None)
        )


class _Counted(io.RawIOBase):
    """Hands bytes on to a stream and counts them, until it is stopped."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream: BinaryIO | None = stream
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        if self._stream is not None:
            self._stream.write(data)
            self.size += len(data)
        return len(data)

    def stop(self) -> None:
        """Let what is still buffered go nowhere: the stream is somebody else's, or broken."""
        self._stream = None


def _check(asked: ExportCustomers) -> Refused | None:
    if asked.format not in WRITERS:
        return Refused(f"format: one of {', '.join(WRITERS)}; not {asked.format!r}", Fault.INVALID, "format")
    if asked.bom and asked.format != "csv":
        return Refused("bom: JSON has no byte order mark", Fault.INVALID, "bom")
    return None


def _unwritable(error: OSError) -> Refused:
    return Refused(f"the file cannot be written: {error.strerror or error}", field="path")
