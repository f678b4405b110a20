from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.fuzz_promql import READERS, one
from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.regex.translate import compile_anchored
from ledgerscope.promql.series.notation import parse_series
from ledgerscope.promql.syntax.parser import parse

if TYPE_CHECKING:
    from collections.abc import Callable


def outcome(read: Callable[[str], object], text: str) -> str:
    try:
        read(text)
    except PromQLError as error:
        return "refused" if str(error) else "refused without a word"
    return "read"


@pytest.mark.parametrize("reader", READERS)
def test_random_and_damaged_text_meets_only_errors_of_ours(reader: str) -> None:
    rng = Random(20_240_229)
    accepted = sum(one(rng, reader) for _ in range(400))
    assert 0 < accepted < 400


@settings(max_examples=200)
@given(st.text())
def test_any_text_at_all_meets_only_errors_of_ours(text: str) -> None:
    outcomes = {outcome(read, text) for read in (parse, parse_series, compile_anchored)}
    assert outcomes <= {"read", "refused"}
