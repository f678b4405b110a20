"""What the worker asks of an outside system: one reading of all workflows of a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from ledgerscope.customers.operations import Operations
    from ledgerscope.customers.zuora import Workflow
    from ledgerscope.store.records import Id

__all__ = ["Feed", "Outside"]


class Feed(Protocol):
    """The workflows of one customer, read as they are asked for. Whatever fails raises ZuoraError."""

    @property
    def calls(self) -> int:
        """Requests sent so far."""
        ...

    def workflows(self) -> Iterator[Workflow]:
        """Every workflow once."""
        ...


class Outside(Protocol):
    """Opens the feed of a customer; raises ZuoraError where it has no credential that can be read."""

    def __call__(self, operations: Operations, customer_id: Id, /) -> AbstractContextManager[Feed]: ...
