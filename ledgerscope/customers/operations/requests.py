"""Requests that carry a key: the first takes it, whoever comes later with the same key gets its result."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from ledgerscope.customers.decision import Fault, Refused

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledgerscope.customers.decision import Moment

__all__ = ["known_result", "recall", "remember"]

_LONGEST_KEY: Final = 200
_TAKE: Final = text("""
    insert into operation_request (tenant_id, idempotency_key, action, content_hash, result, at)
    select tenant_id, :key, :action, sha256(secret || :hash), '{}', :at
    from request_secret where tenant_id = :tenant
    on conflict do nothing
""")
_TAKEN: Final = text("""
    select action, content_hash = sha256(secret || :hash) as is_same, result, at
    from operation_request join request_secret using (tenant_id)
    where tenant_id = :tenant and idempotency_key = :key
""")
_REMEMBER: Final = text("""
    update operation_request set result = cast(:result as jsonb)
    where tenant_id = current_setting('ledgerscope.tenant_id') and idempotency_key = :key
""")


def recall(
    connection: Connection, moment: Moment, key: str, action: str, digest: bytes
) -> dict[str, Any] | Refused | None:
    """The result of the first request with this key; None where this is the first, which now holds the key.

    A second request waits here until the first has committed or gone. The digest is kept under the company's
    secret: whoever reads the row cannot try out what the request said.
    """
    if (refused := _fault_of(key)) is not None:
        return refused
    parameters = {"tenant": moment.tenant_id, "key": key}
    taken = connection.execute(_TAKE, {**parameters, "action": action, "hash": digest, "at": moment.at})
    if taken.rowcount:
        return None
    return known_result(connection, moment.tenant_id, key, digest)


def known_result(
    connection: Connection, tenant_id: str, key: str, digest: bytes
) -> dict[str, Any] | Refused | None:
    """The result of the first request with this key, as far as it has committed; None where there is none."""
    if (refused := _fault_of(key)) is not None:
        return refused
    first = connection.execute(_TAKEN, {"tenant": tenant_id, "key": key, "hash": digest}).one_or_none()
    if first is None:
        return None
    if not first.is_same:
        return Refused(
            f"the key {key!r} was used on {first.at:%Y-%m-%d %H:%M} UTC for another request "
            f"({first.action}); a new request needs a new key",
            Fault.CONFLICT,
            "key",
        )
    result: dict[str, Any] = first.result
    return result


def _fault_of(key: str) -> Refused | None:
    if 1 <= len(key) <= _LONGEST_KEY and key.isprintable():
        return None
    return Refused(f"an idempotency key has 1 to {_LONGEST_KEY} printable characters", Fault.INVALID, "key")


def remember(connection: Connection, key: str, result: dict[str, Any]) -> None:
    """Keep what the first request returned, in its transaction."""
    connection.execute(_REMEMBER, {"key": key, "result": json.dumps(result, default=str)})
