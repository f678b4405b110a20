"""The page at `/docs`: every address and what it answers, made from the application's own description.

Addresses that take parameters are told of one by one: what may be asked, what comes back, with an example.
What all of them have in common stands once.
"""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any, Final

from exporter.http.html import breakable, page, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Schema = Mapping[str, Any]

__all__ = ["docs_page"]

_METRICS = (
    (
        "/metrics",
        "The metrics for Prometheus: text or OpenMetrics, gzip or not, as the request accepts",
    ),
    ("/metrics?collect[]=NAME", "The metrics of one collector; may be repeated"),
    ("/metrics?name[]=NAME", "One metric family; may be repeated"),
)
_SCHEMA = ("/openapi.json", "This description for machines (OpenAPI)")
_ADDRESSES: Final = (("address", "code"), ("answer", "text"))
_PARAMETERS: Final = (("parameter", "code"), ("value", "text"), ("default", "text"), ("meaning", "text"))
_FIELDS: Final = (("field", "code"), ("value", "text"), ("meaning", "text"))
_PROBLEMS: Final = (("status", "number"), ("meaning", "text"))
_ACCESS: Final = (
    "<p>Addresses under <code>/api</code> take a token: <code>Authorization: Bearer TOKEN</code>. "
    "It names the company and the roles of whoever asks. Lists go on with the cursor that a page gives for "
    "the next one.</p>"
)


def docs_page(schema: Schema) -> str:
    """The HTML of the page for an OpenAPI schema."""
    operations = {path: methods["get"] for path, methods in schema["paths"].items()}
    described = [(path, operation["summary"]) for path, operation in operations.items()]
    secured = {path: operation for path, operation in operations.items() if "security" in operation}
    return page(
        "Addresses of the exporter",
        "<p>All of them answer GET.</p>",
        table(_ADDRESSES, [*_METRICS, *described, _SCHEMA]),
        *(_api(schema, secured) if secured else ()),
    )


def _api(schema: Schema, operations: Mapping[str, Schema]) -> Iterator[str]:
    yield "<h2>API</h2>"
    yield _ACCESS
    for path, operation in operations.items():
        yield from _operation(schema, path, operation)
    yield "<h2>What can go wrong</h2>"
    yield (
        "<p>Whatever is wrong comes back as <code>application/problem+json</code> (RFC 9457), "
        "with the parts of the request that are at fault as <code>errors</code>.</p>"
    )
    first = next(iter(operations.values()))
    yield table(_PROBLEMS, _problems(schema, first["responses"]))


def _operation(schema: Schema, path: str, operation: Schema) -> Iterator[str]:
    yield f"<h3><code>{breakable(path)}</code></h3>"
    answer = _resolved(schema, operation["responses"]["200"]["content"]["application/json"]["schema"])
    yield f"<p>{escape(operation['summary'])}. {_marked(operation.get('description', ''))}</p>"
    yield table(_PARAMETERS, [_parameter(each) for each in operation.get("parameters", ())])
    yield from _fields(schema, answer)
    for example in answer.get("examples", ()):
        text = json.dumps(example, indent=2, ensure_ascii=False)
        yield f"<details><summary>Example of an answer</summary><pre>{escape(text)}</pre></details>"


def _fields(schema: Schema, answer: Schema) -> Iterator[str]:
    """The fields of an object, and then those of the objects in each of its lists."""
    properties: Mapping[str, Schema] = answer.get("properties", {})
    if properties:
        yield table(_FIELDS, [_field(schema, *each) for each in properties.items()])
    for name, field in properties.items():
        item = _resolved(schema, _item_of(field))
        if "properties" in item:
            yield f"<h4>Each of <code>{breakable(name)}</code>:</h4>"
            yield from _fields(schema, item)


def _item_of(field: Schema) -> Schema:
    """What the items of a list are, which may be null as a whole; nothing where the field is none."""
    either: list[Schema] = [field, *field.get("anyOf", ())]
    return next((each["items"] for each in either if "items" in each), {})


def _parameter(parameter: Schema) -> tuple[str, str, str, str]:
    schema = parameter["schema"]
    default = "" if "default" not in schema else json.dumps(schema["default"]).strip('"')
    return (
        parameter["name"],
        _type(schema),
        "required" if parameter.get("required") else default,
        parameter.get("description", ""),
    )


def _field(schema: Schema, name: str, field: Schema) -> tuple[str, str, str]:
    return name, _type(_resolved(schema, field)), field.get("description", "")


def _problems(schema: Schema, responses: Mapping[str, Schema]) -> list[tuple[str, str]]:
    return sorted(
        (status, _resolved(schema, response)["description"])
        for status, response in responses.items()
        if status != "200"
    )


def _type(schema: Schema) -> str:
    """What may stand there, in words."""
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(schema["enum"])
    if "$ref" in schema:
        return "object"
    if schema.get("type") == "array":
        return "list"
    if "maximum" in schema:
        return f"{schema['minimum']} to {schema['maximum']}"
    return _WORDS.get((schema.get("type", ""), schema.get("format", "")), str(schema.get("type", "")))


_WORDS: Final[Mapping[tuple[str, str], str]] = {
    ("boolean", ""): "true or false",
    ("integer", ""): "whole number",
    ("number", ""): "number",
    ("string", ""): "text",
    ("string", "date"): "date",
    ("string", "date-time"): "instant",
    ("object", ""): "counts by name",
}


def _resolved(schema: Schema, part: Schema) -> Schema:
    """What a reference of the document refers to."""
    found: Any = schema
    if "$ref" not in part:
        return part
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return {**found, **{key: value for key, value in part.items() if key != "$ref"}}


def _marked(text: str) -> str:
    """A text with the names in it that stand between backquotes."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))
