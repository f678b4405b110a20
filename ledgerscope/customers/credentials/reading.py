"""Credentials as they are shown: without the secret, and with the client id in part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from ledgerscope.customers.decision import Refused
from ledgerscope.customers.operations.lookups import as_id, no_row
from ledgerscope.customers.operations.pages import page_of
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row, Select

    from ledgerscope.store.records import Id

__all__ = ["CredentialPage", "CredentialView", "ListCredentials", "list_credentials", "view_credential"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialView:
    """A version of a credential: `ended_at` is when another took its place or it was revoked.

    `fingerprint` is equal for equal logins under the same key.
    """

    customer_id: Id
    version: int
    base_url: str | None
    client_id: str | None
    key_id: str
    fingerprint: str
    saved_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCredentials:
    """Which credentials, newest first, `limit` at a time; versions that have ended only on request.

    `cursor` is that of the page before.
    """

    customer_id: Id | None = None
    ended: bool = False
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class CredentialPage:
    """Credentials, and the cursor of the next page; None on the last."""

    credentials: tuple[CredentialView, ...]
    next_cursor: str | None


def list_credentials(
    connection: Connection, tenant_id: str, asked: ListCredentials
) -> CredentialPage | Refused:
    """A page of credentials."""
    c = t.credential.c
    query = _views(tenant_id)
    if not asked.ended:
        query = query.where(func.upper_inf(c.valid))
    if asked.customer_id is not None:
        wanted = as_id(asked.customer_id)
        if wanted is None:
            return no_row("customer", asked.customer_id)
        query = query.where(c.customer_id == wanted)
    part = page_of(connection, query, (c.rotated_at, c.customer_id), limit=asked.limit, cursor=asked.cursor)
    if isinstance(part, Refused):
        return part
    return CredentialPage(tuple(map(_view, part.rows)), part.next_cursor)


def view_credential(connection: Connection, tenant_id: str, customer_id: Id) -> CredentialView | None:
    """The version in use; None where there is none."""
    c = t.credential.c
    query = _views(tenant_id).where(c.customer_id == customer_id, func.upper_inf(c.valid))
    row = connection.execute(query).one_or_none()
    return None if row is None else _view(row)


def _views(tenant_id: str) -> Select[Any]:
    c = t.credential.c
    return select(
        c.customer_id, c.version, c.base_url, c.client_id, c.key_id, c.fingerprint, c.rotated_at,
        func.upper(c.valid).label("ended_at"),
    ).where(c.tenant_id == tenant_id)  # fmt: skip


def _view(row: Row[Any]) -> CredentialView:
    return CredentialView(
        customer_id=row.customer_id.hex, version=row.version, base_url=row.base_url, client_id=row.client_id,
        key_id=row.key_id, fingerprint=row.fingerprint, saved_at=row.rotated_at, ended_at=row.ended_at,
    )  # fmt: skip
