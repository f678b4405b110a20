"""count_values: how many series of each group have each value, the value becoming a label."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.errors import EvaluationError
from ledgerscope.promql.samples.labels import METRIC_NAME, Labels
from ledgerscope.promql.samples.values import Vector
from ledgerscope.promql.text.numbers import format_float
from ledgerscope.promql.text.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.engine.compat import Compat
    from ledgerscope.promql.engine.evaluator import Evaluator
    from ledgerscope.promql.samples.axis import Booleans, Floats
    from ledgerscope.promql.samples.values import Row
    from ledgerscope.promql.syntax.ast import Aggregate, StringLiteral


def count_values(evaluator: Evaluator, node: Aggregate, label: StringLiteral) -> Vector:
    """The counts, one series per group and value."""
    if not is_label_name(label.value, evaluator.compat):
        raise EvaluationError(f"invalid label name {quote(label.value)}")
    counts: dict[Labels, Floats] = {}
    for row in evaluator.vector(node.expr):
        for text, where in _values(row):
            labels = _group(row.labels.replace(label.value, text), label.value, node)
            counts.setdefault(labels, np.zeros(evaluator.axis.count))[where] += 1.0
    if not counts:
        return Vector.empty(evaluator.axis)
    values = np.stack(list(counts.values()))
    return Vector(evaluator.axis, tuple(counts), values, values > 0)


def _values(row: Row) -> Iterator[tuple[str, Booleans]]:
    """Each value of a series as text, and where it has it."""
    floats = row.present
    if row.histograms is not None:
        held = np.not_equal(row.histograms, np.array(None)) & row.present
        for histogram in dict.fromkeys(map(str, row.histograms[held])):
            yield histogram, held & (row.histograms.astype(str) == histogram)
        floats = floats & ~held
    # One text per bit pattern would split NaN by payload, so the texts are compared.
    bits = row.values.view(np.uint64)
    texts: dict[str, Booleans] = {}
    for pattern in np.unique(bits[floats]):
        where = floats & (bits == pattern)
        text = format_float(float(row.values[int(np.argmax(where))]))
        texts[text] = texts[text] | where if text in texts else where
    yield from texts.items()


def _group(labels: Labels, label: str, node: Aggregate) -> Labels:
    if node.without:
        return labels.drop(frozenset(node.grouping) | {METRIC_NAME})
    return labels.keep(frozenset(node.grouping) | {label})


_OLD_NAME = re.compile("[a-zA-Z_][a-zA-Z0-9_]*")


def is_label_name(name: str, compat: Compat) -> bool:
    """Whether a text can name a label: anything that is valid UTF-8 and not empty, since Prometheus 3."""
    if not compat.utf8_names:
        return _OLD_NAME.fullmatch(name) is not None
    return bool(name) and not any("\ud800" <= char <= "\udfff" for char in name)
