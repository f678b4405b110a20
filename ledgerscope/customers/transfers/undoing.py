"""Takes back a whole import while nothing else has touched its customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, func, or_, select, union_all

from ledgerscope.customers.decision import Call, Decision, Refused
from ledgerscope.customers.lifecycle.deletion import Belongings, erase_customer
from ledgerscope.customers.lifecycle.profile import CHANGEABLE, Profile, update_customer
from ledgerscope.customers.operations import Verdict
from ledgerscope.store import tables as t
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import Id, ImportBatch
from ledgerscope.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection, Row

    from ledgerscope.customers.transfers.batches import Batch

__all__ = ["Undone", "undo_import"]

_PAGE: Final = 1_000
_OF_THE_IMPORT: Final = frozenset({"customer_status_history", "import_change"})
"""Tables in which the import itself has rows of its customers."""


@dataclass(frozen=True, slots=True)
class Undone:
    """How many customers an undone import had created, which are erased, and changed, which are as before."""

    import_batch_id: Id
    erased: int
    restored: int


def undo_import(
    connection: Connection, batch: Batch, call: Call, put: Callable[[Changes], None]
) -> Verdict[Undone] | Refused:
    """Undo all changes of the batch, which is locked; `put` writes them a page at a time."""
    if batch.undone_at is not None:
        return Refused("the import is undone already")
    tenant_id, moment = call.moment.tenant_id, call.moment
    touched = _touched(connection, batch.import_batch_id, tenant_id)
    if touched is not None:
        return Refused(
            f"customer {touched} was changed or used after the import; the import can no longer be undone"
        )
    currencies = frozenset(connection.execute(select(t.currencies.c.code)).scalars())
    counts = {"created": 0, "updated": 0}
    for page in _pages(connection, batch.import_batch_id, tenant_id):
        part = Changes()
        rows, events = list[Any](), list[Any]()
        for change in page:
            decided = _undo(change, currencies, call)
            if isinstance(decided, Refused):
                return Refused(f"customer {change.customer_number}: {decided.reason}", decided.fault)
            counts[change.kind] += 1
            rows += decided.rows
            events += decided.events
        part = Changes(tuple(rows), tuple(events))
        put(part)
    if not any(counts.values()) and batch.counts.created + batch.counts.updated:
        return Refused("which customers the import made or changed is not known: another program wrote it")
    values: dict[str, Any] = {"undone_at": moment.at}
    if batch.outcome is None:  # it was interrupted, and will not be resumed
        values |= {"outcome": "failure", "finished_at": moment.at}
    update = Update(ImportBatch, (tenant_id, batch.import_batch_id), values)
    done = Undone(batch.import_batch_id, counts["created"], counts["updated"])
    audit = call.audit(
        "customers.import.undone", batch.import_batch_id, erased=done.erased, restored=done.restored
    )
    return Verdict(Changes((update, audit)), done)


def _undo(change: Row[Any], currencies: frozenset[str], call: Call) -> Decision:
    customer_id = change.customer_id.hex
    if change.kind == "created":
        own = Belongings(customer_id, deleted=False, erased=False, running=0, open_minor={})
        return erase_customer(own, "other", call)
    profile = Profile(customer_id, {name: getattr(change, name) for name in CHANGEABLE}, currencies)
    return update_customer(profile, change.old_values, call)


def _of_batch(batch_id: Id, tenant_id: str) -> ColumnElement[bool]:
    """The changes of the import, each beside its customer."""
    change, customer = t.import_change.c, t.customer.c
    return and_(
        change.tenant_id == tenant_id,
        change.import_batch_id == batch_id,
        customer.tenant_id == change.tenant_id,
        customer.customer_id == change.customer_id,
    )


def _touched(connection: Connection, batch_id: Id, tenant_id: str) -> str | None:
    """The number of a customer that something else changed or uses; all are locked against that."""
    change, customer = t.import_change.c, t.customer.c
    ours = _of_batch(batch_id, tenant_id)
    held = select(customer.customer_id).where(ours).order_by(customer.customer_id)
    locked = held.with_for_update(of=t.customer).subquery()
    connection.execute(select(func.count()).select_from(locked)).scalar_one()
    changed = or_(
        customer.updated_at != change.at,
        customer.deleted_at.is_not(None),
        and_(change.kind == "updated", change.old_values.is_(None)),
    )
    number = func.coalesce(customer.customer_number, customer.external_id)
    queries = [select(number).where(ours, changed).limit(1)]
    for table in metadata.sorted_tables:
        if table.name in _OF_THE_IMPORT or not any(
            key.referred_table is t.customer for key in table.foreign_key_constraints
        ):
            continue
        used = table.c.tenant_id == customer.tenant_id, table.c.customer_id == customer.customer_id
        queries.append(select(number).where(ours, change.kind == "created", *used).limit(1))
    found = union_all(*(select(query.subquery()) for query in queries)).limit(1)
    touched: str | None = connection.execute(found).scalar_one_or_none()
    return touched


def _pages(connection: Connection, batch_id: Id, tenant_id: str) -> Iterator[Sequence[Row[Any]]]:
    """The changes with their customers as they stand, in the order of the customers' identifiers."""
    change, customer = t.import_change.c, t.customer.c
    query = (
        select(
            change.customer_id, change.kind, change.old_values, customer.customer_number,
            *(customer[name] for name in CHANGEABLE),
        )
        .where(_of_batch(batch_id, tenant_id))
        .order_by(change.customer_id)
        .limit(_PAGE)
    )  # fmt: skip
    page = connection.execute(query).all()
    while page:
        yield page
        page = connection.execute(query.where(change.customer_id > page[-1].customer_id)).all()
