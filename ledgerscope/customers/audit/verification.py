"""The proof of an audit log: its chain of hashes, and with keys every row against the seals on it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import text

from ledgerscope.customers.audit.content import LAST, Digest, Number, digest_of, stream, stream_rows
from ledgerscope.customers.audit.remarks import first_false_remark
from ledgerscope.customers.audit.seals import Head, Seal, seal_of
from ledgerscope.store.audit import first_break

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from ledgerscope.customers.audit.keys import AuditKeys

__all__ = ["Verification", "verify_log"]

_MOST_FAULTS: Final = 20
_ENDS: Final = text("""
    select (select count(*) from audit_log where tenant_id = :tenant) as rows,
           (select coalesce(max(seq), 0) from audit_log where tenant_id = :tenant) as last,
           (select coalesce(max(seq), 0) from audit_seal where tenant_id = :tenant) as sealed
""")
_SEALS: Final = text("""
    select seq, prev_seq, key_id, mac, trunc(extract(epoch from sealed_at) * 1000000)::text as sealed_at
    from audit_seal where tenant_id = :tenant order by seq
""")


@dataclass(frozen=True, slots=True)
class Verification:
    """What a proof found: how many rows there are, what was checked, and what is wrong.

    `checked` is `chain` without keys, which proves nothing against whoever can write to the tables, and
    `seals` with them. `sealed_to` is the row up to which valid seals vouch for every row: 0 where none does,
    None where seals were not checked. `head` is the last valid seal, to be kept outside the database.
    `unsealed` is the first row without a seal where nothing else is wrong. At most twenty faults are listed,
    the first ones.
    """

    rows: int
    checked: Literal["chain", "seals"]
    sealed_to: int | None
    head: Head | None
    unsealed: int | None
    faults: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def verify_log(
    connection: Connection, tenant_id: str, keys: AuditKeys | None, known: Head | None = None
) -> Verification:
    """Prove the log of a company, in a transaction with one snapshot; `known` is a head of an earlier proof.

    What it cannot find: what somebody wrote who has the keys, and, without `known`, that the log and its
    seals were cut off at the end.
    """
    broken = first_break(connection, tenant_id)
    faults = [] if broken is None else [f"row {broken} does not follow from the row before it"]
    if (false := first_false_remark(connection, tenant_id)) is not None:
        faults.append(f"the reason or comment of row {false} is not what was written, or is missing")
    if keys is None:
        return _chain_only(connection, tenant_id, faults)
    walk = _Walk(connection, tenant_id, keys)
    with stream(connection, _SEALS, tenant=tenant_id) as seals:
        for seal in seals:
            walk.pass_seal(seal, known)
            if len(walk.faults) > _MOST_FAULTS:
                break
    return walk.result(faults, known)


def _chain_only(connection: Connection, tenant_id: str, faults: list[str]) -> Verification:
    ends = connection.execute(_ENDS, {"tenant": tenant_id}).one()
    if ends.sealed > ends.last:
        faults.append(f"row {ends.sealed} was sealed and is missing")
    return Verification(ends.rows, "chain", None, None, None, tuple(faults))


class _Rows:
    """The rows of a log, read once in their order."""

    def __init__(self, connection: Connection, tenant_id: str) -> None:
        self._rows = iter(stream_rows(connection, tenant_id))
        self._next: Row[Any] | None = next(self._rows, None)
        self.passed = 0
        self.last = 0

    def digest(self, after: int, up_to: int) -> Digest:
        """Pass the rows up to one, with a digest over those after another."""
        digest = Digest()
        while self._next is not None and self._next.seq <= up_to:
            if self._next.seq > after:
                digest.add(self._next)
            self.passed += 1
            self.last = self._next.seq
            self._next = next(self._rows, None)
        return digest


class _Walk:
    """The rows of a log and the seals on it, side by side."""

    def __init__(self, connection: Connection, tenant_id: str, keys: AuditKeys) -> None:
        self._connection = connection
        self._tenant_id = tenant_id
        self._keys = keys
        self._rows = _Rows(connection, tenant_id)
        self._before: Head | None = None
        self._head: Head | None = None
        self._gaps: list[tuple[int, int]] = []
        self._known = False
        self.faults: list[str] = []

    def pass_seal(self, seal: Row[Any], known: Head | None) -> None:
        """Go on to the next seal."""
        end = 0 if self._before is None else self._before.seq
        fault = self._fault_of(seal, self._digest(seal, end))
        here = Head(seal.seq, seal.mac.hex())
        if fault is not None:
            self.faults.append(fault)
        else:
            self._cover(seal, end)
            self._head = here if not self.faults else self._head
            self._known = self._known or here == known
        self._before = here

    def result(self, faults: list[str], known: Head | None) -> Verification:
        """What was found, after the last seal."""
        end = 0 if self._before is None else self._before.seq
        self._rows.digest(LAST, LAST)
        if self._rows.last > end and len(self.faults) <= _MOST_FAULTS:
            self._gaps.append((end + 1, self._rows.last))
        faults += self.faults
        if known is not None and not self._known:
            said = f"row {known.seq} does not have the seal that was kept: the log was rewritten or cut off"
            faults.insert(0, said)
        first = self._gaps[0][0] if self._gaps else None
        adoptable = None if faults else first
        faults += (f"{_rows_named(*gap)} not sealed" for gap in self._gaps)
        proven = 0 if self._head is None else self._head.seq
        sealed_to = proven if first is None else min(proven, first - 1)
        shown = tuple(faults[:_MOST_FAULTS])
        return Verification(self._rows.passed, "seals", sealed_to, self._head, adoptable, shown)

    def _digest(self, seal: Row[Any], end: int) -> Digest:
        if seal.prev_seq >= end:
            return self._rows.digest(seal.prev_seq, seal.seq)
        self._rows.digest(LAST, seal.seq)  # it adopts rows that were passed already, so they are read again
        return digest_of(self._connection, self._tenant_id, seal.prev_seq, seal.seq)

    def _fault_of(self, seal: Row[Any], digest: Digest) -> str | None:
        if digest.end != seal.seq:
            return f"row {seal.seq} was sealed and is missing"
        secret = self._keys.secrets.get(seal.key_id)
        if secret is None:
            return f"row {seal.seq} is sealed with the key {seal.key_id}, which was not given"
        said = Seal(
            self._tenant_id, seal.prev_seq, seal.seq, Number(seal.sealed_at), self._before, digest.value
        )
        if digest.readable and hmac.compare_digest(seal.mac, seal_of(secret, said)):
            return None
        return (
            f"{_rows_named(seal.prev_seq + 1, seal.seq)} not what was sealed, or the seal before is missing"
        )

    def _cover(self, seal: Row[Any], end: int) -> None:
        """Rows between the seals are a gap; those that an adopting seal vouches for are one no longer."""
        if seal.prev_seq > end:
            self._gaps.append((end + 1, seal.prev_seq))
        else:
            left = ((first, min(last, seal.prev_seq)) for first, last in self._gaps)
            self._gaps = [gap for gap in left if gap[0] <= gap[1]]


def _rows_named(first: int, last: int) -> str:
    return f"row {last} is" if first >= last else f"rows {first} to {last} are"
