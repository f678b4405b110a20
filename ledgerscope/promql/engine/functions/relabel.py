"""label_replace and label_join: functions of the series' labels, whatever their samples."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ledgerscope.promql.engine.aggregations.count_values import is_label_name
from ledgerscope.promql.errors import EvaluationError, RegexError
from ledgerscope.promql.regex.translate import compile_whole
from ledgerscope.promql.samples.labels import METRIC_NAME, Labels
from ledgerscope.promql.samples.values import Value, Vector, merge_equal
from ledgerscope.promql.syntax.ast import Paren, StringLiteral

if TYPE_CHECKING:
    from ledgerscope.promql.engine.evaluator import Evaluator
    from ledgerscope.promql.syntax.ast import Call, Expr


def text_argument(node: Expr) -> str:
    """The text of an argument that must be a string literal."""
    while isinstance(node, Paren):
        node = node.expr
    assert isinstance(node, StringLiteral)  # noqa: S101 - the parser requires it
    return node.value


def label_replace(evaluator: Evaluator, call: Call) -> Value:
    """A label set from what a pattern finds in another label; unchanged where it does not match."""
    target, template, source, pattern = (text_argument(arg) for arg in call.args[1:5])
    try:
        regex = compile_whole(pattern, dot_all=evaluator.compat.dot_all)
    except RegexError:
        raise EvaluationError(f"invalid regular expression in label_replace(): {pattern}") from None
    _require_label_name(evaluator, target, "destination", "label_replace")
    vector = evaluator.vector(call.args[0])
    texts = [regex.replace_first(each.get(source), template) for each in vector.labels]
    labels = tuple(
        each if text is None else each.replace(target, text)
        for each, text in zip(vector.labels, texts, strict=True)
    )
    return _relabelled(vector, labels, [text is not None for text in texts], target)


def label_join(evaluator: Evaluator, call: Call) -> Value:
    """A label set to other labels' values, joined."""
    target, separator, *sources = (text_argument(arg) for arg in call.args[1:])
    for source in sources:
        _require_label_name(evaluator, source, "source", "label_join")
    _require_label_name(evaluator, target, "destination", "label_join")
    vector = evaluator.vector(call.args[0])
    labels = tuple(
        each.replace(target, separator.join(each.get(source) for source in sources)) for each in vector.labels
    )
    return _relabelled(vector, labels, [True] * len(vector), target)


def _relabelled(vector: Vector, labels: tuple[Labels, ...], touched: list[bool], target: str) -> Vector:
    """A metric name that was set on purpose stays."""
    drop = vector.drop_name
    if target == METRIC_NAME:
        drop = tuple(marked and not set_ for marked, set_ in zip(drop, touched, strict=True))
    return merge_equal(replace(vector, labels=labels, drop_name=drop))


def _require_label_name(evaluator: Evaluator, name: str, role: str, function: str) -> None:
    if not is_label_name(name, evaluator.compat):
        raise EvaluationError(f"invalid {role} label name in {function}(): {name}")
