"""Reading around data that cannot be used: the companies that have it are left out, all others are read.

A run reads all companies at once. Only when that fails because of data are they read by halves, and the
halves that fail again by their halves, until each failing company is alone. What failed last time is read
apart from the start, so that a lasting fault costs one query more, not a search in every run.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from collectors.errors import UnusableData
from ledgerscope.catalogue import UnknownLabelValue
from ledgerscope.store.errors import InvalidData

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sqlalchemy import Connection

    from collectors.companies import Companies

__all__ = ["by_company", "protected", "reason_of"]

T = TypeVar("T")

_MAYBE_OURS: Final = (TypeError, ValueError, LookupError)
"""What a null or a strange value of a foreign view causes, and a mistake of ours too."""


def reason_of(error: BaseException) -> str | None:
    """Why a company cannot be read, without any value of its data; None when data is not the reason."""
    match error:
        case UnknownLabelValue():
            return f"{error.metric}: a value of label {error.label} that the catalogue does not list"
        case InvalidData():
            return f"{error.condition} (SQLSTATE {error.sqlstate})" if error.sqlstate else error.condition
        case UnusableData():
            return str(error)
        case ArithmeticError() | TypeError() | ValueError() | LookupError():
            return f"a value that cannot be computed with ({type(error).__name__})"
        case _:
            return None


def protected(connection: Connection, read: Callable[[], T]) -> T:
    """The result of `read`; when it fails because of data, the transaction goes on as if it had not begun."""
    savepoint = connection.begin_nested()
    try:
        result = read()
    except Exception as error:
        if reason_of(error) is not None:
            savepoint.rollback()
        raise
    savepoint.commit()
    return result


def by_company(
    connection: Connection,
    companies: Companies,
    read: Callable[[Companies], T],
    apart: Collection[str] = (),
) -> tuple[list[T], dict[str, str]]:
    """What `read` returns for parts that make up all readable companies, and why the others are not.

    `apart` are companies that are read alone from the start. Errors that are not about data are raised, and
    so is one that may be a mistake of ours if no company at all can be read.
    """
    done: list[T] = []
    failed: dict[str, str] = {}
    doubtful: Exception | None = None
    waiting = [*companies.alone(apart), companies.without(apart)]
    while waiting:
        part = waiting.pop()
        if companies.listed and not part.listed:
            continue
        try:
            done.append(protected(connection, partial(read, part)))
        except Exception as error:
            reason = reason_of(error)
            if reason is None or not part.listed:
                raise
            doubtful = error if isinstance(error, _MAYBE_OURS) else doubtful
            if len(part.listed) == 1:
                failed[part.listed[0].tenant_id] = reason
            else:
                waiting += part.halves()
    if doubtful is not None and not done:
        raise doubtful
    return done, failed
