"""What happens for one request shares an identifier, however deep the calls go, in its threads too."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["correlated", "correlation_id", "in_this_context"]

Given = ParamSpec("Given")
Result = TypeVar("Result")

_CURRENT: Final[ContextVar[str | None]] = ContextVar("ledgerscope_correlation_id", default=None)


def correlation_id() -> str | None:
    """The identifier of what is going on; None outside of every request."""
    return _CURRENT.get()


@contextmanager
def correlated(given: str | None = None) -> Iterator[str]:
    """What is in the block has the identifier given, else that of the block around it, else a new one."""
    chosen = given or _CURRENT.get() or uuid4().hex
    before = _CURRENT.set(chosen)
    try:
        yield chosen
    finally:
        _CURRENT.reset(before)


def in_this_context(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """The function for another thread, where it has the identifier that it has here."""
    context = copy_context()

    def run(*given: Given.args, **named: Given.kwargs) -> Result:
        return context.copy().run(function, *given, **named)

    return run
