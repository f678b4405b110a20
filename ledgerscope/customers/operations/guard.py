"""What reading takes: the permission is asked for before the database is."""

from __future__ import annotations

from functools import wraps
from inspect import signature
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Protocol, TypeVar

from ledgerscope.customers.operations.given import fault_of_content
from ledgerscope.customers.operations.telling import Telling
from ledgerscope.logs import correlated

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
    permission: Permission | None,
) -> Callable[
    [Callable[Concatenate[Owner, Given], Result]], Callable[Concatenate[Owner, Given], Result | Refused]
]:
    """Refuse a method that reads to a caller without the permission, or with texts that no row can hold.

    None: the method itself asks who may. Each call is a line of the log, named as `customers.get`.
    """

    def guard(
        method: Callable[Concatenate[Owner, Given], Result],
    ) -> Callable[Concatenate[Owner, Given], Result | Refused]:
        operation = method.__qualname__.lower()
        about_a_customer = next(iter(list(signature(method).parameters)[1:]), None) == "customer_id"

        @wraps(method)
        def guarded(self: Owner, /, *given: Given.args, **named: Given.kwargs) -> Result | Refused:
            caller = self._operations.caller
            customer = named.get("customer_id", given[0] if given and about_a_customer else None)
            with correlated(caller.correlation_id), Telling(caller, operation, customer) as telling:
                lacking = None if permission is None else caller.lacks(permission)
                refused = lacking or fault_of_content([*given, named])
                result = method(self, *given, **named) if refused is None else refused
                telling.result = result
                return result

        return guarded

    return guard
