"""The HTTP application: routes to what the runtime has ready.

`/metrics` is a plain ASGI route, because it is asked for all day and has to be thin; the others are ordinary
FastAPI routes. None of them touches the database; what is under `/api` does, on connections of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.datastructures import Headers
from starlette.routing import Route

from collectors.errors import UnknownCollector
from exporter.exposition.negotiation import choose_format, gzip_wanted
from exporter.http.docs_page import docs_page
from exporter.http.documents import merged
from exporter.http.head import HeadAsGet
from exporter.http.html import HEADERS
from exporter.http.index_page import index_page
from exporter.reporting.health import Health, Status
from exporter.reporting.scrape import Restriction
from ledgerscope import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from exporter.http.api.application import Api
    from exporter.reporting.scrape import Scrape
    from exporter.runtime import Exporter

__all__ = ["create_app"]

_NOT_OK = 503


def create_app(exporter: Exporter, api: Api | None = None) -> FastAPI:
    """The application that serves an exporter, and the API where there is one.

    Starting and stopping the exporter is its owner's task.
    """
    app = FastAPI(
        title="Ledgerscope exporter",
        version=__version__,
        docs_url=None,  # the framework's own page loads its scripts from the internet
        redoc_url=None,
        description="Business metrics from a customer and billing database, with their age and failures.",
    )
    app.router.routes.insert(0, Route("/metrics", _Metrics(exporter.scrape), include_in_schema=False))
    _add_routes(app, lambda: exporter.health(api.health() if api else None), exporter)
    app.add_middleware(HeadAsGet)
    if api is not None:
        _add_api(app, api)
    return app


def _add_api(app: FastAPI, api: Api) -> None:
    """Let the API answer for everything under `/api`, and be described with the rest."""
    own = app.openapi

    def openapi() -> dict[str, Any]:
        return merged(own(), api.description())

    app.openapi = openapi  # type: ignore[method-assign]  # the framework's documented way
    app.add_middleware(_UnderApi, api=api)


def _add_routes(app: FastAPI, health_now: Callable[[], Health], exporter: Exporter) -> None:
    # those of the health are no work: they take no thread, of which others may have taken the last

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    def index() -> HTMLResponse:
        return HTMLResponse(index_page(health_now(), __version__), headers=HEADERS)

    @app.get("/docs", response_class=HTMLResponse, include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(docs_page(app.openapi()), headers=HEADERS)

    @app.get("/metrics/json", summary="The metrics as JSON")
    def metrics_json() -> JSONResponse:
        return JSONResponse(exporter.json())

    @app.get("/health", summary="Every collector and the database; 503 where nothing can be served")
    async def health(response: Response) -> Health:
        found = health_now()
        response.status_code = _NOT_OK if found.status is Status.FAILING else 200
        return found

    @app.get("/health/live", summary="Whether the process does its work; restart it on 503")
    async def live() -> JSONResponse:
        return _answer(exporter.alive, "alive", "the scheduler has stopped")

    @app.get("/health/ready", summary="Whether the first values have been published")
    async def ready() -> JSONResponse:
        return _answer(exporter.ready, "ready", "the first collection is not finished yet")


def _answer(good: bool, word: str, otherwise: str) -> JSONResponse:  # the question's answer
    status = 200 if good else _NOT_OK
    return JSONResponse({"status": word if good else otherwise}, status_code=status)


class _UnderApi:
    """Hands what is under `/api` to the API, whether there is such an address or not."""

    def __init__(self, app: ASGIApp, api: Api) -> None:
        self._app = app
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        under = scope["type"] == "http" and f"{scope['path']}/".startswith("/api/")
        await (self._api if under else self._app)(scope, receive, send)


class _Metrics:
    """GET /metrics: negotiated format and encoding; `collect[]` and `name[]` restrict the page."""

    def __init__(self, scrape: Scrape) -> None:
        self._scrape = scrape

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            refusal = Response("use GET\n", status_code=405, headers={"Allow": "GET, HEAD"})
            await refusal(scope, receive, send)
            return
        headers = Headers(scope=scope)
        form = choose_format(headers.get("accept", ""))
        gzip = gzip_wanted(headers.get("accept-encoding", ""))
        try:
            query = scope["query_string"]
            body = (
                self._scrape.restricted(form, _restriction(query), gzip=gzip)
                if query
                else self._scrape.body(form, gzip=gzip)
            )
        except UnknownCollector as unknown:
            await Response(f"{unknown}\n", status_code=400)(scope, receive, send)
            return
        answer = [("content-type", form.content_type), ("vary", "Accept, Accept-Encoding")]
        if gzip:
            answer.append(("content-encoding", "gzip"))
        response = Response(body if scope["method"] == "GET" else b"", headers=dict(answer))
        response.headers["content-length"] = str(len(body))
        await response(scope, receive, send)


def _restriction(query: bytes) -> Restriction:
    given = parse_qs(query.decode("latin-1"))
    return Restriction(
        collectors=tuple(dict.fromkeys(given.get("collect[]", ()))), names=frozenset(given.get("name[]", ()))
    )
