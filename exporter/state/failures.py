"""Why a run failed, as one of a few classes that a label may hold, and what follows from each.

A table from errors to the catalogue's failure classes; nothing else in the exporter asks what kind an error
is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy.exc

from exporter.errors import InvalidReadings
from ledgerscope.store import errors as store

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Failure", "FailureClass", "classify", "describe"]


class FailureClass(StrEnum):
    """The values of the label `class`; `disabling` ones last until the database is changed."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    PERMISSION = "permission"
    SCHEMA = "schema"
    DATA = "data"
    INTERNAL = "internal"

    @property
    def disabling(self) -> bool:
        return self in {FailureClass.PERMISSION, FailureClass.SCHEMA}


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed run: its class, what was said, when, and whether the database answered at all."""

    kind: FailureClass
    message: str
    at: datetime
    answered: bool = True


_CLASSES: tuple[tuple[type[BaseException], FailureClass], ...] = (
    (store.Unreachable, FailureClass.UNREACHABLE),
    (store.Exhausted, FailureClass.UNREACHABLE),
    (store.SnapshotGone, FailureClass.UNREACHABLE),  # the exporting session broke while others imported
    (store.Interrupted, FailureClass.TIMEOUT),
    (sqlalchemy.exc.TimeoutError, FailureClass.TIMEOUT),  # the pool had no connection to give
    (store.MissingRight, FailureClass.PERMISSION),
    (store.MissingRelation, FailureClass.SCHEMA),
    (store.OldSchema, FailureClass.SCHEMA),
    (InvalidReadings, FailureClass.DATA),
    (Exception, FailureClass.INTERNAL),
)
"""The first row whose type fits decides."""


def classify(error: BaseException) -> FailureClass:
    """The class of an error."""
    return next(kind for error_type, kind in _CLASSES if isinstance(error, error_type))


def describe(error: BaseException) -> str:
    """The message for people: errors of the store speak for themselves, others need their type."""
    if isinstance(error, store.StoreError | InvalidReadings):
        return str(error)
    return f"{type(error).__name__}: {error}"
