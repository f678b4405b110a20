"""A cursor leads back to its place; whatever else is given is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.customers import Refused
from ledgerscope.customers.operations.cursors import read_cursor, write_cursor


@given(at=st.datetimes(timezones=st.just(UTC)), row_id=st.uuids())
def test_a_cursor_leads_back(at: datetime, row_id: object) -> None:
    place = at, str(row_id).replace("-", "")
    assert read_cursor(write_cursor(place)) == place


@given(text=st.text())
def test_no_text_breaks_it(text: str) -> None:
    read_cursor(text)


@pytest.mark.parametrize("cursor", ["", "é", "AAAA", "A" * 31, "A" * 33, "f" + "_" * 31, "A" * 31 + "!"])
def test_what_no_page_gave_is_refused(cursor: str) -> None:
    assert isinstance(read_cursor(cursor), Refused)
