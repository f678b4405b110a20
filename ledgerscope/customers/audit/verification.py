"""The proof of an audit log: its chain of hashes, then every seal on it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from ledgerscope.customers.audit.seals import seal_of
from ledgerscope.store.audit import first_break

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Row

    from ledgerscope.customers.audit.keys import AuditKeys

__all__ = ["Verification", "verify_log"]

_MOST_FAULTS: Final = 20
_ROWS: Final = text("select count(*) from audit_log where tenant_id = :tenant")
_SEALS: Final = text("""
    select seal.seq, seal.key_id, seal.mac, log.hash
    from audit_seal as seal
    left join audit_log as log on log.tenant_id = seal.tenant_id and log.seq = seal.seq
    where seal.tenant_id = :tenant order by seal.seq
""")


@dataclass(frozen=True, slots=True)
class Verification:
    """What a proof found: how many rows there are, up to which one they are sealed, and what is wrong.

    At most twenty faults are listed, the first ones. `sealed_to` is 0 where nothing is sealed.
    """

    rows: int
    sealed_to: int
    faults: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def verify_log(connection: Connection, tenant_id: str, keys: AuditKeys | None) -> Verification:
    """Prove the log of a company; without keys only its chain, which shows less.

    A log that was cut off together with its seals leaves nothing to find here: compare `rows` with an
    earlier figure, which an exporter's metric is.
    """
    rows: int = connection.execute(_ROWS, {"tenant": tenant_id}).scalar_one()
    broken = first_break(connection, tenant_id)
    faults = [] if broken is None else [f"row {broken} does not follow from the row before it"]
    sealed_to = 0
    for seal in connection.execute(_SEALS, {"tenant": tenant_id}):
        sealed_to = seal.seq
        if len(faults) < _MOST_FAULTS:
            faults += _faults_of_seal(seal, tenant_id, keys)
    return Verification(rows, sealed_to, tuple(faults[:_MOST_FAULTS]))


def _faults_of_seal(seal: Row[Any], tenant_id: str, keys: AuditKeys | None) -> Iterator[str]:
    if seal.hash is None:
        yield f"row {seal.seq} was sealed and is missing"
    elif keys is not None:
        secret = keys.secrets.get(seal.key_id)
        if secret is None:
            yield f"row {seal.seq} is sealed with the key {seal.key_id}, which was not given"
        elif not hmac.compare_digest(seal.mac, seal_of(secret, tenant_id, seal.seq, seal.hash)):
            yield f"row {seal.seq} is not what was sealed"
