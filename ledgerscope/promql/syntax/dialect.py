"""Which PromQL: the generation of Prometheus that is followed, and the feature flags that it is started with.

Source of the flags: Prometheus 3.14, `--enable-feature`. All are off by default there, and here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.text.close_match import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

GENERATIONS = ("2", "3")

EXPERIMENTAL_FUNCTIONS = "promql-experimental-functions"
DELAYED_NAME_REMOVAL = "promql-delayed-name-removal"
FILL_MODIFIERS = "promql-binop-fill-modifiers"
RANGE_SELECTORS = "promql-extended-range-selectors"
TYPE_AND_UNIT_LABELS = "type-and-unit-labels"
START_TIMESTAMPS = "use-start-timestamps"

FEATURES: dict[str, str] = {
    EXPERIMENTAL_FUNCTIONS: "functions and aggregations that may still change (info, limitk ...)",
    DELAYED_NAME_REMOVAL: "metric names are dropped at the end of an evaluation, not by each function",
    FILL_MODIFIERS: "fill, fill_left and fill_right after a binary operator",
    RANGE_SELECTORS: "anchored and smoothed after a selector",
    TYPE_AND_UNIT_LABELS: "the labels __type__ and __unit__ go where the metric name goes",
    START_TIMESTAMPS: "rate and increase use the start timestamps of samples",
}
"""The flags that change what an expression means, and what each does."""

_ALWAYS_ON = {
    "2": frozenset({"promql-at-modifier", "promql-negative-offset", "no-default-scrape-port"}),
    "3": frozenset({"promql-at-modifier", "promql-negative-offset", "promql-duration-expr"}),
}
"""Flags that mean nothing (any more) to a generation, which accepts them."""


class DialectError(PromQLError):
    """A generation or a feature flag that Prometheus does not have."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """A generation of Prometheus and its feature flags."""

    generation: str = "3"
    features: frozenset[str] = frozenset()

    @classmethod
    def of(cls, compat: str = "3", features: Iterable[str] = ()) -> Dialect:
        """The dialect with these flags, written as for `--enable-feature`. Raises DialectError."""
        return _dialect(compat, tuple(features))


@lru_cache(maxsize=64)
def _dialect(compat: str, features: tuple[str, ...]) -> Dialect:
    if compat not in GENERATIONS:
        raise DialectError(f"{compat!r} is not a generation of Prometheus; write 2 or 3")
    names = {name.strip() for each in features for name in each.split(",")} - {"", *_ALWAYS_ON[compat]}
    for name in sorted(names - FEATURES.keys()):
        hint = did_you_mean(name, FEATURES) or f"there are {', '.join(FEATURES)}"
        raise DialectError(f"Prometheus has no PromQL feature {name!r}; {hint}")
    if compat == "2" and names:
        raise DialectError(f"Prometheus 2.42 has no feature {min(names)!r}; leave it out, or follow 3")
    return Dialect(compat, frozenset(names))


PROMETHEUS_2 = Dialect("2")
PROMETHEUS_3 = Dialect("3")
SCRIPT_FEATURES = tuple(name for name in FEATURES if name not in {TYPE_AND_UNIT_LABELS, START_TIMESTAMPS})
"""The flags that are on where Prometheus runs the scripts of its own engine."""
EVERYTHING = Dialect("3", frozenset(SCRIPT_FEATURES))
"""All of the language."""
