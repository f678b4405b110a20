"""Which rows belong on a page of a list that goes back in time, of all customers or of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sqlalchemy import tuple_

from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.operations.checks import check_choice
from ledgerscope.customers.operations.cursors import read_cursor
from ledgerscope.customers.operations.lookups import as_id, no_row
from ledgerscope.customers.operations.pages import LARGEST_PAGE, passed_by

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Any

    from sqlalchemy import Column, ColumnElement

    from ledgerscope.store.records import Id

__all__ = ["Asked", "rows_of_page"]


class Asked(Protocol):
    """A request for a page."""

    @property
    def customer_id(self) -> Id | None: ...
    @property
    def status(self) -> str | None: ...
    @property
    def limit(self) -> int: ...
    @property
    def cursor(self) -> str | None: ...


def rows_of_page(
    tenant_id: str,
    asked: Asked,
    place: tuple[Column[Any], Column[Any]],
    statuses: Collection[str],
    has_status: Callable[[str], ColumnElement[bool]] | None = None,
) -> tuple[ColumnElement[bool], ...] | Refused:
    """What the rows of the page and those after it have in common, or what is wrong with the request.

    `place` are the columns of instant and identifier that the list is ordered by, the latest first.
    `has_status` says which rows have a status; without it that is what the column says.
    """
    fault = _fault(asked, statuses)
    if fault is not None:
        return fault
    columns = place[0].table.c
    found: list[ColumnElement[bool]] = [columns.tenant_id == tenant_id]
    if asked.status is not None:
        found.append(has_status(asked.status) if has_status else columns.status == asked.status)
    if asked.customer_id is not None:
        found.append(columns.customer_id == as_id(asked.customer_id))
    if asked.cursor is not None:
        last = read_cursor(asked.cursor)
        if isinstance(last, Refused):
            return last
        found.append(tuple_(*place) < passed_by(last, place))
    return tuple(found)


def _fault(asked: Asked, statuses: Collection[str]) -> Refused | None:
    if not 1 <= asked.limit <= LARGEST_PAGE:
        return Refused(f"limit: 1 to {LARGEST_PAGE}, not {asked.limit}", Fault.INVALID, "limit")
    if asked.customer_id is not None and as_id(asked.customer_id) is None:
        return no_row("customer", asked.customer_id)
    return None if asked.status is None else check_choice("status", asked.status, statuses)
