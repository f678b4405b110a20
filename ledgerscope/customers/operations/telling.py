"""What the log says about an operation: one line, with who asked, about whom, and how it ended.

Done and repeated requests are INFO, refused ones and breaches of a credit limit WARNING, failures ERROR;
those that are no fault of the program have their reason in place of a traceback. A line holds identifiers
only: no part of a request, and of a refusal its kind and field, not its words.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, Self

from ledgerscope.customers.decision import Refused
from ledgerscope.customers.operations.errors import UnknownCompany
from ledgerscope.domain.events import EventType
from ledgerscope.logs import correlation_id, get_logger
from ledgerscope.store.errors import Exhausted, Interrupted, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from ledgerscope.customers.operations.caller import Caller
    from ledgerscope.store.records import Event

__all__ = ["Telling", "Written"]

_LOG: Final = get_logger("operations")
_ENDED: Final[dict[str, tuple[int, str]]] = {
    EventType.CREDIT_LIMIT_BREACHED: (logging.WARNING, "Credit limit breached"),
    EventType.IMPORT_FAILED: (logging.ERROR, "Import failed"),
    EventType.STATEMENT_FAILED: (logging.ERROR, "Statement failed"),
}
"""What a request may come to that was carried out and is no success, by the event that it writes."""
_NO_FAULTS: Final[tuple[tuple[type[Exception], int], ...]] = (
    (UnknownCompany, logging.WARNING),
    (Interrupted, logging.WARNING),
    (Unreachable, logging.ERROR),
    (Exhausted, logging.ERROR),
)
"""What is no fault of the program: the first row whose type fits says how grave it is."""
_ENOUGH: Final = 2
"""Customers: with more than one, the line names none."""


@dataclass(slots=True)
class Written:
    """What one try of a request has written so far; its events only where somebody waits for them."""

    keeps_events: bool
    events: list[Event] = field(default_factory=list)
    customers: set[str] = field(default_factory=set)
    ended: tuple[int, str] | None = None
    repeated: bool = False

    def add(self, events: Iterable[Event]) -> None:
        """Events of the transaction, in their order."""
        for event in events:
            self.ended = _ENDED.get(event.event_type, self.ended)
            if event.customer_id is not None and len(self.customers) < _ENOUGH:
                self.customers.add(event.customer_id)
            if self.keeps_events:
                self.events.append(event)


class Telling:
    """A block that carries out an operation, about which a line is written at its end."""

    __slots__ = ("_began", "_caller", "_customer_id", "_operation", "result", "written")

    def __init__(self, caller: Caller, operation: str, customer_id: object = None) -> None:
        self._caller = caller
        self._operation = operation
        self._customer_id = customer_id
        self.written: Written | None = None
        self.result: object = None

    def __enter__(self) -> Self:
        self._began = perf_counter()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if error is None:
            self._tell()
        elif isinstance(error, Exception):
            self._tell_failure(error)

    def _tell(self) -> None:
        named, written = self._named(), self.written
        level, said, more = logging.INFO, named.capitalize(), {}
        if written is not None and written.ended is not None:
            level, said = written.ended[0], f"{written.ended[1]}: {named}"
        elif isinstance(refused := self.result, Refused):
            level, said = logging.WARNING, f"Refused: {named}"
            more = {"fault": str(refused.fault), "field": refused.field}
        elif written is not None and written.repeated:
            said = f"Repeated: {named}"
        _LOG.log(level, said, **self._context(), **more)

    def _tell_failure(self, error: Exception) -> None:
        level = next((level for kind, level in _NO_FAULTS if isinstance(error, kind)), None)
        more: dict[str, Any] = {"exc_info": error} if level is None else {"reason": str(error)}
        said = f"Failed: {self._named()}"
        _LOG.log(level or logging.ERROR, said, error=type(error).__name__, **more, **self._context())

    def _named(self) -> str:
        return self._operation.replace(".", " ").replace("_", " ")

    def _context(self) -> dict[str, Any]:
        found: dict[str, Any] = {"company_id": self._caller.tenant_id, "user_id": self._caller.actor}
        known = {"customer_id": self._customer(), "customer_number": _text_of(self.result, "customer_number")}
        found.update((name, value) for name, value in known.items() if value is not None)
        found["operation"] = self._operation
        found["source"] = self._caller.source
        found["duration_ms"] = round((perf_counter() - self._began) * 1000)
        found["correlation_id"] = correlation_id()
        return found

    def _customer(self) -> str | None:
        named = _text_of(self.result, "customer_id")
        if named is None and isinstance(self._customer_id, str):
            named = self._customer_id
        if named is None and self.written is not None and len(self.written.customers) == 1:
            (named,) = self.written.customers
        return named


def _text_of(result: object, name: str) -> str | None:
    value = getattr(result, name, None)
    return value if isinstance(value, str) else None
