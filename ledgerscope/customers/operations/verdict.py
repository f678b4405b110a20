"""What a request comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from ledgerscope.store.changes import Changes

__all__ = ["Verdict"]

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Verdict(Generic[Result]):
    """What a request changes, and what it returns: a frozen dataclass of plain values."""

    changes: Changes
    result: Result
