"""Checks on one expression: of a rule, and just as well of a panel. Adding a check is adding a line.

Each yields messages that say what is wrong and what would be right. They run on trees whose series are all
known; naming an unknown series is found before.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from ledgerscope.promql.syntax.ast import (
    Aggregate,
    Binary,
    Call,
    MatrixSelector,
    NumberLiteral,
    Paren,
    Subquery,
    VectorSelector,
    children,
    walk,
)
from ledgerscope.promql.syntax.operators import AggregateOp, BinaryOp, Cardinality, MatchOp
from rules.errors import UnknownSeries, UnparsableExpression
from rules.infer import labels_of
from rules.parse import parse
from rules.timing import MIN_RANGE, MIN_RECORDED_RANGE, RETENTION, duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.promql.syntax.ast import Expr, Matcher, VectorMatching
    from rules.vocabulary import Series, Vocabulary

__all__ = ["EXPRESSION_CHECKS", "check_expression", "series_names"]

_FOR_COUNTERS = frozenset({"rate", "irate", "increase", "resets"})
_FOR_GAUGES = frozenset({"delta", "idelta", "deriv", "predict_linear", "double_exponential_smoothing"})
_PRESENCE = frozenset(
    {"absent", "absent_over_time", "present_over_time", "count_over_time", "timestamp", "changes"}
)
_PRESENCE_OPS = frozenset({AggregateOp.COUNT, AggregateOp.GROUP})
_PICKING_OPS = frozenset({AggregateOp.TOPK, AggregateOp.BOTTOMK, AggregateOp.LIMITK, AggregateOp.LIMIT_RATIO})
_NEVER_MIXED = ("currency", "window")


def check_expression(text: str, known: Vocabulary, *, joins: bool = False) -> list[str]:
    """Everything that is wrong with an expression; empty where it is right.

    `joins` is true for the recording that joins a counter, which alone may read it bare.
    """
    checks = [one for one in EXPRESSION_CHECKS if not (joins and one is _counters_are_never_read_bare)]
    try:
        tree = parse(text)
        for name in sorted(_names(tree)):
            known.find(name)
    except (UnknownSeries, UnparsableExpression) as error:
        return [str(error)]
    return list(dict.fromkeys(message for one in checks for message in one(tree, known)))


def series_names(text: str) -> frozenset[str]:
    """The names of the series that an expression reads; raises UnparsableExpression."""
    return frozenset(_names(parse(text)))


def _names(tree: Expr) -> set[str]:
    return {node.name for node in walk(tree) if isinstance(node, VectorSelector)}


def _conditions(tree: Expr, known: Vocabulary) -> Iterator[tuple[VectorSelector, Series, Matcher]]:
    for node in walk(tree):
        if isinstance(node, VectorSelector):
            for matcher in node.matchers:
                if matcher.name != "__name__":
                    yield node, known.find(node.name), matcher


def _matched_labels_exist(tree: Expr, known: Vocabulary) -> Iterator[str]:
    for node, series, matcher in _conditions(tree, known):
        if matcher.name not in series.labels:
            yield f"{node.name} has no label {matcher.name!r}; it has {_listed(series.labels)}"


def _matched_values_exist(tree: Expr, known: Vocabulary) -> Iterator[str]:
    for node, series, matcher in _conditions(tree, known):
        values = series.closed_values(matcher.name)
        if values and not _may_match(matcher, values):
            yield (
                f"{node.name}: no value of label {matcher.name} satisfies "
                f"{matcher.op.value}{matcher.value!r}; "
                f"it is one of {', '.join(values)}"
            )


def _may_match(matcher: Matcher, values: tuple[str, ...]) -> bool:
    if matcher.op in (MatchOp.EQUAL, MatchOp.NOT_EQUAL):
        return matcher.value in values
    alternatives = re.split(r"(?<!\\)\|", matcher.value)
    return all(any(re.fullmatch(one, value) for value in values) for one in alternatives)


def _functions_suit_the_type(tree: Expr, known: Vocabulary) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, Call) and node.func in _FOR_COUNTERS | _FOR_GAUGES:
            for name in sorted(_names(node)):
                if known.find(name).grows != (node.func in _FOR_COUNTERS):
                    kind = "only grows" if known.find(name).grows else "goes up and down"
                    yield f"{node.func}() does not suit {name}, which {kind}"


def _counters_are_never_read_bare(tree: Expr, known: Vocabulary, *, ready: bool = False) -> Iterator[str]:
    if isinstance(tree, VectorSelector) and known.find(tree.name).grows and not ready:
        yield f"{tree.name} only grows: put it under rate() or increase()"
    inside = ready or (isinstance(tree, Call) and tree.func in _FOR_COUNTERS | _PRESENCE)
    inside = inside or (isinstance(tree, Aggregate) and tree.op in _PRESENCE_OPS)
    for child in children(tree):
        yield from _counters_are_never_read_bare(child, known, ready=inside)


def _counters_are_joined_before_they_are_rated(tree: Expr, known: Vocabulary) -> Iterator[str]:
    """A rate of one exporter's series loses what happens while the exporter is replaced."""
    for node in walk(tree):
        if isinstance(node, Call) and node.func in _FOR_COUNTERS | _FOR_GAUGES:
            for name in sorted(_names(node)):
                if joined := known.find(name).joined:
                    yield f"{node.func}() of {name} breaks when an exporter is replaced: use {joined}"


