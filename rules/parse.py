"""The one door through which this package and the boards reach the PromQL parser."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.syntax.parser import parse as parse_promql
from rules.errors import UnparsableExpression

if TYPE_CHECKING:
    from ledgerscope.promql.syntax.ast import Expr

__all__ = ["parse"]


@cache
def parse(text: str) -> Expr:
    """The tree of the expression; raises UnparsableExpression with the place of the mistake."""
    try:
        return parse_promql(text)
    except PromQLError as error:
        raise UnparsableExpression(text, str(error)) from error
