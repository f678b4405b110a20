"""Reasons and comments of the audit log, kept apart from it so that they can be erased.

An entry names what was remarked by a digest, a salted SHA-256: the log stays as it was written when the
remark goes with the customer that it is about, and a remark that was changed no longer fits.
"""

from __future__ import annotations

import json
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, text

from ledgerscope.store import tables as t
from ledgerscope.store.records import AuditEntry, AuditRemark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

__all__ = ["first_false_remark", "load_remarks", "remark_of"]

# The digest as `_digest` makes it; an erased remark is in order only beside a customer that was erased.
_FIRST_FALSE: Final = text("""
    select min(log.seq) from audit_log as log
    left join audit_remark as said
        on said.tenant_id = log.tenant_id and said.digest = log.details ->> 'remark'
    left join customer on customer.tenant_id = said.tenant_id and customer.erased_at is not null
        and replace(customer.customer_id::text, '-', '') = said.subject
    where log.tenant_id = :tenant and log.details ? 'remark' and not coalesce(
        case when said.erased_at is null then said.digest = encode(sha256(convert_to(
            said.salt || ':' || length(coalesce(said.reason, '')) || ':' || coalesce(said.reason, '')
                || coalesce(said.comment, ''), 'UTF8')), 'hex')
        else customer.customer_id is not null end, false)
""")


def remark_of(entries: Sequence[AuditEntry], reason: str | None, comment: str | None) -> AuditRemark | None:
    """What entries of one request are given a reason or comment by; None where there is neither.

    It is about the customer of the entries, and goes when that is erased; where they are about several, as
    those of an import, it stays.
    """
    if not entries or (reason is None and comment is None):
        return None
    salt, subjects = secrets.token_hex(16), {_subject(entry) for entry in entries}
    first = entries[0]
    digest = _digest(salt, reason, comment)
    subject = subjects.pop() if len(subjects) == 1 else None
    return AuditRemark(first.tenant_id, digest, salt, reason, comment, subject, first.at)


def load_remarks(
    connection: Connection, tenant_id: str, digests: Iterable[str]
) -> dict[str, Mapping[str, Any]]:
    """What was remarked, by digest: `reason` and `comment` where given; `remark_erased` where it is gone."""
    c, wanted = t.audit_remark.c, list(digests)
    query = select(c.digest, c.reason, c.comment, c.erased_at).where(
        c.tenant_id == tenant_id, c.digest.in_(wanted)
    )
    rows = connection.execute(query).all() if wanted else []
    return {
        row.digest: {
            name: value
            for name, value in (
                ("reason", row.reason),
                ("comment", row.comment),
                ("remark_erased", row.erased_at is not None),
            )
            if value
        }
        for row in rows
    }  # fmt: skip


def first_false_remark(connection: Connection, tenant_id: str) -> int | None:
    """The first entry whose remark was changed, is missing, or is erased though its customer is not."""
    seq: int | None = connection.execute(_FIRST_FALSE, {"tenant": tenant_id}).scalar_one()
    return seq


def _digest(salt: str, reason: str | None, comment: str | None) -> str:
    said = f"{salt}:{len(reason or '')}:{reason or ''}{comment or ''}"
    return sha256(said.encode()).hexdigest()


def _subject(entry: AuditEntry) -> str:
    details = json.loads(entry.details)
    return str(details.get("customer_id", entry.subject))
