"""Vector matching: which series of one vector meet which series of the other, and under which labels.

Guards the two rules of matching: at no instant may two series of the "one" side share a match group, and at
no instant may two results carry the same labels. Violations are errors at the first instant they occur.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.errors import EvaluationError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.samples.labels import METRIC_NAME, Labels
from ledgerscope.promql.syntax.operators import Cardinality

if TYPE_CHECKING:
    from ledgerscope.promql.samples.axis import Booleans, Integers
    from ledgerscope.promql.samples.values import Vector
    from ledgerscope.promql.syntax.ast import VectorMatching

_MUST_BE_EXPLICIT = (
    "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
)
_MUST_BE_UNIQUE = "multiple matches for labels: grouping labels must ensure unique matches"


def signature(labels: Labels, matching: VectorMatching) -> Labels:
    """What two series must have in common to match."""
    names = frozenset(matching.labels)
    return labels.keep(names) if matching.on else labels.drop(names | {METRIC_NAME})


def signatures(vector: Vector, matching: VectorMatching) -> list[Labels]:
    """The signature of each series."""
    return [signature(labels, matching) for labels in vector.labels]


@dataclass(frozen=True, slots=True)
class Clash:
    """Where the "one" side first has two series in a match group, and what there is to say about it."""

    column: int
    error: EvaluationError


@dataclass(frozen=True, slots=True)
class Pairs:
    """Matched series: row numbers on the left and on the right, and where both are present."""

    left: Integers
    right: Integers
    present: Booleans
    labels: tuple[Labels, ...]
    clash: Clash | None


@dataclass(frozen=True, slots=True)
class Matcher:
    """One matching applied to two vectors; `many` is the side whose series may repeat in a group."""

    matching: VectorMatching
    many: Vector
    one: Vector
    swapped: bool
    drop_labels: frozenset[str]

    @classmethod
    def between(
        cls, left: Vector, right: Vector, matching: VectorMatching, drop_labels: frozenset[str]
    ) -> Matcher:
        """Left is the many side, unless `group_right` says otherwise. `drop_labels` go from every result."""
        swapped = matching.cardinality is Cardinality.ONE_TO_MANY
        many, one = (right, left) if swapped else (left, right)
        return cls(matching, many, one, swapped, drop_labels)

    def pairs(self) -> Pairs:
        """Every pair of series that meets at some instant."""
        partners = self._partners()
        found = [
            (many, one)
            for many, group in enumerate(signatures(self.many, self.matching))
            for one in partners.get(group, ())
        ]
        index = np.array(found, dtype=np.int64).reshape(len(found), 2)
        many, one = index[:, 0], index[:, 1]
        present = self.many.present[many] & self.one.present[one]
        labels = tuple(self.result_labels(self.many.labels[m], self.one.labels[o]) for m, o in found)
        return Pairs(*((one, many) if self.swapped else (many, one)), present, labels, self._clash(partners))

    def _partners(self) -> dict[Labels, list[int]]:
        partners: dict[Labels, list[int]] = {}
        for row, group in enumerate(signatures(self.one, self.matching)):
            partners.setdefault(group, []).append(row)
        return partners

    def _clash(self, partners: dict[Labels, list[int]]) -> Clash | None:
        crowded = {group: rows for group, rows in partners.items() if len(rows) > 1}
        if not crowded:
            return None
        meeting = self.many.present.any(axis=0) & self.one.present.any(axis=0)
        bad = {group: meeting & (self.one.present[rows].sum(axis=0) > 1) for group, rows in crowded.items()}
        columns = [int(np.argmax(where)) for where in bad.values() if where.any()]
        if not columns:
            return None
        first = min(columns)
        group = next(group for group, where in bad.items() if where[first])
        rows = [row for row in crowded[group] if self.one.present[row, first]]
        return Clash(first, self._duplicate(group, rows[:2]))

    def _duplicate(self, group: Labels, rows: list[int]) -> EvaluationError:
        side = "left" if self.swapped else "right"
        series = ", ".join(str(labels) for labels in sorted(self.one.labels[row] for row in rows))
        return EvaluationError(
            f"found duplicate series for the match group {group} on the {side} hand-side of the operation: "
            f"[{series}];many-to-many matching not allowed: matching labels must be unique on one side"
        )

    def refuse_violations(self, pairs: Pairs, present: Booleans) -> None:
        """No two of the pairs present at one instant may be taken for the same."""
        if pairs.clash is not None:
            present = present[:, : pairs.clash.column]
        many = pairs.right if self.swapped else pairs.left
        one_to_one = self.matching.cardinality is Cardinality.ONE_TO_ONE
        groups = signatures(self.many, self.matching)
        rows: dict[object, list[int]] = {}
        for pair, row in enumerate(many):
            key = groups[row] if one_to_one else (groups[row], pairs.labels[pair])
            rows.setdefault(key, []).append(pair)
        for together in rows.values():
            if len(together) > 1 and (present[together].sum(axis=0) > 1).any():
                raise EvaluationError(_MUST_BE_EXPLICIT if one_to_one else _MUST_BE_UNIQUE)
        if pairs.clash is not None:
            raise pairs.clash.error

    def result_labels(self, many: Labels, one: Labels) -> Labels:
        """The labels of a result: the many side's, with what `group_left(...)` takes from the one side."""
        result = many.drop(self.drop_labels) if self.drop_labels else many
        if self.matching.cardinality is Cardinality.ONE_TO_ONE:
            names = frozenset(self.matching.labels)
            result = result.keep(names) if self.matching.on else result.drop(names)
        if self.matching.include:
            result = result.merge({name: one.get(name) for name in self.matching.include})
        return result