def _ranges(tree: Expr) -> Iterator[tuple[timedelta, timedelta]]:
    """Each window with how far back it begins."""
    for node in walk(tree):
        if isinstance(node, (MatrixSelector, Subquery)):
            offset = node.vector.offset_ms if isinstance(node, MatrixSelector) else node.offset_ms
            yield timedelta(milliseconds=node.range_ms), timedelta(milliseconds=node.range_ms + offset)


def _ranges_hold_enough_samples(tree: Expr, known: Vocabulary) -> Iterator[str]:
    for window, _ in _ranges(tree):
        if window < MIN_RANGE:
            yield f"the window {duration(window)} is too short: at least {duration(MIN_RANGE)}, four scrapes"
    for node in walk(tree):
        if isinstance(node, MatrixSelector):
            name, window = node.vector.name, timedelta(milliseconds=node.range_ms)
            if known.find(name).recorded and MIN_RANGE <= window < MIN_RECORDED_RANGE:
                least = f"at least {duration(MIN_RECORDED_RANGE)}, four evaluations of {name}"
                yield f"the window {duration(window)} is too short: {least}"


def _ranges_are_remembered(tree: Expr, _known: Vocabulary) -> Iterator[str]:
    for _, reach in _ranges(tree):
        if reach > RETENTION:
            yield f"the window reaches back {duration(reach)}, and Prometheus keeps {duration(RETENTION)}"


def _grouping_labels_exist(tree: Expr, known: Vocabulary) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, Aggregate):
            inner = labels_of(node.expr, known)
            for label in node.grouping:
                if label not in inner:
                    yield f"{node.op.value} groups by {label!r}, and its operand has {_listed(inner)}"


def _pairs(
    tree: Expr, known: Vocabulary
) -> Iterator[tuple[Binary, VectorMatching, frozenset[str], frozenset[str]]]:
    for node in walk(tree):
        if isinstance(node, Binary) and node.matching is not None:
            yield node, node.matching, labels_of(node.lhs, known), labels_of(node.rhs, known)


def _matching_labels_exist(tree: Expr, known: Vocabulary) -> Iterator[str]:
    for node, matching, left, right in _pairs(tree, known):
        for side, labels in (("left", left), ("right", right)):
            for label in matching.labels if matching.on else ():
                if label not in labels:
                    yield f"{node.op.value} matches on {label!r}, and its {side} side has {_listed(labels)}"


