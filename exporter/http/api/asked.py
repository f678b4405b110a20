"""A request that the gate has let in: who asks, and the service that answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeVar

from fastapi import Depends, Request

from exporter.http.api.problems import FieldError, Kind, Problem
from ledgerscope.customers.decision import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel
    from starlette.responses import Response
    from starlette.types import Receive

    from exporter.http.api.service import Service
    from ledgerscope.customers.access.principal import Principal
    from ledgerscope.customers.operations import Operations

__all__ = ["Asked", "ProblemRaised", "State"]

Found = TypeVar("Found")


class ProblemRaised(Exception):
    """Ends a route with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.kind.title)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class State:
    """What the gate gives along with a request; `instance` is its address in problems."""

    service: Service
    principal: Principal
    instance: str
    receive: Receive

    async def answer(
        self,
        organization_id: str | None,
        read: Callable[[Operations], Found | Refused],
        shown: Callable[[Found], BaseModel],
    ) -> Response:
        """What a read finds, as it is shown; raises ProblemRaised."""

        def reads(operations: Operations) -> BaseModel | Refused:
            found = read(operations)
            return found if isinstance(found, Refused) else shown(found)

        answer = await self.service.read(self.principal, organization_id, reads, self._left)
        if isinstance(answer, Problem):
            raise ProblemRaised(answer)
        return answer

    async def _left(self) -> None:
        """Wait until whoever asks has closed the connection."""
        while (await self.receive())["type"] != "http.disconnect":
            pass


async def _asked(request: Request) -> State:
    """What the gate has let in; parameters given twice are refused, since one value would not count."""
    counts = Counter(name for name, _ in request.query_params.multi_items())
    errors = [
        FieldError("query", name, f"It is given {count} times; give it once.")
        for name, count in counts.items()
        if count > 1
    ]
    if errors:
        raise ProblemRaised(Problem(Kind.INVALID, errors=errors))
    state: State = request.state.asked
    return state


Asked = Annotated[State, Depends(_asked)]
