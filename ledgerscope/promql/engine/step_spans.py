"""Which steps of a subquery belong together.

Prometheus evaluates a subquery's expression over all the steps of one range at once, and where series lose
their names as wholes (a sign changed, a function of ranges) it refuses two of equal labels even if they are
never present at the same step. Evaluated once for many ranges, that must be judged range by range.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.errors import EvaluationError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.samples.values import DUPLICATE_LABELSET

if TYPE_CHECKING:
    from ledgerscope.promql.samples.axis import Integers
    from ledgerscope.promql.samples.labels import Labels
    from ledgerscope.promql.samples.values import Vector


@dataclass(frozen=True, slots=True)
class StepSpans:
    """The first step of each range, and the one after its last."""

    lows: Integers
    highs: Integers

    @property
    def key(self) -> bytes:
        """What distinguishes these spans from others."""
        return self.lows.tobytes() + self.highs.tobytes()

    def of(self, inner: StepSpans) -> StepSpans:
        """The steps of an inner subquery, whose ranges are as many as this one's steps."""
        filled = self.lows < self.highs
        return StepSpans(inner.lows[self.lows[filled]], inner.highs[self.highs[filled] - 1])

    def refuse_equal(self, vector: Vector, labels: tuple[Labels, ...]) -> None:
        """No two series may come to the same labels within one range."""
        rows: dict[Labels, list[int]] = {}
        for row, each in enumerate(labels):
            rows.setdefault(each, []).append(row)
        for together in rows.values():
            if len(together) > 1 and (self._present(vector, together).sum(axis=0) > 1).any():
                raise EvaluationError(DUPLICATE_LABELSET)

    def _present(self, vector: Vector, rows: list[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        counts = np.zeros((len(rows), vector.axis.count + 1), dtype=np.int64)
        np.cumsum(vector.present[rows], axis=1, out=counts[:, 1:])
        seen: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = counts[:, self.highs] > counts[:, self.lows]
        return seen
