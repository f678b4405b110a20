"""fill, fill_left, fill_right: partners made up for series that find none, before two vectors are matched.

A made-up partner carries the labels of its match group and the fill value, at just the instants at which the
group is present on the other side only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine.operations.setops import concatenate
from ledgerscope.promql.engine.operations.vector_matching import signatures
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.samples.values import Vector
from ledgerscope.promql.syntax.operators import Cardinality

if TYPE_CHECKING:
    from ledgerscope.promql.samples.axis import Booleans
    from ledgerscope.promql.samples.labels import Labels
    from ledgerscope.promql.syntax.ast import VectorMatching


def filled(left: Vector, right: Vector, matching: VectorMatching) -> tuple[Vector, Vector]:
    """Both vectors with the partners that the fill values ask for."""
    if matching.fill_lhs is None and matching.fill_rhs is None:
        return left, right
    fill_left, fill_right = matching.fill_lhs, matching.fill_rhs
    if matching.cardinality is Cardinality.ONE_TO_MANY:  # the sides change places, the values do not
        fill_left, fill_right = fill_right, fill_left
    on_left, on_right = _presence(left, matching), _presence(right, matching)
    return (
        _extended(left, fill_left, _Missing(on_right, on_left)),
        _extended(right, fill_right, _Missing(on_left, on_right)),
    )


def _presence(vector: Vector, matching: VectorMatching) -> dict[Labels, Booleans]:
    """Where each match group has a series."""
    groups: dict[Labels, Booleans] = {}
    for row, group in enumerate(signatures(vector, matching)):
        groups[group] = groups.get(group, np.False_) | vector.present[row]
    return groups


@dataclass(frozen=True, slots=True)
class _Missing:
    """The presence of match groups on the other side and on one's own."""

    other: dict[Labels, Booleans]
    own: dict[Labels, Booleans]

    def groups(self) -> dict[Labels, Booleans]:
        """Where each group is only on the other side."""
        return {group: where & ~self.own.get(group, np.False_) for group, where in self.other.items()}


def _extended(vector: Vector, value: float | None, missing: _Missing) -> Vector:
    groups = missing.groups()
    if value is None or not groups:
        return vector
    present = np.stack(list(groups.values()))
    made_up = Vector(vector.axis, tuple(groups), np.full(present.shape, value), present)
    return concatenate(vector, made_up.seen())
