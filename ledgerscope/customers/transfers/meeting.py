"""A chunk of rows meets the customers of the company: loaded together, decided one by one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ARRAY, Text, bindparam, func, select, true, union

from ledgerscope.customers.lifecycle.profile import CHANGEABLE
from ledgerscope.customers.operations.numbers import NumberBlock
from ledgerscope.customers.transfers.problems import Problem
from ledgerscope.customers.transfers.request import Counts
from ledgerscope.customers.transfers.rows import Known, Shelf, decide_row
from ledgerscope.store import tables as t
from ledgerscope.store.changes import Changes
from ledgerscope.store.records import derive_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Select

    from ledgerscope.customers.decision import Call
    from ledgerscope.customers.transfers.rows import WantedRow
    from ledgerscope.store.records import Id

__all__ = ["Met", "load_shelf", "meet"]

_SOURCE: Final = "import"


@dataclass(frozen=True, slots=True)
class Met:
    """What becomes of a chunk."""

    changes: Changes
    counts: Counts
    problems: tuple[Problem, ...]


def load_shelf(connection: Connection, tenant_id: str, import_batch_id: Id, only: str | None) -> Shelf:
    """What all rows meet."""
    base = connection.execute(
        select(t.tenant.c.base_currency).where(t.tenant.c.tenant_id == tenant_id)
    ).scalar_one()
    codes = frozenset(connection.execute(select(t.currencies.c.code)).scalars())
    return Shelf(import_batch_id=import_batch_id, currencies=codes, base_currency=base, only=only)


def meet(connection: Connection, rows: Sequence[WantedRow], shelf: Shelf, call: Call) -> Met:
    """Decide every row; customers that rows name, and the series of numbers, are held until the end."""
    tenant_id = call.moment.tenant_id
    known = _load_known(connection, rows, shelf, tenant_id)
    numbers = NumberBlock(connection, tenant_id, "customer")
    holders = _holders(connection, rows, numbers, tenant_id)
    found: list[Changes] = []
    counts, problems = dict.fromkeys(Counts.__slots__, 0), list[Problem]()
    given: dict[str, tuple[int, str]] = {}
    for row in rows:
        external_id, number = row.external_id, numbers.next
        own = replace(call, request_id=derive_id(shelf.import_batch_id, row.no), source=_SOURCE)
        meets = known.get(external_id) if external_id is not None else None
        if external_id is not None and meets is None and external_id in given:
            meets = Known("", {}, row=given[external_id][0])
        holder = None
        if external_id is None:
            holder = given[number][1] if number in given else holders.get(number)
        decided = decide_row(row, meets, shelf, number, holder, own)
        counts[decided.kind] += 1
        problems += decided.problems
        if decided.changes.rows:
            found.append(decided.changes)
        if decided.kind == "created":
            if external_id is not None or holder is None:  # else its identifier is its external id
                given[external_id or number] = (row.no, number)
            numbers.use()
    numbers.write()
    return Met(
        Changes(
            tuple(change for each in found for change in each.rows),
            tuple(event for each in found for event in each.events),
        ),
        Counts(**counts),
        tuple(problems),
    )


def _load_known(
    connection: Connection, rows: Sequence[WantedRow], shelf: Shelf, tenant_id: str
) -> dict[str, Known]:
    """The customers with the external ids of the rows, locked."""
    named = sorted({row.external_id for row in rows if row.external_id is not None})
    if not named:
        return {}
    parameters = {"tenant": tenant_id, "batch": shelf.import_batch_id, "named": named}
    held = connection.execute(_known(), parameters).all()
    wanted = {row.external_id: row.values.get("currency") for row in rows}
    moving = [
        row.customer_id
        for row in held
        if wanted[row.external_id] is not None and wanted[row.external_id] != row.currency
    ]
    documented = _with_documents(connection, moving, tenant_id)
    return {
        row.external_id: Known(
            row.customer_id.hex,
            {name: getattr(row, name) for name in CHANGEABLE},
            row.customer_id in documented,
            row.row_no,
        )
        for row in held
    }


@cache
def _known() -> Select[Any]:
    """The customers of some external ids, locked, each with the row of the import that it came from.

    The statistics of a company that an import is filling say that it is empty: for the planner all indexes
    are then as good as that on external ids, though each look-up would read the whole company with them. So
    each is looked up by itself, as the first from this external id to this one: only one index has the order.
    """
    c, change, tenant_id = t.customer.c, t.import_change.c, bindparam("tenant", type_=Text)
    wanted = (
        func.unnest(bindparam("named", type_=ARRAY(Text)))
        .table_valued("external_id")
        .render_derived("wanted")
    )
    found = (
        select(c.customer_id, *(c[name] for name in CHANGEABLE))
        .where(c.tenant_id == tenant_id, c.external_id.between(wanted.c.external_id, wanted.c.external_id))
        .where(c.deleted_at.is_(None))
        .order_by(c.external_id)
        .limit(1)
        .with_for_update(key_share=True)
        .lateral("found")
    )
    own = (
        select(change.row_no)
        .where(
            change.tenant_id == tenant_id,
            change.import_batch_id == bindparam("batch", type_=change.import_batch_id.type),
            change.customer_id == found.c.customer_id,
        )
        .limit(1)
        .lateral("own")
    )
    return select(found, own.c.row_no).select_from(wanted).join(found, true()).outerjoin(own, true())


def _with_documents(connection: Connection, ids: list[object], tenant_id: str) -> frozenset[object]:
    """Which of these customers have invoices or payments."""
    if not ids:
        return frozenset()
    queries = (
        select(table.c.customer_id).where(
            table.c.tenant_id == tenant_id, table.c.customer_id == func.any(ids)
        )
        for table in (t.invoice, t.payment)
    )
    return frozenset(connection.execute(union(*queries)).scalars())


def _holders(
    connection: Connection, rows: Sequence[WantedRow], numbers: NumberBlock, tenant_id: str
) -> dict[str, str]:
    """Who has one of the next numbers as an external id, where a row may get its number for one."""
    if all(row.external_id is not None for row in rows):
        return {}
    c = t.customer.c
    query = select(c.external_id, func.coalesce(c.customer_number, c.external_id).label("holder")).where(
        c.tenant_id == tenant_id,
        c.external_id == func.any(numbers.coming(len(rows))),
        c.deleted_at.is_(None),
    )
    return {row.external_id: row.holder for row in connection.execute(query)}
