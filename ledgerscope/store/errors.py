"""What can go wrong between us and PostgreSQL, as one small tree; driver errors are mapped here only.

StoreError
├── Unreachable        no connection, or it broke: network, shut-down, refused login, unknown database
├── Exhausted          the server has no connection, memory or disk left
├── MissingRight       the role may not do this
├── MissingRelation    a table, view, column, function or schema is not there
├── OldSchema          the schema is of another version than this program
├── Interrupted
│   ├── Timeout        a statement or idle deadline ended it
│   │   └── Locked     others held what it needs for longer than it may wait; running it again may succeed
│   └── Cancelled      somebody cancelled it
├── Contended          lost against a concurrent transaction; running it again may succeed
├── SnapshotGone       the transaction that exported the snapshot has ended
├── InvalidData        a value cannot be read or computed with: overflow, infinite date, malformed text
├── Refused            the data breaks a constraint
│   └── AppendOnly     an attempt to change what is only ever added to
├── RowVanished        a row that was to be changed is not there
├── ReadOnly           a write inside a read-only transaction
├── EmbeddedFailed     the embedded server cannot be had
└── StoreFault         anything else: a fault of ours
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import psycopg

if TYPE_CHECKING:
    from collections.abc import Mapping


class StoreError(Exception):
    """What the server or the driver said, without passwords and without parameter values."""

    def __init__(self, message: str, sqlstate: str | None = None) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


class Unreachable(StoreError):
    """There is no usable connection to the server."""


class Exhausted(StoreError):
    """The server has run out of connections, memory or disk."""


class MissingRight(StoreError):
    """The role lacks a right; granting it fixes this."""


class MissingRelation(StoreError):
    """A relation, column, function or schema that we read does not exist."""


class OldSchema(StoreError):
    """The schema's version differs from the one this program was written for."""


class Interrupted(StoreError):
    """A statement was ended before it was done."""


class Timeout(Interrupted):
    """A deadline ended the statement."""


class Locked(Timeout):
    """Others held a lock for longer than the session waits; run the whole transaction again."""


class Cancelled(Interrupted):
    """Somebody, perhaps ourselves, cancelled the statement."""


class Contended(StoreError):
    """A concurrent transaction won; run the whole transaction again."""


class SnapshotGone(StoreError):
    """The transaction that exported the snapshot is over."""


class InvalidData(StoreError):
    """A stored value cannot be read or computed with. The message may repeat it, `condition` does not."""

    @property
    def condition(self) -> str:
        """What kind of error it is, in the words of the standard."""
        try:
            name = psycopg.errors.lookup(self.sqlstate or "").__name__
        except KeyError:
            return "a value that cannot be read"
        return re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()


class Refused(StoreError):
    """The data breaks a constraint of the schema."""


class AppendOnly(Refused):
    """Rows of this table are never changed or removed."""


class RowVanished(StoreError):
    """A row that was to be changed is not there, or the role may not see it."""

    def __init__(self, table: str, key: tuple[object, ...]) -> None:
        super().__init__(f"{table} has no row with the key {', '.join(map(str, key))} to change")


class ReadOnly(StoreError):
    """A write inside a transaction that only reads."""


class EmbeddedFailed(StoreError):
    """The embedded PostgreSQL is missing, in use, or did not start."""


class StoreFault(StoreError):
    """Not foreseen: most likely a fault of this program."""


BY_SQLSTATE: Final[Mapping[str, type[StoreError]]] = {
    "08": Unreachable,  # connection exceptions
    "21": InvalidData,  # several rows where one is expected
    "22": InvalidData,  # data exceptions
    "23": Refused,  # integrity constraint violations
    "25006": ReadOnly,
    "25P03": Timeout,  # idle in transaction
    "25P04": Timeout,  # transaction_timeout (since 17)
    "28": Unreachable,  # refused login
    "3D000": Unreachable,  # no such database
    "3F000": MissingRelation,  # no such schema
    "40": Contended,  # serialization failure, deadlock
    "42501": MissingRight,
    "42703": MissingRelation,  # column
    "42883": MissingRelation,  # function
    "42P01": MissingRelation,
    "53": Exhausted,
    "55P03": Locked,  # lock_timeout
    "57014": Cancelled,  # or a timeout: see `classify`
    "57P": Unreachable,  # shut-down, crash, starting up, database dropped
    "58": Exhausted,  # input or output failed
    "LS001": AppendOnly,
    "LS": Refused,  # our own triggers
}
"""SQLSTATE, or its beginning, to error; the longest match wins."""


BY_WORD: Final = (
    ("57014", "timeout", Timeout),  # else somebody cancelled
    ("22023", "snapshot", SnapshotGone),  # else some other invalid parameter; servers until 16
    ("42704", "snapshot", SnapshotGone),  # else some other undefined object; servers from 17
)
"""The few SQLSTATEs that mean several things, distinguished by a word of the message."""


def classify(sqlstate: str, message: str) -> type[StoreError]:
    """The error for a SQLSTATE; the text decides only where one code means several things."""
    for state, word, error in BY_WORD:
        if sqlstate == state and word in message:
            return error
    for length in (5, 3, 2):
        if (found := BY_SQLSTATE.get(sqlstate[:length])) is not None:
            return found
    return StoreFault


def from_driver(error: BaseException, *, secret: str | None = None) -> StoreError:
    """The `StoreError` for anything psycopg raises; `secret` is blotted out wherever the text repeats it."""
    if not isinstance(error, psycopg.Error):
        return StoreFault(_blot(f"{type(error).__name__}: {error}", secret))
    diagnosis = error.diag
    message = diagnosis.message_primary or _one_line(str(error))
    if diagnosis.message_hint:
        message = f"{message} ({diagnosis.message_hint})"
    message = _blot(message, secret)
    if error.sqlstate is not None:
        return classify(error.sqlstate, message)(message, error.sqlstate)
    if isinstance(error, psycopg.DataError):  # the driver cannot hold the value, as a date after 9999
        return InvalidData(message)
    # Without a SQLSTATE the server was never heard: the connection failed or broke.
    return (Unreachable if isinstance(error, psycopg.OperationalError) else StoreFault)(message)


def _one_line(text: str) -> str:
    return "; ".join(line.strip() for line in text.splitlines() if line.strip())


def _blot(text: str, secret: str | None) -> str:
    return text.replace(secret, "***") if secret else text
