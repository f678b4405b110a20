"""Settings as they stand, of one customer or of many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from ledgerscope.customers.settings.changes import CustomerSettings
from ledgerscope.customers.settings.known import BY_KEY
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from ledgerscope.store.records import Id

__all__ = ["settings_of"]


def settings_of(
    connection: Connection, tenant_id: str, customers: Collection[Id], deleted: Collection[Id] = ()
) -> dict[Id, CustomerSettings]:
    """What is set for each of these customers. A key that an older version knew is left out."""
    c = t.customer_setting.c
    query = select(
        c.customer_id, c.setting_key, c.value, c.value.is_(None).label("is_unset")
    ).where(c.tenant_id == tenant_id, c.customer_id.in_([*customers]))  # fmt: skip
    kept: dict[Id, dict[str, Any]] = {each: {} for each in customers}
    unset: dict[Id, set[str]] = {each: set() for each in customers}
    for row in connection.execute(query):
        if row.setting_key not in BY_KEY:
            continue
        if row.is_unset:
            unset[row.customer_id.hex].add(row.setting_key)
        else:
            kept[row.customer_id.hex][row.setting_key] = row.value
    return {
        each: CustomerSettings(each, kept[each], frozenset(unset[each]), deleted=each in deleted)
        for each in customers
    }
