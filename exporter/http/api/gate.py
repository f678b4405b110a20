"""What every request under `/api` passes first, whether its address exists or not.

Nothing behind it is reached without a valid token. In this order: the token, the limit of the network
address, the limit of the user. Requests without a valid token have a limit of their own for each address, so
that whoever sends junk locks out nobody who shares the address. Around all of it requests are counted,
timed and logged, every answer gets its headers, and what nobody foresaw becomes a problem that says nothing
of the inside.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.routing import compile_path

from exporter.http.api.asked import State
from exporter.http.api.authorization import principal_of
from exporter.http.api.problems import Kind, Problem
from exporter.http.api.rate_limits import address_key, principal_key
from exporter.http.api.refusals import Refusals
from exporter.http.api.request_log import log_request
from exporter.http.head import as_get
from ledgerscope.catalogue.api import OPERATIONS, UNKNOWN_ROUTE
from ledgerscope.logs import correlated

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.types import ASGIApp, Message, Receive, Scope, Send
    from structlog.typing import FilteringBoundLogger

    from exporter.http.api.rate_limits import Limits, RateLimit
    from exporter.http.api.service import Service
    from exporter.reporting.request_metrics import RequestMetrics
    from ledgerscope.customers.access.tokens import Rejected, TokenReader

__all__ = ["Gate"]

_HEADERS: Final = {"Cache-Control": "no-store"}
"""Answers hold personal data."""
_ROUTES: Final = tuple((compile_path(route)[0], route) for route in OPERATIONS)


class Gate:
    """Lets requests in to an application; anything else is answered here."""

    def __init__(
        self,
        app: ASGIApp,
        service: Service,
        reader: TokenReader,
        limits: Limits,
        requests: RequestMetrics,
        clock: Callable[[], datetime],
        log: FilteringBoundLogger,
    ) -> None:
        self._app = app
        self._service = service
        self._reader = reader
        self._limits = limits
        self._requests = requests
        self._clock = clock
        self._log = log
        self._refusals = Refusals(log)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = _Reply(send)
        with correlated(reply.request_id):
            await self._answer(scope, receive, reply)

    async def _answer(self, scope: Scope, receive: Receive, reply: _Reply) -> None:
        begun, route = monotonic(), _route_of(scope["path"])
        try:
            problem = self._admit(scope, receive, reply, _instance_of(route))
            answer: ASGIApp = self._app if problem is None else problem.response(_instance_of(route))
            await answer(as_get(scope), receive, reply)
        except Exception:  # noqa: BLE001 - the boundary where a failure becomes an answer
            self._log.exception("request of the api failed", route=route, request_id=reply.request_id)
            if not reply.begun:
                await Problem(Kind.INTERNAL).response(_instance_of(route))(scope, receive, reply)
        finally:
            took = monotonic() - begun
            self._requests.note(scope["method"], route, reply.status, took, admitted=reply.admitted)
            log_request(self._log, scope["method"], route, reply.status, took, reply.request_id)

    def _admit(self, scope: Scope, receive: Receive, reply: _Reply, instance: str) -> Problem | None:
        address = address_key(scope.get("client"))
        principal = principal_of(scope["headers"], self._reader, self._clock(), self._rejected)
        if isinstance(principal, Problem):
            return _counted(reply, self._limits.without_token, address) or principal
        refused = _counted(reply, self._limits.address, address) or _counted(
            reply, self._limits.user, principal_key(principal)
        )
        if refused is not None:
            return refused
        reply.admitted = True
        scope.setdefault("state", {})["asked"] = State(self._service, principal, instance, receive)
        return None

    def _rejected(self, token: Rejected) -> None:
        self._refusals.note(token, monotonic())


class _Reply:
    """Sends an answer with the headers that all answers have, and remembers how it went."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False
        self.admitted = False
        self.status = Kind.INTERNAL.status
        self.request_id = uuid4().hex
        self.headers = {**_HEADERS, "X-Request-ID": self.request_id}

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun, self.status = True, message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in self.headers.items():
                headers.setdefault(name, value)
        await self._send(message)


def _counted(reply: _Reply, limit: RateLimit, key: str) -> Problem | None:
    """Count a request: its answer tells what is left, or is a refusal."""
    share = limit.take(key)
    if isinstance(share, Problem):
        return share
    reply.headers |= share
    return None


def _route_of(path: str) -> str:
    """The template of an address; `unknown` where there is none."""
    return next((route for pattern, route in _ROUTES if pattern.match(path)), UNKNOWN_ROUTE)


def _instance_of(route: str) -> str:
    """The address of a problem: a dash stands for each identifier, `/api` for what is no route."""
    if route == UNKNOWN_ROUTE:
        return "/api"
    return "/".join("-" if part.startswith("{") else part for part in route.split("/"))
