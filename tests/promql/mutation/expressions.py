"""Random expressions over the metrics x and y with the labels a and b, many of them nearly trivial."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

_NUMBERS = ("0", "1", "2", "5", "5.5", "-1", "0.25", "1 / 4")
_COMPARISONS = (">", ">=", "<", "<=", "==", "!=")
_AGGREGATES = ("max", "min", "sum", "count", "group", "avg")
_GROUPINGS = ("", "by (a) ", "by (a, b) ", "by (b) ", "without (a) ")
_LEAVES = (
    "x",
    "y",
    'x{a="1"}',
    'x{a=~".*"}',
    'x{b!="1",a=~".*"}',
    "absent(x)",
    'absent(y{a="1"})',
    "vector(1)",
    "vector(0)",
    "hour()",
    "day_of_week()",
    "count_over_time(x[5m])",
    "changes(y[3m])",
    "max_over_time(x[4m])",
    "clamp_max(x, 5)",
    "clamp_min(y, 1)",
    "clamp(x, 0, 1)",
)
_MATCHINGS = ("", "on (a) ", "on (a, b) ", "ignoring (b) ", "on () ")


def expression_of(numbers: random.Random, depth: int = 3) -> str:
    """A vector expression; parentheses wherever they could matter."""
    kind = numbers.randrange(7 if depth else 1)
    inner = "" if not depth else expression_of(numbers, depth - 1)
    if kind == 0:
        return numbers.choice(_LEAVES)
    if kind in (1, 2):
        by_bool = numbers.choice(("", "", "bool "))
        return f"({inner}) {numbers.choice(_COMPARISONS)} {by_bool}{numbers.choice(_NUMBERS)}"
    if kind in (3, 4):
        return f"{numbers.choice(_AGGREGATES)} {numbers.choice(_GROUPINGS)}({inner})"
    other = expression_of(numbers, depth - 1)
    if kind == 5:
        return f"({inner}) {numbers.choice(('and', 'or', 'unless'))} {numbers.choice(_MATCHINGS)}({other})"
    return f"({inner}) {numbers.choice(('+', '-', '*'))} {numbers.choice(_MATCHINGS)}({other})"
