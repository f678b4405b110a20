"""What goes wrong, as RFC 9457 describes it: one row per kind, and nothing of the inside.

`instance` is the address that was asked for, with a dash in place of identifiers. So the answers about a
record that does not exist and about one of another company are the same to the byte.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from ledgerscope.customers.decision import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledgerscope.customers.decision import Refused

__all__ = ["MEDIA_TYPE", "REALM", "FieldError", "Kind", "Problem", "problem_of"]

MEDIA_TYPE: Final = "application/problem+json"
_TYPE: Final = "urn:ledgerscope:problem:"
REALM: Final = 'Bearer realm="ledgerscope"'


class Kind(Enum):
    """A kind of problem: its status, its title, and what is said where nothing more is known."""

    BAD_REQUEST = (400, "Bad request", "The request cannot be read.")
    UNAUTHENTICATED = (401, "Not authenticated", "Send a valid token: Authorization: Bearer TOKEN")
    FORBIDDEN = (403, "Not allowed", "The roles of the token do not allow this.")
    NOT_FOUND = (404, "Not found", "There is nothing of this name or identifier in the company.")
    METHOD_NOT_ALLOWED = (405, "Method not allowed", "The address answers to another method.")
    CONFLICT = (409, "Conflict", "The state of what is named does not allow this.")
    INVALID = (422, "Invalid request", "Parts of the request are not valid.")
    TOO_MANY_REQUESTS = (
        429,
        "Too many requests",
        "Ask less often; Retry-After says in how many seconds again.",
    )
    INTERNAL = (500, "Internal error", "The program failed; its log has the reason, under the X-Request-ID.")
    UNAVAILABLE = (
        503,
        "Not available",
        "The database cannot be reached or did not answer in time, or the server is busy; try again later.",
    )

    def __init__(self, status: int, title: str, detail: str) -> None:
        self.status, self.title, self.detail = status, title, detail

    @property
    def type(self) -> str:
        """The identifier of the kind, which stays as it is."""
        return f"{_TYPE}{self.name.lower().replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class FieldError:
    """A part of the request that is not valid: where it stands (`query`, `path`), its name, what is wrong."""

    where: str
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of a request; `detail` in place of what its kind says, `headers` beside those of its kind."""

    kind: Kind
    detail: str | None = None
    errors: Sequence[FieldError] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, instance: str) -> Response:
        """The answer, for an address."""
        kind = self.kind
        detail, count = self.detail or kind.detail, len(self.errors)
        body: dict[str, object] = {
            "type": kind.type,
            "title": kind.title,
            "status": kind.status,
            "detail": f"{detail} The first {_MOST} of {count} are listed." if count > _MOST else detail,
            "instance": instance,
        }
        if self.errors:
            body["errors"] = [
                {"in": each.where, "name": _cut(each.name), "detail": each.detail}
                for each in self.errors[:_MOST]
            ]
        headers = {**_HEADERS.get(kind, {}), **self.headers}
        content = json.dumps(body, ensure_ascii=False).encode()
        return Response(content, kind.status, headers, MEDIA_TYPE)


_MOST: Final = 20
"""Errors that are listed, so that no request has an answer many times its size."""
_LONGEST: Final = 100


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


_HEADERS: Final[Mapping[Kind, Mapping[str, str]]] = {
    Kind.UNAUTHENTICATED: {"WWW-Authenticate": REALM},
    Kind.FORBIDDEN: {"WWW-Authenticate": f'{REALM}, error="insufficient_scope"'},
    Kind.UNAVAILABLE: {"Retry-After": "5"},
}
_KINDS: Final[Mapping[Fault, Kind]] = {
    Fault.INVALID: Kind.INVALID,
    Fault.NOT_FOUND: Kind.NOT_FOUND,
    Fault.CONFLICT: Kind.CONFLICT,
    Fault.FORBIDDEN: Kind.FORBIDDEN,
    Fault.UNAUTHENTICATED: Kind.UNAUTHENTICATED,
}


_NAMES_NOTHING: Final = frozenset({"cursor", "organization_id"})
"""Parameters that may be any text, but lead nowhere unless the text was given out before."""


def problem_of(refused: Refused) -> Problem:
    """The problem that a refusal of an operation is; what does not exist is told of in one way only."""
    kind = _KINDS[refused.fault]
    if kind is Kind.NOT_FOUND:
        return Problem(kind)
    if kind is Kind.INVALID and refused.field in _NAMES_NOTHING:
        return Problem(Kind.NOT_FOUND, refused.reason)
    if kind is Kind.INVALID:
        return Problem(kind, errors=(FieldError("query", refused.field or "", refused.reason),))
    return Problem(kind, refused.reason)
