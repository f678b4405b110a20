"""Rows that are going to be written together, each as it stands after all changes so far.

Guards that both writers leave the same rows: an update of a row of the batch changes that row, so that a row
is written once however often it was changed. Updates of rows outside the batch are kept apart.
"""

from __future__ import annotations

from collections import defaultdict
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Self

from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.changes_kept import fill_kept_columns
from ledgerscope.store.records import (
    TABLE_OF,
    AuditEntry,
    Communication,
    Contact,
    Credential,
    CreditLimit,
    CreditNote,
    Customer,
    CustomerSetting,
    Event,
    ImportBatch,
    Interaction,
    Invoice,
    InvoiceDue,
    JobRun,
    Payment,
    SegmentAssignment,
    StoredWorkflow,
    Subscription,
    SubscriptionVersion,
    SyncRun,
    SyncSchedule,
    WriteOff,
    key_of,
)
from ledgerscope.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ledgerscope.store.records import Record

__all__ = ["Batch"]

_PLACE: Final = {table.name: place for place, table in enumerate(metadata.sorted_tables)}
_CHANGEABLE: Final = frozenset(
    (
        Communication, Contact, Credential, CreditLimit, CreditNote, Customer, CustomerSetting, ImportBatch,
        Interaction, Invoice, InvoiceDue, JobRun, Payment, SegmentAssignment, StoredWorkflow, Subscription,
        SubscriptionVersion, SyncRun, SyncSchedule, WriteOff,
    )
)  # fmt: skip
"""Kinds of which a batch can change a row that it holds."""


_OCCURRED_AT: Final = itemgetter(Event._fields.index("occurred_at"))
_AUDITED_AT: Final = itemgetter(AuditEntry._fields.index("at"))


class Batch:
    """Rows by kind, each kind in the order in which its rows were added."""

    __slots__ = ("_keyed", "_plain", "updates")

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._plain: defaultdict[type[Record], list[Record]] = defaultdict(list)
        self._keyed: defaultdict[type[Record], dict[tuple[Any, ...], Record]] = defaultdict(dict)
        self.updates: list[Update] = []
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        """One new row; raises ValueError for a second row with the key of a changeable one."""
        kind = type(record)
        if kind not in _CHANGEABLE:
            self._plain[kind].append(record)
            return
        key, rows = key_of(record), self._keyed[kind]
        if key in rows:
            raise ValueError(f"a second {kind.__name__} with the key {key}")
        rows[key] = record

    def apply(self, changes: Changes) -> None:
        """Add what an operation decided."""
        for row in changes.rows:
            if isinstance(row, Update):
                self._update(row)
            else:
                self.add(row)
        self._plain[Event].extend(changes.events)

    def of(self, kind: type[Record]) -> list[Record]:
        """The rows of one kind, as they stand."""
        return [*self._keyed[kind].values()] if kind in _CHANGEABLE else self._plain[kind]

    def pages(self) -> Iterator[tuple[type[Record], list[Record]]]:
        """Every kind with its rows, those that others point to first."""
        kinds = [kind for rows in (self._plain, self._keyed) for kind, found in rows.items() if found]
        for kind in sorted(kinds, key=lambda kind: _PLACE[TABLE_OF[kind].name]):
            yield kind, self.of(kind)

    def in_order_of_time(self) -> Self:
        """The same batch with its events and audit entries as they happened: they are numbered as written."""
        self._plain[Event].sort(key=_OCCURRED_AT)
        self._plain[AuditEntry].sort(key=_AUDITED_AT)
        return self

    def settled(self) -> Self:
        """The same batch with the columns filled that triggers keep, for a load."""
        fill_kept_columns(self._keyed, self._plain)
        return self

    def _update(self, update: Update) -> None:
        held = self._keyed[update.kind].get(update.key)
        if held is None:
            self.updates.append(update)
        else:
            self._keyed[update.kind][update.key] = held._replace(**update.values)  # type: ignore[attr-defined] # a named tuple

    def __len__(self) -> int:
        return sum(len(rows) for _, rows in self.pages())
