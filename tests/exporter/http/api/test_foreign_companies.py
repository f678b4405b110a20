"""Nobody gets anything of another company: every operation of the document is tried, new ones as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exporter.http.api.application import create_routes
from ledgerscope.customers.interactions import Interactions, NewInteraction
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from tests.exporter.http.api.conftest import token

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

    from tests.exporter.http.api.conftest import Books, Client

DOCUMENT = create_routes().openapi()
OPERATIONS = [
    pytest.param(path, operation, id=operation["operationId"])
    for path, methods in DOCUMENT["paths"].items()
    for operation in methods.values()
]
NOBODY = "0" * 32


def parameters(operation: dict[str, Any], where: str) -> dict[str, dict[str, Any]]:
    found = operation.get("parameters", ())
    return {each["name"]: each["schema"] for each in found if each["in"] == where}


def address(path: str, operation: dict[str, Any], customer: str) -> str:
    """The path with an identifier of a customer, and of anything else the first value there is."""
    for name, schema in parameters(operation, "path").items():
        path = path.replace(f"{{{name}}}", customer if name == "customer_id" else str(schema["enum"][0]))
    return path


def cursors(
    client: Client, path: str, operation: dict[str, Any], customer: str, bearer: str
) -> dict[str, str]:
    """What the pages of an operation give to go on with, by the names of the parameters that take it."""
    names = [name for name in parameters(operation, "query") if name.endswith("cursor")]
    limits: dict[str, Any] = {name: 1 for name in parameters(operation, "query") if name.endswith("limit")}
    page = client.get(address(path, operation, customer), bearer, **limits).json()
    given = [value for name, value in page.items() if "next" in name and value]
    assert len(given) == len(names), f"{path}: {page}"
    return dict(zip(names, given, strict=True))


def secrets_of_bolt(books: Books) -> tuple[str, ...]:
    return (books.customers["bolt"], "Customer of bolt", "bolt@x.example")


def assert_nothing_of_bolt(answer: requests.Response, books: Books) -> None:
    assert not [secret for secret in secrets_of_bolt(books) if secret in answer.text], answer.url


@pytest.fixture(scope="module")
def books(books: Books) -> Books:
    """With enough of everything for a second page."""
    for each, operations in (("acme", books.acme), ("bolt", books.bolt)):
        made = Customers(operations).create(NewCustomer(name=f"Customer of {each}, too"))
        assert isinstance(made, CreatedCustomer)
        Interactions(operations).log(made.customer_id, NewInteraction(type="call", subject=f"with {each}"))
    return books


@pytest.mark.parametrize(("path", "operation"), OPERATIONS)
def test_the_identifier_of_a_foreign_customer_is_answered_as_one_that_does_not_exist(
    client: Client, books: Books, path: str, operation: dict[str, Any]
) -> None:
    foreign, unknown = (
        client.get(address(path, operation, each)) for each in (books.customers["bolt"], NOBODY)
    )
    assert_nothing_of_bolt(foreign, books)
    if "customer_id" in parameters(operation, "path"):
        assert foreign.status_code == unknown.status_code == 404
        assert foreign.content == unknown.content
        hidden = {"x-request-id", "date", "ratelimit"}
        headers = [
            {name: value for name, value in each.headers.items() if name.lower() not in hidden}
            for each in (foreign, unknown)
        ]
        assert headers[0] == headers[1]


@pytest.mark.parametrize(("path", "operation"), OPERATIONS)
def test_the_name_of_a_foreign_company_opens_nothing_whether_it_exists_or_not(
    client: Client, books: Books, path: str, operation: dict[str, Any]
) -> None:
    asked = address(path, operation, books.customers["bolt"])
    for bearer in (token(roles=["administrator"]), token(roles=["viewer", "auditor"]), token(roles=[])):
        foreign, unknown = (
            client.get(asked, bearer, organization_id=each) for each in ("bolt", "no such company")
        )
        assert foreign.status_code == unknown.status_code == 403
        assert foreign.content == unknown.content
        assert_nothing_of_bolt(foreign, books)


@pytest.mark.parametrize(("path", "operation"), OPERATIONS)
def test_the_token_of_a_company_finds_what_is_its_own_only(
    client: Client, books: Books, path: str, operation: dict[str, Any]
) -> None:
    theirs = client.get(address(path, operation, books.customers["acme"]))
    assert theirs.status_code == 200
    assert_nothing_of_bolt(theirs, books)
    nowhere = client.get(address(path, operation, books.customers["bolt"]), token(organization_id="nowhere"))
    if operation["operationId"] != "segments":  # the same list for everybody
        assert nowhere.status_code == 404


@pytest.mark.parametrize(("path", "operation"), OPERATIONS)
def test_a_cursor_of_a_foreign_company_leads_to_nothing_of_it(
    client: Client, books: Books, path: str, operation: dict[str, Any]
) -> None:
    given = (
        cursors(client, path, operation, books.customers["bolt"], token(organization_id="bolt"))
        if any(name.endswith("cursor") for name in parameters(operation, "query"))
        else {}
    )
    answer = client.get(address(path, operation, books.customers["acme"]), **given)
    assert answer.status_code == 200
    assert_nothing_of_bolt(answer, books)


@pytest.mark.parametrize(("path", "operation"), OPERATIONS)
def test_no_filter_leads_to_a_foreign_company(
    client: Client, books: Books, path: str, operation: dict[str, Any]
) -> None:
    asked = address(path, operation, books.customers["acme"])
    for filters in filters_of(operation, books):
        answer = client.get(asked, **filters)
        assert answer.status_code == 200, answer.text
        assert_nothing_of_bolt(answer, books)


def filters_of(operation: dict[str, Any], books: Books) -> Iterator[dict[str, Any]]:
    """Every value of a closed list, both of a switch, and in texts what is known of the other company."""
    for name, schema in parameters(operation, "query").items():
        if name == "organization_id" or name.endswith("cursor"):
            continue
        values: tuple[Any, ...] = tuple(schema.get("enum", ()))
        if schema.get("type") == "boolean":
            values = ("true", "false")
        elif schema.get("type") == "integer":
            values = (schema["minimum"], schema["maximum"])
        elif not values:
            values = (*secrets_of_bolt(books), "bolt", "%", "' or true --")
        yield from ({name: value} for value in values)


def test_the_document_names_a_cursor_and_a_filter() -> None:
    names = {name for each in OPERATIONS for name in parameters(each.values[1], "query")}  # type: ignore[arg-type]  # pytest keeps them as objects
    assert {"cursor", "search", "status", "recent_activity_cursor", "organization_id"} <= names
