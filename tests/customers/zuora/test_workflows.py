from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.customers.zuora import Workflow, ZuoraError
from ledgerscope.customers.zuora.workflows import read_page
from tests.customers.zuora.server import workflow

LAST: dict[str, Any] = {"page": 1, "page_length": 20}


def page(rows: object, pagination: object = LAST) -> bytes:
    return json.dumps({"data": rows, "pagination": pagination}).encode()


def test_a_workflow_is_read_as_zuora_shows_it() -> None:
    found = read_page(page([workflow(48)]))
    assert found.workflows == (
        Workflow(
            workflow_id="48", name="Workflow 48", state="Active", description="", version="0.0.1",
            triggers=("callout",), created_at="2025-05-31T14:52:38.171Z",
            updated_at="2025-06-03T21:02:26.694Z",
        ),
    )  # fmt: skip
    assert not found.more


def test_a_workflow_without_an_active_version_has_no_version() -> None:
    row = workflow(1) | {"active_version": None, "id": "w-1"}
    assert read_page(page([row])).workflows[0].version is None


def test_another_page_follows_where_its_address_is_given() -> None:
    assert read_page(page([], LAST | {"next_page": "https://rest.zuora.com/workflows?page=2"})).more


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        b"null",
        b"{}",
        page({}),
        page([], None),
        page([1]),
        page([], {"next_page": 7}),
        page([workflow(1) | {"id": None}]),
        page([workflow(1) | {"id": True}]),
        page([workflow(1) | {"id": 1.5}]),
        page([workflow(1) | {"id": -1}]),
        page([workflow(1) | {"id": 2**70}]),
        page([workflow(1) | {"status": ""}]),
        page([workflow(1) | {"status": ["Active"]}]),
        page([workflow(1) | {"name": "n" * 1001}]),
        page([workflow(1) | {"name": "nul\x00"}]),
        page([workflow(1) | {"name": "\ud800"}]),
        page([workflow(1) | {"active_version": "0.0.1"}]),
    ],
)
def test_what_is_no_page_of_workflows_is_an_error_that_shows_nothing_of_it(body: bytes) -> None:
    with pytest.raises(ZuoraError, match="is not a page of workflows") as failed:
        read_page(body)
    assert failed.value.error_class == "malformed"
    assert failed.value.__context__ is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(workflow(1))), _JSON)
def test_any_value_in_any_field_is_read_or_refused(field: str, value: Any) -> None:
    with suppress(ZuoraError):
        assert len(read_page(page([workflow(1) | {field: value}])).workflows) == 1