def _unmatched_sides_are_alike(tree: Expr, known: Vocabulary) -> Iterator[str]:
    """Without `on`, series pair only where all other labels are equal: sets that differ never meet."""
    for node, matching, left, right in _pairs(tree, known):
        ignored = frozenset() if matching.on else frozenset(matching.labels)
        if not matching.on and left - ignored != right - ignored and node.op is not BinaryOp.OR:
            yield (
                f"the sides of {node.op.value} never match: left has {_listed(left)}, "
                f"right has {_listed(right)}; aggregate both to equal labels or state on (...)"
            )


def _one_side_is_unique(tree: Expr, known: Vocabulary) -> Iterator[str]:
    """Where series pair on fewer labels than a side has, several of its series may meet the same partner."""
    for node, matching, left, right in _pairs(tree, known):
        if not matching.on or node.op.is_set:
            continue
        on = frozenset(matching.labels)
        many = {Cardinality.MANY_TO_ONE: "left", Cardinality.ONE_TO_MANY: "right"}.get(matching.cardinality)
        for side, labels in (("left", left), ("right", right)):
            if side != many and labels - on:
                yield f"{node.op.value} matches on {_listed(on)}: its {side} side may have several series"


def _included_labels_exist(tree: Expr, known: Vocabulary) -> Iterator[str]:
    for node, matching, left, right in _pairs(tree, known):
        one = right if matching.cardinality is Cardinality.MANY_TO_ONE else left
        for label in matching.include:
            if label not in one:
                yield f"{node.op.value} takes over {label!r}, which the one side lacks: {_listed(one)}"


def _divisions_are_guarded(tree: Expr, _known: Vocabulary) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, Binary) and node.op is BinaryOp.DIV and not _positive(node.rhs):
            yield "a division by what may be zero: write / (... > 0), and the result is absent, not infinite"


def _positive(node: Expr) -> bool:
    """Whether the value is above zero wherever there is one, as far as the text itself shows."""
    match node:
        case Paren():
            return _positive(node.expr)
        case NumberLiteral():
            return node.value > 0
        case Binary(op=BinaryOp.GT, rhs=NumberLiteral(value=bound)):
            return bound >= 0
        case Call(func="clamp_min", args=(_, bound)):
            return _positive(bound)
        case Binary(op=BinaryOp.MUL | BinaryOp.DIV):
            return _positive(node.lhs) and _positive(node.rhs)
        case _:
            return False


def _amounts_are_not_mixed(tree: Expr, known: Vocabulary) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, Aggregate) and node.op not in _PRESENCE_OPS | _PICKING_OPS:
            lost = labels_of(node.expr, known) - labels_of(node, known)
            for label in _NEVER_MIXED:
                if label in lost and not _fixes(node.expr, label):
                    yield f"{node.op.value} mixes values of different {label}: group by it or select one"


def _fixes(tree: Expr, label: str) -> bool:
    """Whether every selector that has the label is held to one value of it."""
    selectors = [node for node in walk(tree) if isinstance(node, VectorSelector)]
    return all(any(m.name == label and m.op is MatchOp.EQUAL for m in node.matchers) for node in selectors)


def _quantiles_keep_their_bounds(tree: Expr, known: Vocabulary) -> Iterator[str]:
    for node in walk(tree):
        match node:
            case Call(func="histogram_quantile", args=(_, buckets)) if "le" not in labels_of(buckets, known):
                yield "histogram_quantile() needs the label le on its buckets: group by it too"
            case _:
                pass


def _listed(labels: frozenset[str]) -> str:
    return ", ".join(sorted(labels)) or "none"


EXPRESSION_CHECKS: tuple[Callable[[Expr, Vocabulary], Iterator[str]], ...] = (
    _matched_labels_exist,
    _matched_values_exist,
    _functions_suit_the_type,
    _counters_are_joined_before_they_are_rated,
    _counters_are_never_read_bare,
    _ranges_hold_enough_samples,
    _ranges_are_remembered,
    _grouping_labels_exist,
    _matching_labels_exist,
    _unmatched_sides_are_alike,
    _one_side_is_unique,
    _included_labels_exist,
    _divisions_are_guarded,
    _amounts_are_not_mixed,
    _quantiles_keep_their_bounds,
)
