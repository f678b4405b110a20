"""Where the buckets of native histograms lie, bit for bit as Prometheus computes them."""

from __future__ import annotations

import math
import sys
from functools import cache

from ledgerscope.promql.records import dataclass
from ledgerscope.promql.text.numbers import format_general

CUSTOM_SCHEMA = -53
MIN_SCHEMA, MAX_SCHEMA = -4, 8

_LARGEST_EXPONENT = 1024
_JUST_OVERFLOWING = frozenset({(1.0, 1024), (0.5, 1025)})
"""Two ways to write 2**1024: the bucket that should end there ends at the largest float instead."""


def is_custom(schema: int) -> bool:
    """Whether the bounds are listed rather than computed."""
    return schema == CUSTOM_SCHEMA


def is_exponential(schema: int) -> bool:
    """Whether the bounds are powers of a base."""
    return MIN_SCHEMA <= schema <= MAX_SCHEMA


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket with its bounds; `opening` and `closing` are the brackets that say which bound is included."""

    lower: float
    upper: float
    count: float
    opening: str
    closing: str

    def __str__(self) -> str:
        bounds = f"{format_general(self.lower)},{format_general(self.upper)}"
        return f"{self.opening}{bounds}{self.closing}:{format_general(self.count)}"


@cache
def exponential_bound(index: int, schema: int) -> float:
    """The upper bound of the positive bucket at `index`."""
    if schema < 0:
        exponent = index << -schema
        fraction = 1.0
    else:
        fraction = _fractions(schema)[index & ((1 << schema) - 1)]
        exponent = (index >> schema) + 1
    if (fraction, exponent) in _JUST_OVERFLOWING:
        return sys.float_info.max
    return math.ldexp(fraction, exponent) if exponent <= _LARGEST_EXPONENT else math.inf


@cache
def _fractions(schema: int) -> tuple[float, ...]:
    """The bounds between one half and one: every second one is that of the coarser schema.

    The root of two is the float below the true value; with it the products give the very table that
    Prometheus carries as constants.
    """
    if schema == 0:
        return (0.5,)
    factor = math.nextafter(math.sqrt(2), 0) if schema == 1 else 2.0**2.0**-schema
    return tuple(bound for coarse in _fractions(schema - 1) for bound in (coarse, coarse * factor))


def coarser_index(index: int, schema: int, target: int) -> int:
    """The index at a lower resolution of the bucket that swallows this one."""
    return ((index - 1) >> (schema - target)) + 1


def positive_bucket(index: int, count: float, schema: int, custom_values: tuple[float, ...]) -> Bucket:
    """The bucket of the positive side at `index`."""
    if not is_custom(schema):
        lower, upper = exponential_bound(index - 1, schema), exponential_bound(index, schema)
        return Bucket(lower, upper, count, "(", "]")
    lower, upper = _custom_bound(index - 1, custom_values), _custom_bound(index, custom_values)
    # Only the lowest custom bucket includes its lower bound.
    return Bucket(lower, upper, count, "[" if lower == -math.inf else "(", "]")


def negative_bucket(index: int, count: float, schema: int) -> Bucket:
    """The bucket of the negative side at `index`."""
    lower, upper = -exponential_bound(index, schema), -exponential_bound(index - 1, schema)
    return Bucket(lower, upper, count, "[", ")")


def _custom_bound(index: int, custom_values: tuple[float, ...]) -> float:
    if index < 0:
        return -math.inf
    return custom_values[index] if index < len(custom_values) else math.inf
