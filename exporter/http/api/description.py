"""The OpenAPI document: what the framework knows of the routes, and what every one of them has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi.openapi.utils import get_openapi

from exporter.http.api.examples import EXAMPLES
from exporter.http.api.problems import MEDIA_TYPE, Kind
from ledgerscope import __version__

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["describe"]

_SCHEME: Final = "bearer"
_LIMIT_HEADERS: Final = {
    "RateLimit-Policy": "The limit: its name, how many requests (q), in how many seconds (w).",
    "RateLimit": "What is left of it: requests (r), and the seconds until there is more (t).",
}
_CHALLENGE: Final = {"WWW-Authenticate": "How to authenticate, and what was wrong with the token (RFC 6750)."}
_RETRY: Final = {"Retry-After": "In how many seconds to ask again."}
_OWN_HEADERS: Final[dict[Kind, dict[str, str]]] = {
    Kind.UNAUTHENTICATED: _CHALLENGE,
    Kind.FORBIDDEN: _CHALLENGE | _LIMIT_HEADERS,
    Kind.TOO_MANY_REQUESTS: _RETRY | _LIMIT_HEADERS,
    Kind.UNAVAILABLE: _RETRY | _LIMIT_HEADERS,
}
_OF_EVERY_OPERATION: Final = (
    Kind.BAD_REQUEST,
    Kind.UNAUTHENTICATED,
    Kind.FORBIDDEN,
    Kind.NOT_FOUND,
    Kind.INVALID,
    Kind.TOO_MANY_REQUESTS,
    Kind.INTERNAL,
    Kind.UNAVAILABLE,
)
_PROBLEM: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "What is wrong (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "The kind of problem; it stays as it is."},
        "title": {"type": "string", "description": "The same for people."},
        "status": {"type": "integer", "description": "The status of the answer."},
        "detail": {"type": "string", "description": "What is wrong this time, and what would be right."},
        "instance": {
            "type": "string",
            "format": "uri-reference",
            "description": "What was asked for, with a dash in place of identifiers.",
        },
        "errors": {
            "type": "array",
            "description": "The parts of the request that are not valid.",
            "items": {
                "type": "object",
                "required": ["in", "name", "detail"],
                "properties": {
                    "in": {"type": "string", "description": "Where it stands: path or query."},
                    "name": {"type": "string", "description": "The name of the parameter."},
                    "detail": {"type": "string", "description": "What is wrong with it."},
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}


def describe(app: FastAPI) -> None:
    """Let the application describe itself so from now on."""
    made: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not made:
            made.update(_document(app))
        return made

    app.openapi = openapi  # type: ignore[method-assign]  # the framework's documented way


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=__version__, routes=app.routes)
    components = document["components"]
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    for name, example in EXAMPLES.items():
        components["schemas"][name]["examples"] = [example]
    components["schemas"]["Problem"] = _PROBLEM
    components["responses"] = {_component(kind): _response(kind) for kind in _OF_EVERY_OPERATION}
    components["securitySchemes"] = {
        _SCHEME: {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A token of an issuer that is set up; it names the company and the roles.",
        }
    }
    for methods in document["paths"].values():
        for operation in methods.values():
            _complete(operation, components["schemas"])
    return document


def _complete(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """What every operation has in common."""
    operation["security"] = [{_SCHEME: []}]
    answer = operation["responses"]["200"]
    name = answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    answer |= {"description": schemas[name]["description"], "headers": _headers(_LIMIT_HEADERS)}
    operation["responses"] = {"200": answer} | {
        str(kind.status): {"$ref": f"#/components/responses/{_component(kind)}"}
        for kind in _OF_EVERY_OPERATION
    }
    for parameter in operation.get("parameters", ()):
        _without_null(parameter)


def _without_null(parameter: dict[str, Any]) -> None:
    """A parameter that may be left out is no parameter that may be null: an address has no null."""
    schema = parameter["schema"]
    alternatives = [each for each in schema.pop("anyOf", ()) if each != {"type": "null"}]
    for each in alternatives:
        schema.update({name: value for name, value in each.items() if name not in schema})
    schema.pop("title", None)


def _component(kind: Kind) -> str:
    return kind.name.title().replace("_", "")


def _response(kind: Kind) -> dict[str, Any]:
    example: dict[str, Any] = {
        "type": kind.type,
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail,
        "instance": "/api/v1/customers/-",
    }
    if kind is Kind.INVALID:
        wrong = "Input should be less than or equal to 20"
        example["errors"] = [{"in": "query", "name": "recent_interactions_limit", "detail": wrong}]
    schema = {"$ref": "#/components/schemas/Problem"}
    found: dict[str, Any] = {
        "description": kind.detail,
        "content": {MEDIA_TYPE: {"schema": schema, "example": example}},
    }
    if kind in _OWN_HEADERS:
        found["headers"] = _headers(_OWN_HEADERS[kind])
    return found


def _headers(meanings: dict[str, str]) -> dict[str, Any]:
    return {
        name: {"description": meaning, "schema": {"type": "string"}} for name, meaning in meanings.items()
    }
