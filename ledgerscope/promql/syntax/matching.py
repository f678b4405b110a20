"""Whether a label value satisfies a matcher; the one place where matchers meet values."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ledgerscope.promql.regex.translate import compile_anchored
from ledgerscope.promql.syntax.operators import MatchOp

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.promql.syntax.ast import Matcher

_CACHED = 4096


def matches(matcher: Matcher, value: str) -> bool:
    """Whether a label with this value (empty if absent) satisfies the matcher."""
    return predicate(matcher.op, matcher.value, dot_all=matcher.dot_all)(value)


@lru_cache(maxsize=_CACHED)
def predicate(op: MatchOp, wanted: str, *, dot_all: bool = True) -> Callable[[str], bool]:
    """The test a matcher makes, compiled once. Raises RegexError for a bad pattern."""
    if op is MatchOp.EQUAL:
        return wanted.__eq__
    if op is MatchOp.NOT_EQUAL:
        return wanted.__ne__
    accepts = compile_anchored(wanted, dot_all=dot_all)
    if op is MatchOp.REGEX:
        return accepts
    return lambda value: not accepts(value)
