"""and, or, unless: series kept or added by whether their match group is present on the other side."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine.operations.vector_matching import signatures
from ledgerscope.promql.samples.values import Vector, merge_equal
from ledgerscope.promql.syntax.operators import BinaryOp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ledgerscope.promql.samples.axis import Booleans, Objects
    from ledgerscope.promql.samples.labels import Labels
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


def union(first: Vector, others: Iterable[Vector], matching: VectorMatching) -> Vector:
    """`first or second or third ...`: each adds the series whose group none before it has at the instant."""
    taken: dict[Labels, Booleans] = {}
    _take(taken, first, matching)
    parts = [first]
    for each in others:
        there = np.zeros_like(each.present)
        for row, group in enumerate(signatures(each, matching)):
            if group in taken:
                there[row] = taken[group]
        parts.append(replace(each, present=each.present & ~there).seen())
        _take(taken, each, matching)
    return merge_equal(concatenate(*parts))


def _take(taken: dict[Labels, Booleans], vector: Vector, matching: VectorMatching) -> None:
    """Note when which groups are present, by one vector more."""
    for row, group in enumerate(signatures(vector, matching)):
        before = taken.get(group)
        taken[group] = vector.present[row] if before is None else before | vector.present[row]


def concatenate(*vectors: Vector) -> Vector:
    """The series of all, one vector after the other."""
    filled = [each for each in vectors if len(each)]
    if len(filled) < 2:  # noqa: PLR2004 - then there is nothing to put behind another
        return filled[0] if filled else vectors[0]
    return Vector(
        filled[0].axis,
        tuple(chain.from_iterable(each.labels for each in filled)),
        np.concatenate([each.values for each in filled]),
        np.concatenate([each.present for each in filled]),
        _all_histograms(filled),
        tuple(chain.from_iterable(each.drop_name for each in filled)),
    )


def _all_histograms(vectors: list[Vector]) -> Objects | None:
    if all(each.histograms is None for each in vectors):
        return None
    return np.concatenate(
        [
            np.full(each.values.shape, None, dtype=object) if each.histograms is None else each.histograms
            for each in vectors
        ]
    )


FILTERS: dict[BinaryOp, Callable[[Vector, Vector, VectorMatching], Vector]] = {
    BinaryOp.AND: _and,
    BinaryOp.UNLESS: _unless,
}
