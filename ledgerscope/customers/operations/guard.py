"""What reading takes: the permission is asked for before the database is."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Protocol, TypeVar

from ledgerscope.customers.operations.given import fault_of_content

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.customers.access.permissions import Permission
    from ledgerscope.customers.decision import Refused
    from ledgerscope.customers.operations.operations import Operations

__all__ = ["takes"]


class _OfOperations(Protocol):
    _operations: Operations


Owner = TypeVar("Owner", bound=_OfOperations)
Given = ParamSpec("Given")
Result = TypeVar("Result")


def takes(
    permission: Permission,
) -> Callable[
    [Callable[Concatenate[Owner, Given], Result]], Callable[Concatenate[Owner, Given], Result | Refused]
]:
    """Refuse a method that reads to a caller without the permission, or with texts that no row can hold."""

    def guard(
        method: Callable[Concatenate[Owner, Given], Result],
    ) -> Callable[Concatenate[Owner, Given], Result | Refused]:
        @wraps(method)
        def guarded(self: Owner, /, *given: Given.args, **named: Given.kwargs) -> Result | Refused:
            refused = self._operations.caller.lacks(permission) or fault_of_content([*given, named])
            return method(self, *given, **named) if refused is None else refused

        return guarded

    return guard
