"""Trees back to text: one canonical line, or split over lines where that line would be too long.

The line is the one Prometheus prints. Reading it gives back an equal tree.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from ledgerscope.promql.syntax.ast import (
    Aggregate,
    At,
    Binary,
    Call,
    DurationExpr,
    DurationNode,
    Expr,
    Matcher,
    MatrixSelector,
    NumberLiteral,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorMatching,
    VectorSelector,
    spine,
)
from ledgerscope.promql.syntax.operators import AtBound, BinaryOp, Cardinality, DurationOp, MatchOp
from ledgerscope.promql.text.durations import format_duration
from ledgerscope.promql.text.numbers import format_float, format_general
from ledgerscope.promql.text.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MAX_WIDTH = 100
"""The longest line that is left whole."""

_INDENT = "  "
_LEGACY_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_METRIC_NAME = "__name__"
_GROUPS = {Cardinality.MANY_TO_ONE: "group_left", Cardinality.ONE_TO_MANY: "group_right"}
_EXTREMA = (DurationOp.MIN_OF, DurationOp.MAX_OF)


def to_string(expr: Expr) -> str:
    """The expression on one line."""
    return _PRINTERS[type(expr)](expr)


def pretty(expr: Expr) -> str:
    """The expression with every part that is longer than a line split, as `promtool promql format` does."""
    return "\n".join(_lines(expr, 0))


def _number(node: NumberLiteral) -> str:
    if not node.duration:
        return format_float(node.value)
    sign = "-" if math.copysign(1.0, node.value) < 0 else ""
    return sign + format_duration(round(abs(node.value) * 1000))


def _vector(node: VectorSelector) -> str:
    return _selected(node) + _at(node.at) + _extension(node) + _offset(node.offset_ms, node.offset_expr)


def _selected(node: VectorSelector) -> str:
    """The name and the matchers, without modifiers."""
    shown = [matcher for matcher in node.matchers if not _repeats_name(matcher, node.name)]
    if not shown and node.name:
        return node.name
    return f"{node.name}{{{','.join(sorted(map(matcher_text, shown)))}}}"


def _repeats_name(matcher: Matcher, name: str) -> bool:
    return bool(name) and (matcher.name, matcher.op, matcher.value) == (_METRIC_NAME, MatchOp.EQUAL, name)


def matcher_text(matcher: Matcher) -> str:
    """A matcher as written in braces; its sorting key, too."""
    return f"{_label(matcher.name)}{matcher.op.value}{quote(matcher.value)}"


def _label(name: str) -> str:
    return name if _LEGACY_NAME.fullmatch(name) else quote(name)


def _labels(names: Iterable[str]) -> str:
    return f"({', '.join(map(_label, names))})"


def _at(at: At | None) -> str:
    if at is None:
        return ""
    if isinstance(at, AtBound):
        return f" @ {at.value}()"
    whole, part = divmod(abs(at), 1000)
    return f" @ {'-' if at < 0 else ''}{whole}.{part:03d}"


def _extension(node: VectorSelector) -> str:
    return " anchored" if node.anchored else " smoothed" if node.smoothed else ""


def _offset(offset_ms: int, expr: DurationExpr | None) -> str:
    if expr is not None:
        return f" offset {_duration(expr)}"
    return f" offset {format_duration(offset_ms)}" if offset_ms else ""


def _window(window_ms: int | None, expr: DurationExpr | None) -> str:
    if expr is not None:
        return _duration(expr)
    return "" if window_ms is None else format_duration(window_ms)


def _matrix(node: MatrixSelector) -> str:
    vector = node.vector
    window = f"[{_window(node.range_ms, node.range_expr)}]"
    offset = _offset(vector.offset_ms, vector.offset_expr)
    return _selected(vector) + window + _extension(vector) + _at(vector.at) + offset


def _subquery(node: Subquery) -> str:
    return to_string(node.expr) + _subquery_suffix(node)


def _subquery_suffix(node: Subquery) -> str:
    window = _window(node.range_ms, node.range_expr)
    step = _window(node.step_ms, node.step_expr)
    return f"[{window}:{step}]{_at(node.at)}{_offset(node.offset_ms, node.offset_expr)}"


def _duration(node: DurationNode) -> str:
    if isinstance(node, NumberLiteral):
        return _number(node)
    text = _unwrapped_duration(node)
    return f"({text})" if node.wrapped else text


def _unwrapped_duration(node: DurationExpr) -> str:
    if node.rhs is None:
        return f"{node.op.value}()"
    if node.lhs is None:
        return f"{node.op.value}{_duration(node.rhs)}"
    if node.op in _EXTREMA:
        return f"{node.op.value}({_duration(node.lhs)}, {_duration(node.rhs)})"
    return f"{_power_base(node)} {node.op.value} {_duration(node.rhs)}"


def _power_base(node: DurationExpr) -> str:
    """The left operand; a negative number to be raised needs the parentheses it was written with."""
    text = _duration(node.lhs) if node.lhs is not None else ""
    negative = isinstance(node.lhs, NumberLiteral) and text.startswith("-")
    return f"({text})" if negative and node.op is DurationOp.POW else text


def _call(node: Call) -> str:
    return f"{node.func}({', '.join(map(to_string, node.args))})"


def _aggregate(node: Aggregate) -> str:
    param = "" if node.param is None else f"{to_string(node.param)}, "
    return f"{_aggregate_head(node)}({param}{to_string(node.expr)})"


def _aggregate_head(node: Aggregate) -> str:
    if node.without:
        return f"{node.op.value} without {_labels(node.grouping)} "
    return f"{node.op.value} by {_labels(node.grouping)} " if node.grouping else node.op.value


def _binary(node: Binary) -> str:
    operations = spine(node)
    first = _unsigned_base(operations[0], to_string(operations[0].lhs))
    return first + "".join(map(_joint, operations))


def _joint(node: Binary) -> str:
    """The operator and the right side, as they follow the left side."""
    return f" {_operator(node)} {to_string(node.rhs)}"


def _unsigned_base(node: Binary, lhs: str) -> str:
    """The left side; as the base of a power without its sign, which binds looser and would take the whole."""
    return lhs.replace("+Inf", "Inf", 1) if node.op is BinaryOp.POW and lhs.strip() == "+Inf" else lhs


def _operator(node: Binary) -> str:
    """The operator with everything that modifies it."""
    return node.op.value + (" bool" if node.return_bool else "") + _matching(node.matching)


def _matching(matching: VectorMatching | None) -> str:
    if matching is None:
        return ""
    text = ""
    group = _GROUPS.get(matching.cardinality)
    if matching.labels or matching.on or group is not None:
        text += f" {'on' if matching.on else 'ignoring'} {_labels(matching.labels)}"
    if group is not None:
        text += f" {group} {_labels(matching.include)}"
    return text + _fills(matching)


def _fills(matching: VectorMatching) -> str:
    lhs, rhs = (
        None if value is None else format_general(value) for value in (matching.fill_lhs, matching.fill_rhs)
    )
    if lhs is not None and lhs == rhs:
        return f" fill ({lhs})"
    return (f" fill_left ({lhs})" if lhs is not None else "") + (
        f" fill_right ({rhs})" if rhs is not None else ""
    )


_PRINTERS: dict[type, Callable[..., str]] = {
    NumberLiteral: _number,
    StringLiteral: lambda node: quote(node.value),
    VectorSelector: _vector,
    MatrixSelector: _matrix,
    Subquery: _subquery,
    Call: _call,
    Aggregate: _aggregate,
    Binary: _binary,
    Unary: lambda node: node.op.value + to_string(node.expr),
    Paren: lambda node: f"({to_string(node.expr)})",
}


def _lines(node: Expr, level: int) -> list[str]:
    """The lines of a node that starts a line at this depth."""
    text = to_string(node)
    splitter = _SPLITTERS.get(type(node))
    if splitter is None or len(text) <= MAX_WIDTH:
        return [_INDENT * level + text]
    return splitter(node, level)


def _enclosed(opening: str, parts: Iterable[Expr], closing: str, level: int) -> list[str]:
    """Parts on lines of their own, one step deeper, with commas between them."""
    blocks = [_lines(part, level + 1) for part in parts]
    for block in blocks[:-1]:
        block[-1] += ","
    inner = [line for block in blocks for line in block]
    return [_INDENT * level + opening, *inner, _INDENT * level + closing]


def _split_aggregate(node: Aggregate, level: int) -> list[str]:
    parts = [node.expr] if node.param is None else [node.param, node.expr]
    return _enclosed(f"{_aggregate_head(node)}(", parts, ")", level)


def _split_binary(node: Binary, level: int) -> list[str]:
    """Each operation of a chain that is too long for a line is split: the innermost is deepest."""
    operations = spine(node)
    first = _unsigned_base(operations[0], to_string(operations[0].lhs))
    lengths = list(accumulate(map(len, map(_joint, operations)), initial=len(first)))
    split = operations[bisect_right(lengths[1:], MAX_WIDTH) :]
    lines = _lines(split[0].lhs, level + len(split))
    lines[0] = _unsigned_base(split[0], lines[0])
    for depth, each in zip(range(level + len(split) - 1, level - 1, -1), split, strict=True):
        lines += [_INDENT * depth + _operator(each), *_lines(each.rhs, depth + 1)]
    return lines


def _split_call(node: Call, level: int) -> list[str]:
    return _enclosed(f"{node.func}(", node.args, ")", level)


def _split_paren(node: Paren, level: int) -> list[str]:
    return _enclosed("(", [node.expr], ")", level)


def _split_subquery(node: Subquery, level: int) -> list[str]:
    lines = _lines(node.expr, level)
    return [*lines[:-1], lines[-1] + _subquery_suffix(node)]


def _split_unary(node: Unary, level: int) -> list[str]:
    indent = _INDENT * level
    first, *rest = _lines(node.expr, level)
    return [indent + node.op.value + first.removeprefix(indent), *rest]


_SPLITTERS: dict[type, Callable[..., list[str]]] = {
    Aggregate: _split_aggregate,
    Binary: _split_binary,
    Call: _split_call,
    Paren: _split_paren,
    Subquery: _split_subquery,
    Unary: _split_unary,
}
"""What can be split; selectors and literals stay on one line however long."""
