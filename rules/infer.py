"""Which labels the result of an expression has, with the series of the vocabulary at its leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.promql.syntax.analysis import LabelSet, infer
from ledgerscope.promql.syntax.ast import value_type
from ledgerscope.promql.syntax.valuetypes import ValueType

if TYPE_CHECKING:
    from ledgerscope.promql.syntax.ast import Expr, VectorSelector
    from rules.vocabulary import Vocabulary

__all__ = ["labels_of"]


def labels_of(node: Expr, known: Vocabulary) -> frozenset[str]:
    """The label names of the result, without the metric name; raises UnknownSeries."""

    def of_series(selector: VectorSelector) -> LabelSet:
        return LabelSet(known.find(selector.name).labels)

    labels = infer(node, of_series).labels.names
    return labels if value_type(node) in (ValueType.VECTOR, ValueType.MATRIX) else frozenset()
