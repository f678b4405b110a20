"""Pages of workflows, as Zuora's `GET /workflows` answers; what looks different is refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from ledgerscope.customers.operations.given import is_storable
from ledgerscope.customers.zuora.errors import ZuoraError

__all__ = ["PAGE_LENGTH", "Workflow", "WorkflowPage", "read_page"]

PAGE_LENGTH: Final = 50
"""Workflows on a page: the most that Zuora gives."""
_LONGEST_TEXT: Final = 1000
_TRIGGERS: Final = ("callout", "ondemand", "scheduled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """A workflow definition. `state` is Zuora's word, as `Active`; `version` that of the active version.

    `triggers` are what starts it: `callout`, `ondemand`, `scheduled`. Dates are kept as Zuora writes them.
    """

    workflow_id: str
    name: str
    state: str
    description: str | None = None
    version: str | None = None
    triggers: tuple[str, ...] = ()
    interval: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


@dataclass(frozen=True, slots=True)
class WorkflowPage:
    """Workflows, and whether another page follows."""

    workflows: tuple[Workflow, ...]
    more: bool


def read_page(body: bytes) -> WorkflowPage:
    """The page in an answer; raises ZuoraError of the class `malformed`."""
    answer = _object(_parsed(body), "the answer")
    data, pagination = answer.get("data"), _object(answer.get("pagination"), "pagination")
    if not isinstance(data, list):
        raise _malformed("data: expected a list of workflows")
    following = pagination.get("next_page")
    if following is not None and not isinstance(following, str):
        raise _malformed("pagination.next_page: expected an address or null")
    return WorkflowPage(tuple(map(_workflow, data)), more=bool(following))


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        failure = _malformed("expected JSON")
    raise failure  # not within the handler: what JSON says of the answer is no part of the error


def _workflow(row: object) -> Workflow:
    given = _object(row, "a workflow")
    active = given.get("active_version")
    version = None if active is None else _object(active, "active_version").get("version")
    return Workflow(
        workflow_id=_identifier(given.get("id")),
        name=_text("name", given.get("name")) or "",
        state=_word("status", given.get("status")),
        description=_text("description", given.get("description")),
        version=_text("active_version.version", version),
        triggers=tuple(each for each in _TRIGGERS if given.get(f"{each}Trigger") is True),
        interval=_text("interval", given.get("interval")),
        created_at=_text("createdAt", given.get("createdAt")),
        updated_at=_text("updatedAt", given.get("updatedAt")),
    )


def _identifier(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63:
        return str(value)
    return _word("id", value)


def _word(field: str, value: object) -> str:
    text = _text(field, value)
    if not text:
        raise _malformed(f"{field}: missing from a workflow")
    return text


def _text(field: str, value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or not is_storable(value):
        raise _malformed(f"{field}: expected a text of up to {_LONGEST_TEXT} characters")
    return value


def _object(value: object, field: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _malformed(f"{field}: expected an object")
    return value


def _malformed(what: str) -> ZuoraError:
    return ZuoraError("malformed", f"the answer of Zuora is not a page of workflows: {what}")
