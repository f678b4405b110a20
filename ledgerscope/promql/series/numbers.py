"""The numbers of series notation: decimal only, with a sign, as `x` repeats and cannot mean hexadecimal."""

from __future__ import annotations

import re

from ledgerscope.promql.errors import ParseError, Span
from ledgerscope.promql.text.numbers import NumberError, parse_number

FLOAT = re.compile(
    r"[-+]?(?:(?:[0-9][0-9_]*\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|(?:[iI][nN][fF]|[nN][aA][nN])(?![A-Za-z0-9_:]))"
)
"""A signed number, or Inf or NaN in any case; `infx3` is a word of its own, as in Prometheus."""


def to_float(text: str, span: Span, source: str) -> float:
    """The value of what `FLOAT` matched; `span` and `source` say where for an error."""
    sign, digits = ("-", text[1:]) if text[0] == "-" else ("", text.removeprefix("+"))
    try:
        value = parse_number(digits)
    except NumberError as error:
        raise ParseError(f"error parsing number: {error}", span, source) from None
    return -value if sign else value
