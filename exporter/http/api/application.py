"""The API put together: routes, gate, and what becomes of everything that is wrong with a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from exporter.http.api import analytics, customers
from exporter.http.api.asked import ProblemRaised, State
from exporter.http.api.description import describe
from exporter.http.api.gate import Gate
from exporter.http.api.problems import FieldError, Kind, Problem
from exporter.http.api.rate_limits import Limits
from exporter.runtime import utc_now
from exporter.settings.issuers import issuers_of
from ledgerscope.customers.access.tokens import TokenReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send
    from structlog.typing import FilteringBoundLogger

    from exporter.http.api.service import Service
    from exporter.reporting.health import ApiHealth
    from exporter.reporting.request_metrics import RequestMetrics
    from exporter.settings.model import ExporterSettings
    from ledgerscope.customers.access.issuers import Issuer

__all__ = ["Api", "create_api", "create_routes"]

_KINDS: Final = {kind.status: kind for kind in Kind}
_ALLOWED: Final = {Kind.METHOD_NOT_ALLOWED: {"Allow": "GET, HEAD"}}
"""The routes know GET only; the gate answers HEAD with it."""
_TITLE: Final = "Ledgerscope API"


class Api:
    """An ASGI application for everything under `/api`, with its description."""

    def __init__(self, app: FastAPI, gate: ASGIApp, service: Service) -> None:
        self._app = app
        self._gate = gate
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._gate(scope, receive, send)

    def health(self) -> ApiHealth:
        """How the database of the API is, as it was found last."""
        return self._service.health

    def description(self) -> dict[str, Any]:
        """The OpenAPI document of the API."""
        return self._app.openapi()


def create_api(
    service: Service,
    settings: ExporterSettings,
    requests: RequestMetrics,
    log: FilteringBoundLogger,
    *,
    clock: Callable[[], datetime] = utc_now,
    further: Iterable[Issuer] = (),
) -> Api:
    """The API for tokens of the issuers of the settings, and of `further` ones; raises UnusableIssuer."""
    app = create_routes()
    reader = TokenReader((*issuers_of(settings.api.issuers), *further))
    limits = Limits.of(settings.api.requests_per_minute_from_address, settings.api.requests_per_minute)
    gate = Gate(app, service, reader, limits, requests, clock, log)
    return Api(app, _behind(gate, settings.api.trusted_proxies), service)


def _behind(gate: Gate, proxies: Sequence[str]) -> ASGIApp:
    """The gate, told by these proxies whom they ask for; whoever else names an address is not believed."""
    if not proxies:
        return gate
    return cast("ASGIApp", ProxyHeadersMiddleware(cast("Any", gate), [*proxies]))  # its types are narrower


def create_routes() -> FastAPI:
    """The routes with their description, and nothing in front of them."""
    app = FastAPI(title=_TITLE, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    for router in (analytics.router, customers.router):
        app.include_router(router)
    for error, handler in _HANDLERS.items():
        app.add_exception_handler(error, handler)
    describe(app)
    return app


async def _raised(request: Request, error: ProblemRaised) -> Response:
    return _response(request, error.problem)


async def _refused(request: Request, error: HTTPException) -> Response:
    """What the framework refuses: an address or a method that does not exist."""
    kind = _KINDS.get(error.status_code, Kind.BAD_REQUEST)
    headers = {**(error.headers or {}), **_ALLOWED.get(kind, {})}
    return _response(request, Problem(kind, headers=headers))


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    """Parameters out of their bounds; their values are not repeated."""
    errors = tuple(_field_error(each["loc"], each["msg"]) for each in error.errors())
    return _response(request, Problem(Kind.INVALID, errors=errors))


async def _failed(request: Request, _error: Exception) -> Response:
    """What nobody foresaw; the gate writes it to the log."""
    return _response(request, Problem(Kind.INTERNAL))


_HANDLERS: Final[dict[type[Exception], Callable[[Request, Any], Any]]] = {
    ProblemRaised: _raised,
    HTTPException: _refused,
    RequestValidationError: _invalid,
    Exception: _failed,
}


def _field_error(place: Sequence[str | int], message: str) -> FieldError:
    where, *names = map(str, place)
    return FieldError(where, ".".join(names), message.removeprefix("Value error, "))


def _response(request: Request, problem: Problem) -> Response:
    asked: State = request.state.asked
    return problem.response(asked.instance)
