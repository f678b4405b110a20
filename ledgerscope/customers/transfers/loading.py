"""Imports and their problems as they stand in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, tuple_

from ledgerscope.customers.transfers.batches import Batch
from ledgerscope.customers.transfers.problems import Problem
from ledgerscope.customers.transfers.request import Counts
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from ledgerscope.store.records import Id

__all__ = ["load_batch", "load_batches", "load_problems"]


def load_batch(
    connection: Connection, tenant_id: str, import_batch_id: Id, *, lock: bool = False
) -> Batch | None:
    """An import, held until the transaction ends if `lock`; None where the company has none such."""
    c = t.import_batch.c
    query = select(t.import_batch).where(c.tenant_id == tenant_id, c.import_batch_id == import_batch_id)
    row = connection.execute(query.with_for_update(key_share=True) if lock else query).one_or_none()
    return None if row is None else _batch(row)


def load_batches(connection: Connection, tenant_id: str, limit: int) -> tuple[Batch, ...]:
    """The latest imports, newest first."""
    c = t.import_batch.c
    query = (
        select(t.import_batch)
        .where(c.tenant_id == tenant_id)
        .order_by(c.started_at.desc(), c.import_batch_id)
        .limit(limit)
    )
    return tuple(map(_batch, connection.execute(query)))


def load_problems(
    connection: Connection, tenant_id: str, import_batch_id: Id, limit: int, after: tuple[int, str] | None
) -> tuple[Problem, ...]:
    """Kept problems of an import, in the order of the rows and fields."""
    c = t.import_row_error.c
    query = select(c.row_no, c.field, c.problem, c.severity).where(
        c.tenant_id == tenant_id, c.import_batch_id == import_batch_id
    )
    if after is not None:
        query = query.where(tuple_(c.row_no, c.field) > after)
    rows = connection.execute(query.order_by(c.row_no, c.field).limit(limit))
    return tuple(Problem(*row) for row in rows)


def _batch(row: Row[Any]) -> Batch:
    return Batch(
        import_batch_id=row.import_batch_id.hex,
        format=row.format,
        outcome=row.outcome,
        rows=row.rows_total,
        counts=Counts(
            row.rows_created, row.rows_updated, row.rows_unchanged, row.rows_skipped, row.rows_rejected
        ),
        problems=row.problems,
        actor=row.actor,
        started_at=row.started_at,
        finished_at=row.finished_at,
        undone_at=row.undone_at,
        settings_hash=row.settings_hash and row.settings_hash.hex(),
        rows_hash=row.rows_hash and row.rows_hash.hex(),
    )
