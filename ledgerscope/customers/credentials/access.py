"""The access log: who took out which secret, what for, when and from where."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledgerscope.customers.credentials.versions import Access
from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.operations.checks import check_choice
from ledgerscope.customers.operations.lookups import as_id, no_row
from ledgerscope.customers.operations.pages import page_of
from ledgerscope.domain.values import CREDENTIAL_ACTIONS
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from ledgerscope.store.records import Id

__all__ = ["AccessPage", "AccessView", "ListAccess", "list_access", "read_access"]

_LONGEST_AGENT: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessView:
    """That a secret was taken out: `action` says what for, `address` and `user_agent` from where."""

    access_id: Id
    customer_id: Id
    version: int
    action: str
    actor: str
    address: str | None
    user_agent: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAccess:
    """Which entries of the access log, newest first, `limit` at a time.

    `cursor` is that of the page before.
    """

    customer_id: Id | None = None
    action: str | None = None
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class AccessPage:
    """Entries, and the cursor of the next page; None on the last."""

    entries: tuple[AccessView, ...]
    next_cursor: str | None


def read_access(action: str, address: str | None, user_agent: str | None) -> Access | Refused:
    """What an entry of the log will say. A program that says too much of itself is cut short."""
    unknown = check_choice("purpose", action, CREDENTIAL_ACTIONS)
    if unknown is not None:
        return unknown
    if address is not None and not _is_address(address):
        return Refused("address: expected an IPv4 or IPv6 address", Fault.INVALID, "address")
    shown = "".join(each for each in user_agent or "" if each.isprintable())[:_LONGEST_AGENT]
    return Access(action=action, address=address, user_agent=shown or None)


def list_access(connection: Connection, tenant_id: str, asked: ListAccess) -> AccessPage | Refused:
    """A page of the access log."""
    unknown = check_choice("action", asked.action, CREDENTIAL_ACTIONS)
    if unknown is not None:
        return unknown
    c = t.credential_access.c
    query = select(t.credential_access).where(c.tenant_id == tenant_id)
    if asked.action is not None:
        query = query.where(c.action == asked.action)
    if asked.customer_id is not None:
        wanted = as_id(asked.customer_id)
        if wanted is None:
            return no_row("customer", asked.customer_id)
        query = query.where(c.customer_id == wanted)
    part = page_of(connection, query, (c.at, c.access_id), limit=asked.limit, cursor=asked.cursor)
    return part if isinstance(part, Refused) else AccessPage(tuple(map(_view, part.rows)), part.next_cursor)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def _view(row: Row[Any]) -> AccessView:
    named = {name: value for name, value in row._asdict().items() if name != "tenant_id"}
    ids = {"access_id": row.access_id.hex, "customer_id": row.customer_id.hex}
    return AccessView(**{**named, **ids})
