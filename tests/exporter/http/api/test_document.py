"""The OpenAPI document and the server agree: schemathesis looks for a request that shows otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import schemathesis
from hypothesis import HealthCheck, settings

from exporter.http.api.application import create_routes
from tests.exporter.http.api.conftest import token
from tests.thoroughness import tries

if TYPE_CHECKING:
    from tests.exporter.http.api.conftest import Books, Client

DOCUMENT = create_routes().openapi()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)


@SCHEMA.hook
def filter_query(_context: schemathesis.HookContext, query: dict[str, Any] | None) -> bool:
    """A parameter that is an empty list is not sent at all, so that nothing is wrong with the request."""
    return all(value not in ([], {}) for value in (query or {}).values())


@SCHEMA.parametrize()
@settings(
    max_examples=tries(4, thorough=300),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_the_document_says(
    case: schemathesis.Case[Any], client: Client, books: Books
) -> None:
    bearer = token(roles=["platform-administrator"])
    case.call_and_validate(base_url=client.url, headers={"Authorization": f"Bearer {bearer}"})
