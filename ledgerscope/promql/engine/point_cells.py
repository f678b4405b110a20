"""Results that come cell by cell, collected into a vector: what the window-by-window forms write to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.histograms.histogram import Histogram
from ledgerscope.promql.samples.values import Vector

if TYPE_CHECKING:
    from ledgerscope.promql.samples.axis import Axis, Booleans, Floats, Objects
    from ledgerscope.promql.samples.storage import Samples


@dataclass(slots=True)
class CellGrid:
    """Series by instants, still being filled."""

    series: list[Samples]
    axis: Axis
    values: Floats
    present: Booleans
    histograms: Objects | None = None

    @classmethod
    def empty(cls, series: list[Samples], axis: Axis) -> CellGrid:
        """Nothing in any cell yet."""
        shape = (len(series), axis.count)
        return cls(series, axis, np.zeros(shape), np.zeros(shape, dtype=bool))

    def set(self, row: int, column: int, outcome: float | Histogram | None) -> None:
        """Fill a cell; None leaves it empty."""
        if outcome is None:
            return
        self.present[row, column] = True
        if not isinstance(outcome, Histogram):
            self.values[row, column] = outcome
            return
        if self.histograms is None:
            self.histograms = np.full(self.values.shape, None, dtype=object)
        self.histograms[row, column] = outcome

    def vector(self, drop_name: tuple[bool, ...]) -> Vector:
        """What was collected."""
        labels = tuple(samples.labels for samples in self.series)
        return Vector(self.axis, labels, self.values, self.present, self.histograms, drop_name)
