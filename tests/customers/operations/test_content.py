"""Equal requests have equal hashes, whatever the order of their parts; others differ."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.customers.operations.content import content_hash

VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
CONTENTS = st.dictionaries(st.text(max_size=4), VALUES, max_size=4)


@given(content=CONTENTS)
def test_the_order_of_parts_does_not_matter(content: dict[str, object]) -> None:
    turned = dict(reversed(content.items()))
    assert content_hash("a", content) == content_hash("a", turned)


@given(left=CONTENTS, right=CONTENTS)
def test_other_contents_have_other_hashes(left: dict[str, object], right: dict[str, object]) -> None:
    same = repr(sorted(left.items())) == repr(sorted(right.items()))
    assert (content_hash("a", left) == content_hash("a", right)) is same


def test_the_action_is_a_part_of_the_request() -> None:
    assert content_hash("a", {}) != content_hash("b", {})


def test_every_decimal_has_a_hash_and_only_equal_ones_share_it() -> None:
    texts = ("1E+999999999999", "1E+9999999", "0.1", "NaN", "Infinity", "1" * 40, "1" * 39 + "2")
    assert len({content_hash("a", [Decimal(each)]) for each in texts}) == len(texts)
    assert content_hash("a", [Decimal("sNaN")])
    assert content_hash("a", [Decimal("1E+1")]) == content_hash("a", [Decimal("10.0")])


def test_dates_and_decimals_count_by_value() -> None:
    assert content_hash("a", [Decimal("1.50")]) == content_hash("a", [Decimal("1.5")])
    assert content_hash("a", [date(2026, 1, 1)]) != content_hash("a", [datetime(2026, 1, 1, tzinfo=UTC)])
    with pytest.raises(TypeError, match="object is no part of a request"):
        content_hash("a", object())
