"""HEAD, answered like GET: the server sends the head of the answer and leaves its body out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["HeadAsGet", "as_get"]


def as_get(scope: Scope) -> Scope:
    """The same request as a GET where it is a HEAD; the server leaves the body of its answer out."""
    return {**scope, "method": "GET"} if scope.get("method") == "HEAD" else scope


class HeadAsGet:
    """An application that knows GET only, with answers to HEAD."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(as_get(scope), receive, send)
