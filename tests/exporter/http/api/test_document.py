"""The OpenAPI document and the server agree: schemathesis looks for a request that shows otherwise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from exporter.http.api.application import create_routes
from exporter.http.api.examples import EXAMPLES
from tests.exporter.http.api.conftest import token
from tests.thoroughness import tries

if TYPE_CHECKING:
    from tests.exporter.http.api.conftest import Books, Client

DOCUMENT = create_routes().openapi()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_what_its_schema_allows(name: str) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(schema).validate(EXAMPLES[name])


def test_the_document_says_what_every_operation_has_in_common() -> None:
    for methods in DOCUMENT["paths"].values():
        for operation in methods.values():
            assert operation["security"] == [{"bearer": []}]
            assert list(operation["responses"]) == [
                "200",
                "400",
                "401",
                "403",
                "404",
                "422",
                "429",
                "500",
                "503",
            ]
            (answer,) = operation["responses"]["200"]["content"].values()
            assert answer["schema"]["$ref"].rpartition("/")[2] in EXAMPLES
            assert all("description" in each for each in operation["parameters"])
    assert DOCUMENT["components"]["securitySchemes"]["bearer"]["bearerFormat"] == "JWT"
    assert not [name for name in DOCUMENT["components"]["schemas"] if "Validation" in name]


def test_the_document_of_the_exporter_holds_that_of_the_api(client: Client) -> None:
    whole = client.get("/openapi.json").json()
    assert whole["openapi"].startswith("3.1")
    assert set(DOCUMENT["paths"]) | {"/health", "/metrics/json"} <= set(whole["paths"])
    page = client.get("/docs").text.replace("<wbr>", "")
    assert all(f"<code>{path}</code>" in page for path in DOCUMENT["paths"])
    assert not re.search(r"<script|//|@import|src=", page)


@SCHEMA.hook
def filter_query(_context: schemathesis.HookContext, query: dict[str, Any] | None) -> bool:
    """A parameter that is an empty list is not sent at all, so that nothing is wrong with the request."""
    return all(value not in ([], {}) for value in (query or {}).values())


@SCHEMA.parametrize()
@settings(
    max_examples=tries(4, thorough=100),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_the_document_says(
    case: schemathesis.Case[Any], client: Client, books: Books
) -> None:
    bearer = token(roles=["platform-administrator"])
    case.call_and_validate(base_url=client.url, headers={"Authorization": f"Bearer {bearer}"})


def test_the_page_tells_of_the_fields_of_every_item_of_a_list(client: Client) -> None:
    page = client.get("/docs", None).text
    schemas = client.schema["components"]["schemas"]
    for name in ("segments", "recent_interactions", "activity_timeline", "top_segments", "customers"):
        assert f"<h4>Each of <code>{name.replace('_', '_<wbr>')}</code>:</h4>" in page
    for schema in (
        "CustomerSegment",
        "RecentInteraction",
        "DayOfActivity",
        "SegmentSize",
        "Activity",
        "CustomerDetail",
    ):
        for field in schemas[schema]["properties"]:
            assert f'<td class="code">{field.replace("_", "_<wbr>")}' in page, field


def test_wide_tables_scroll_by_themselves_and_not_the_page(client: Client) -> None:
    page = client.get("/docs", None).text
    assert page.count("<table>") == page.count('<div class="wide" tabindex="0"><table>') > 10
    assert ".wide { overflow-x: auto }" in page
