"""The kinds of token PromQL text consists of, and the words and signs that spell them."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from ledgerscope.promql.errors import Span
from ledgerscope.promql.syntax.operators import AggregateOp
from ledgerscope.promql.text.quoting import quote


class Kind(Enum):
    """What a token is; the value is what an error message calls it."""

    ERROR = "error"
    EOF = "end of input"
    IDENTIFIER = "identifier"
    METRIC_IDENTIFIER = "metric identifier"
    STRING = "string"
    NUMBER = "number"
    DURATION = "duration"

    LEFT_PAREN = "("
    RIGHT_PAREN = ")"
    LEFT_BRACE = "{"
    RIGHT_BRACE = "}"
    LEFT_BRACKET = "["
    RIGHT_BRACKET = "]"
    COMMA = ","
    COLON = ":"
    EQL = "="
    EQL_REGEX = "=~"
    NEQ_REGEX = "!~"

    ADD = "+"
    SUB = "-"
    MUL = "*"
    DIV = "/"
    MOD = "%"
    POW = "^"
    EQLC = "=="
    NEQ = "!="
    LTE = "<="
    LSS = "<"
    GTE = ">="
    GTR = ">"
    TRIM_UPPER = "</"
    TRIM_LOWER = ">/"
    AT = "@"
    LAND = "and"
    LOR = "or"
    LUNLESS = "unless"
    ATAN2 = "atan2"

    AGGREGATOR = "aggregator"

    OFFSET = "offset"
    ANCHORED = "anchored"
    SMOOTHED = "smoothed"
    BY = "by"
    WITHOUT = "without"
    ON = "on"
    IGNORING = "ignoring"
    GROUP_LEFT = "group_left"
    GROUP_RIGHT = "group_right"
    BOOL = "bool"
    FILL = "fill"
    FILL_LEFT = "fill_left"
    FILL_RIGHT = "fill_right"

    START = "start"
    END = "end"
    STEP = "step"
    RANGE = "range"
    MAX_OF = "max_of"
    MIN_OF = "min_of"

    __hash__ = object.__hash__


class Token(NamedTuple):
    """A piece of the text. For `Kind.ERROR`, `text` is the message."""

    kind: Kind
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def span(self) -> Span:
        return Span(self.start, self.start + len(self.text))


SIGNS: dict[str, Kind] = {
    kind.value: kind
    for kind in Kind
    if not kind.value.replace("_", "").replace(" ", "").replace("2", "").isalpha()
}
"""Punctuation and operators by spelling."""

_OPERATOR_WORDS = (Kind.LAND, Kind.LOR, Kind.LUNLESS, Kind.ATAN2)
_KEYWORDS = (
    Kind.OFFSET,
    Kind.ANCHORED,
    Kind.SMOOTHED,
    Kind.BY,
    Kind.WITHOUT,
    Kind.ON,
    Kind.IGNORING,
    Kind.GROUP_LEFT,
    Kind.GROUP_RIGHT,
    Kind.BOOL,
    Kind.FILL,
    Kind.FILL_LEFT,
    Kind.FILL_RIGHT,
)
_PREPROCESSORS = (Kind.START, Kind.END, Kind.STEP, Kind.RANGE, Kind.MAX_OF, Kind.MIN_OF)

WORDS: dict[str, Kind] = {
    **{kind.value: kind for kind in (*_OPERATOR_WORDS, *_KEYWORDS, *_PREPROCESSORS)},
    **{op.value: Kind.AGGREGATOR for op in AggregateOp},
    "inf": Kind.NUMBER,
    "nan": Kind.NUMBER,
}
"""Words with a meaning, in lower case; any other word is an identifier."""

DURATION_WORDS = frozenset({"step", "range", "min_of", "max_of"})
"""The only words inside brackets."""

METRIC_NAMES = frozenset(
    {
        Kind.IDENTIFIER,
        Kind.METRIC_IDENTIFIER,
        Kind.AGGREGATOR,
        Kind.LAND,
        Kind.LOR,
        Kind.LUNLESS,
        Kind.OFFSET,
        Kind.ANCHORED,
        Kind.SMOOTHED,
        Kind.BY,
        Kind.WITHOUT,
        Kind.FILL,
        Kind.FILL_LEFT,
        Kind.FILL_RIGHT,
        *_PREPROCESSORS,
    },
)
"""Words that may name a metric where one is expected."""

LABEL_NAMES = (METRIC_NAMES - {Kind.WITHOUT}) | {
    Kind.ATAN2,
    Kind.BOOL,
    Kind.GROUP_LEFT,
    Kind.GROUP_RIGHT,
    Kind.IGNORING,
    Kind.ON,
}
"""Words that may name a label in a grouping."""

_SHOWN_AS_OPERATOR = frozenset(
    {
        *_OPERATOR_WORDS,
        Kind.AT,
        Kind.ADD,
        Kind.SUB,
        Kind.MUL,
        Kind.DIV,
        Kind.MOD,
        Kind.POW,
        Kind.EQLC,
        Kind.EQL_REGEX,
        Kind.NEQ_REGEX,
        Kind.NEQ,
        Kind.LTE,
        Kind.LSS,
        Kind.GTE,
        Kind.GTR,
        Kind.TRIM_UPPER,
        Kind.TRIM_LOWER,
    },
)
_SHOWN_AS_KEYWORD = frozenset(_KEYWORDS)
_SHOWN_WITH_KIND = frozenset(
    {Kind.IDENTIFIER, Kind.METRIC_IDENTIFIER, Kind.STRING, Kind.NUMBER, Kind.DURATION},
)
_SHOWN_LENGTH = 10


def describe(token: Token) -> str:
    """How an error message names a token."""
    kind, text = token.kind, token.text
    if kind is Kind.EOF:
        return "end of input"
    if kind is Kind.AGGREGATOR:
        return f"<aggr:{text}>"
    if kind in _SHOWN_AS_OPERATOR:
        return f"<op:{text}>"
    if kind in _SHOWN_AS_KEYWORD:
        return f"<{text}>"
    shown = quote(text)
    if len(text) > _SHOWN_LENGTH and kind not in (Kind.IDENTIFIER, Kind.METRIC_IDENTIFIER):
        shown = f"{quote(text[:_SHOWN_LENGTH])}..."
    return f"{kind.value!s} {shown}" if kind in _SHOWN_WITH_KIND else shown
