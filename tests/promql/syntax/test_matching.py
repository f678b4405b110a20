from __future__ import annotations

import pytest

from ledgerscope.promql.syntax.ast import Matcher
from ledgerscope.promql.syntax.matching import matches
from ledgerscope.promql.syntax.operators import MatchOp


@pytest.mark.parametrize(
    ("op", "wanted", "accepted", "refused"),
    [
        (MatchOp.EQUAL, "a", "a", "b"),
        (MatchOp.NOT_EQUAL, "a", "b", "a"),
        (MatchOp.REGEX, "a.*", "abc", "ba"),
        (MatchOp.NOT_REGEX, "a.*", "ba", "abc"),
        (MatchOp.EQUAL, "", "", "a"),  # a label that is absent counts as empty
    ],
)
def test_a_matcher_accepts_and_refuses(op: MatchOp, wanted: str, accepted: str, refused: str) -> None:
    matcher = Matcher("job", op, wanted)
    assert matches(matcher, accepted)
    assert not matches(matcher, refused)
