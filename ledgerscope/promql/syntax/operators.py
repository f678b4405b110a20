"""The closed sets of symbols of the language: operators, aggregators, matchers, cardinalities.

Every table of the parser, the printer and the engine is keyed by these members.
"""

from __future__ import annotations

from enum import Enum


class BinaryOp(Enum):
    """An infix operator; the value is how it is written."""

    ADD = "+"
    SUB = "-"
    MUL = "*"
    DIV = "/"
    MOD = "%"
    POW = "^"
    ATAN2 = "atan2"
    EQ = "=="
    NE = "!="
    GT = ">"
    LT = "<"
    GE = ">="
    LE = "<="
    TRIM_UPPER = "</"
    TRIM_LOWER = ">/"
    AND = "and"
    OR = "or"
    UNLESS = "unless"

    # Members are compared by identity, and enum's own hash (of the name) costs a Python call.
    __hash__ = object.__hash__

    @property
    def is_comparison(self) -> bool:
        return self in _COMPARISONS

    @property
    def is_set(self) -> bool:
        return self in _SETS

    @property
    def is_trim(self) -> bool:
        return self in _TRIMS


_TRIMS = frozenset({BinaryOp.TRIM_UPPER, BinaryOp.TRIM_LOWER})
_COMPARISONS = frozenset(
    {BinaryOp.EQ, BinaryOp.NE, BinaryOp.GT, BinaryOp.LT, BinaryOp.GE, BinaryOp.LE},
)
_SETS = frozenset({BinaryOp.AND, BinaryOp.OR, BinaryOp.UNLESS})


class UnaryOp(Enum):
    """A sign in front of an expression."""

    PLUS = "+"
    MINUS = "-"

    __hash__ = object.__hash__


class AggregateOp(Enum):
    """An aggregation; the value is how it is written."""

    SUM = "sum"
    AVG = "avg"
    COUNT = "count"
    MIN = "min"
    MAX = "max"
    GROUP = "group"
    STDDEV = "stddev"
    STDVAR = "stdvar"
    TOPK = "topk"
    BOTTOMK = "bottomk"
    COUNT_VALUES = "count_values"
    QUANTILE = "quantile"
    LIMITK = "limitk"
    LIMIT_RATIO = "limit_ratio"

    __hash__ = object.__hash__

    @property
    def has_param(self) -> bool:
        return self in _WITH_PARAM

    @property
    def experimental(self) -> bool:
        return self in _EXPERIMENTAL


_EXPERIMENTAL = frozenset({AggregateOp.LIMITK, AggregateOp.LIMIT_RATIO})
_WITH_PARAM = _EXPERIMENTAL | {
    AggregateOp.TOPK,
    AggregateOp.BOTTOMK,
    AggregateOp.COUNT_VALUES,
    AggregateOp.QUANTILE,
}


class MatchOp(Enum):
    """How a label matcher compares; the value is how it is written."""

    EQUAL = "="
    NOT_EQUAL = "!="
    REGEX = "=~"
    NOT_REGEX = "!~"

    __hash__ = object.__hash__


class Cardinality(Enum):
    """How many series of either side of a vector operation may share one match group."""

    ONE_TO_ONE = "one-to-one"
    MANY_TO_ONE = "many-to-one"
    ONE_TO_MANY = "one-to-many"
    MANY_TO_MANY = "many-to-many"

    __hash__ = object.__hash__


class AtBound(Enum):
    """The symbolic instants an `@` modifier can name: the ends of the query's range."""

    START = "start"
    END = "end"

    __hash__ = object.__hash__


class DurationOp(Enum):
    """An operation of a duration expression (experimental); the value is how it is written."""

    ADD = "+"
    SUB = "-"
    MUL = "*"
    DIV = "/"
    MOD = "%"
    POW = "^"
    MIN_OF = "min_of"
    MAX_OF = "max_of"
    STEP = "step"
    RANGE = "range"

    __hash__ = object.__hash__
