"""and, or, unless: series kept or added by whether their match group is present on the other side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine.operations.vector_matching import signatures
from ledgerscope.promql.samples.values import Vector, merge_equal
from ledgerscope.promql.syntax.operators import BinaryOp

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.promql.samples.axis import Booleans, Objects
    from ledgerscope.promql.syntax.ast import VectorMatching


def _matched(vector: Vector, other: Vector, matching: VectorMatching) -> Booleans:
    """For each series and instant: whether its group is present in the other vector."""
    groups = {group: place for place, group in enumerate(dict.fromkeys(signatures(other, matching)))}
    anywhere = np.zeros((len(groups) + 1, vector.axis.count), dtype=bool)
    for row, group in enumerate(signatures(other, matching)):
        anywhere[groups[group]] |= other.present[row]
    nowhere = len(groups)
    rows = [groups.get(group, nowhere) for group in signatures(vector, matching)]
    found: Booleans = anywhere[np.array(rows, dtype=np.int64)]
    return found


def _and(left: Vector, right: Vector, matching: VectorMatching) -> Vector:
    return replace(left, present=left.present & _matched(left, right, matching)).seen()


def _unless(left: Vector, right: Vector, matching: VectorMatching) -> Vector:
    return replace(left, present=left.present & ~_matched(left, right, matching)).seen()


def _or(left: Vector, right: Vector, matching: VectorMatching) -> Vector:
    added = replace(right, present=right.present & ~_matched(right, left, matching)).seen()
    return merge_equal(concatenate(left, added))


def concatenate(upper: Vector, lower: Vector) -> Vector:
    """The series of both, one vector after the other."""
    if len(lower) == 0 or len(upper) == 0:
        return upper if len(lower) == 0 else lower
    return Vector(
        upper.axis,
        upper.labels + lower.labels,
        np.concatenate([upper.values, lower.values]),
        np.concatenate([upper.present, lower.present]),
        _both_histograms(upper, lower),
        upper.drop_name + lower.drop_name,
    )


def _both_histograms(upper: Vector, lower: Vector) -> Objects | None:
    if upper.histograms is None and lower.histograms is None:
        return None
    return np.concatenate(
        [
            np.full(each.values.shape, None, dtype=object) if each.histograms is None else each.histograms
            for each in (upper, lower)
        ]
    )


SET_OPERATIONS: dict[BinaryOp, Callable[[Vector, Vector, VectorMatching], Vector]] = {
    BinaryOp.AND: _and,
    BinaryOp.OR: _or,
    BinaryOp.UNLESS: _unless,
}
