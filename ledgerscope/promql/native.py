"""Native histograms in vectors: measures of each, and what subqueries do to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.values import Vector

if TYPE_CHECKING:
    from ledgerscope.promql.annotations import Note
    from ledgerscope.promql.axis import Objects
    from ledgerscope.promql.labels import Labels

NativeMeasure = Callable[["Labels", object, int], float]


def measure_cells(vector: Vector, measure: NativeMeasure) -> Vector:
    """A number for every native histogram; floats are left out, names go."""
    present = vector.is_histogram
    values = np.zeros(present.shape)
    if vector.histograms is not None:
        for row, column in np.argwhere(present):
            values[row, column] = measure(vector.labels[row], vector.histograms[row, column], int(column))
    return replace(
        vector, values=values, present=present, histograms=None, drop_name=(True,) * len(vector)
    )


def forget_reset_hints(histograms: Objects) -> Objects:
    return histograms


def quantile_of(q, h, name):
    raise NotImplementedError
fraction_of = quantile_of


def aggregate_with_histograms(*args):
    raise NotImplementedError
